"""What tests of the engine share: limits, a runner without a network, and waiting for a job."""

import time

from stylecore.config import TransferConfig
from stylecore.engine.jobs import Request, Update
from stylecore.engine.limits import Limits
from stylecore.engine.runner import Pictures
from stylecore.imaging.inputs import pair
from stylecore.transfer.records import LossRecord

STEP_SECONDS = 0.5  # of the clock, for a step of `TimedRunner`


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


def until(done):
    """Waits until something is so."""
    deadline = time.monotonic() + 5
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.001)


class FakeRunner:
    """Computes nothing: a step's loss is λ divided by its number."""

    device = "cpu"

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

    def pictures(self, run, index, changes, weight_changes=()):
        return Pictures((f"png of {index} {changes}".encode(),), (b"jpeg",))

    def split(self, run, parts):
        raise NotImplementedError

    def answer(self, query):
        yield
        return f"answer to {query}"

    def release(self, run):
        self.calls.append(("release", run))

    def forget_views(self):
        self.calls.append(("forget_views",))

    def trim(self):
        self.calls.append(("trim",))

    def awake(self):
        self.calls.append(("awake",))

    def close(self):
        pass


class Clock:
    """Goes on by what is computed, and by nothing else."""

    def __init__(self):
        self.seconds = 1000.0

    def __call__(self):
        return self.seconds


class TimedRunner(FakeRunner):
    """Each step takes half a second of the clock; notes whose steps were made, and stops before `until` of them."""

    def __init__(self, clock):
        super().__init__()
        self.clock, self.made, self.until = clock, [], 10**9

    def step(self, run, steering, *, is_frame):
        deadline = time.monotonic() + 10
        while len(self.made) >= self.until:
            assert time.monotonic() < deadline
            time.sleep(0.001)
        self.clock.seconds += STEP_SECONDS
        self.made.append(run)
        return super().step(run, steering, is_frame=is_frame)

    def answer(self, query):
        for _ in range(query.passes):
            self.clock.seconds += query.seconds
            self.made.append(query.name)
            yield
        return query.name


def request(steps):
    return Request(inputs=pair(b"content", b"style"), config=TransferConfig(steps=steps))


def at_work(job, done):
    deadline = time.monotonic() + 10
    while job.snapshot.done < done:
        assert time.monotonic() < deadline, job.snapshot.status
        time.sleep(0.001)
