"""The short form of `tests.long.kill_nine`: one kill under two visitors."""

import pytest

from tests.long.kill_nine import kill_nine


@pytest.mark.long
def test_visitors_find_their_results_after_a_kill_and_nobody_else_s(tmp_path):
    ledger = kill_nine(kills=1, visitors=2, size=64, folder=tmp_path, lives=(12, 12))
    assert (ledger.foreign, ledger.troubles) == ([], [])
    assert ledger.counts["times that a visitor came back"] >= 2  # once for each picture, at the end
    assert ledger.counts["started"] >= 2
    assert ledger.counts["runs that go on after a kill"] + ledger.counts["results looked for"] > 0
