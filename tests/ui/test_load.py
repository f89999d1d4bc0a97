"""A short load: a few visitors at once, beside some who want the server for themselves.

Each gets its own pictures, in time, and nobody sees an error.
"""

import pytest

from tests.long.attackers import ATTACKS
from tests.long.load import LONGEST_WAIT, Ledger, is_bounded, load, spread

VISITORS, SECONDS = 4, 14


@pytest.fixture(scope="module")
def lived(tmp_path_factory):
    return load(VISITORS, SECONDS, 64, tmp_path_factory.mktemp("load") / "server.log", attacked=True)


def test_nobody_sees_an_error_or_another_s_picture(lived):
    ledger, _ = lived
    assert not ledger.foreign
    assert not ledger.troubles


def test_every_visitor_has_its_turn_and_every_picture_is_delivered(lived):
    ledger, memory = lived
    assert ledger.counts["started"] >= VISITORS
    assert ledger.counts["pictures delivered"] >= VISITORS
    assert set(ledger.delivered) == set(range(VISITORS))
    assert memory


def test_nobody_waits_for_a_long_run_or_behind_ghosts(lived):
    ledger, _ = lived
    assert {what for what in ledger.counts if what.startswith("attack")} == {f"attack: {a.__name__}" for a in ATTACKS}
    assert max(wait for waits in ledger.waits.values() for wait in waits) < LONGEST_WAIT / 3


def test_the_figures_tell_fair_from_unfair():
    assert spread({0: [1.0] * 5, 1: [2.0] * 5})[1]
    assert not spread({0: [1.0] * 5, 1: [20.0] * 5})[1]
    assert "median 1.0 s" in spread({0: [1.0, 1.0, 9.0]})[0]


def test_the_figures_tell_flat_memory_from_memory_that_grows():
    assert is_bounded([500.0] * 40 + [1000.0] * 400)
    assert not is_bounded([500.0 + second for second in range(400)])


def test_a_foreign_picture_is_noticed():
    ledger = Ledger()
    ledger.claim(1, "job-1")
    ledger.claim(1, "job-1")
    assert not ledger.foreign
    ledger.claim(2, "job-1")
    ledger.claim(3, "job-3", check=False)
    assert len(ledger.foreign) == 2
