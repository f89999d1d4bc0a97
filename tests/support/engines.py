"""What tests of the engine share: limits, and waiting for a job."""

import time

from stylecore.engine.limits import Limits


def limits(**others):
    usual = {"max_size": 512, "max_steps": 10_000, "max_waiting": 3, "kept_mb": 50, "state_mb": 500}
    return Limits(**{**usual, **others})


def at_rest(job, seconds=30):
    """Waits until a job has ended or is paused. Returns whether it has."""
    deadline = time.monotonic() + seconds
    while job.active:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True


def wait(job, status=None):
    """Waits until a job is at rest, or has a status. Returns its snapshot."""
    if status is None:
        assert at_rest(job), job.snapshot
        return job.snapshot
    deadline = time.monotonic() + 10
    while job.snapshot.status != status:
        assert time.monotonic() < deadline, job.snapshot
        time.sleep(0.002)
    return job.snapshot
