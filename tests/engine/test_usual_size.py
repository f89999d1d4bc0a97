"""The size at which the Studio begins follows the speed of the machine."""

import dataclasses

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.cost import cost_of
from stylecore.engine.limits import Limits
from stylecore.engine.throughput import ThroughputEstimator
from stylecore.engine.usual_size import SIZES, WAIT_SECONDS, usual_size

LIMITS = Limits(max_size=1024, max_steps=2000, max_waiting=9, kept_mb=9, state_mb=9)


def machine(seconds):
    """One that takes so long for a usual run at 320 × 240 pixels, and as long per pixel at every size."""
    work = cost_of([(320, 240)], [(320, 240)], TransferConfig(size=320), "cpu").work()
    return ThroughputEstimator(10**6, 10**6 * seconds / work)


@pytest.mark.parametrize(
    ("seconds", "size"),
    [(WAIT_SECONDS - 0.1, 320), (WAIT_SECONDS + 0.1, 288), (1.0, SIZES[0]), (1000.0, SIZES[-1])],
)
def test_the_largest_size_that_is_painted_in_time(seconds, size):
    assert usual_size(machine(seconds), LIMITS, "cpu") == size


@pytest.mark.parametrize("seconds", [1.0, 1000.0, None])
def test_never_more_than_the_server_allows(seconds):
    throughput = ThroughputEstimator() if seconds is None else machine(seconds)
    assert usual_size(throughput, dataclasses.replace(LIMITS, max_size=100), "cpu") == 100


def test_a_machine_of_which_nothing_is_known_begins_as_the_settings_say():
    assert usual_size(ThroughputEstimator(), LIMITS, "cpu") == TransferConfig().size
