"""What tests of the engine share: limits, a runner without a network, and waiting for a job."""

import time

from stylecore.engine.jobs import Update
from stylecore.engine.limits import Limits
from stylecore.engine.runner import Pictures
from stylecore.transfer.records import LossRecord


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


class FakeRunner:
    """Computes nothing: a step's loss is λ divided by its number."""

    def __init__(self):
        self.calls, self.tasks, self.index = [], {}, {}

    def begin(self, run, task):
        self.calls.append(("begin", run, task.done))
        self.tasks[run], self.index[run] = task, -1

    def step(self, run, steering, *, is_frame):
        self.index[run] += 1
        lambdas = steering.lambdas if steering and steering.lambdas else self.tasks[run].request.config.lambdas
        losses = LossRecord(self.index[run], lambdas, lambdas, lambdas, lambdas, {}, {})
        repeated = self.tasks[run].done is not None and self.index[run] <= self.tasks[run].done
        return Update(
            losses=losses, size=(3, 2), seconds=0.001, previews=(b"jpeg",), is_frame=is_frame, repeated=repeated
        )

    def pictures(self, run, index, changes):
        return Pictures((f"png of {index} {changes}".encode(),), (b"jpeg",))

    def split(self, run, parts):
        raise NotImplementedError

    def answer(self, query):
        yield
        return f"answer to {query}"

    def release(self, run):
        self.calls.append(("release", run))

    def trim(self):
        self.calls.append(("trim",))

    def close(self):
        pass
