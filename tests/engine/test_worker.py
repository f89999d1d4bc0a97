"""A runner that goes down again and again, or does not come: others do its work, until it is there again."""

import json
import threading

import pytest

from stylecore.engine import worker
from stylecore.engine.engine import Engine
from stylecore.engine.runner import RunnerAbsent, RunnerLost
from tests.support.engines import FakeRunner, at_work, limits, request, until, wait


class Shaky(FakeRunner):
    """Goes down at each step, or does not come at all, as long as it is told to; notes when it is tried."""

    def __init__(self):
        super().__init__()
        self.down, self.tried = None, threading.Event()

    def begin(self, run, task):
        if self.down is RunnerAbsent:
            raise self.down
        super().begin(run, task)

    def step(self, run, steering, *, is_frame):
        if self.down is not None:
            raise self.down
        return super().step(run, steering, is_frame=is_frame)

    def awake(self):
        self.tried.set()
        if self.down is not None:
            raise self.down


@pytest.fixture
def runners(monkeypatch):
    monkeypatch.setattr(worker, "FIRST_REST_SECONDS", 0.01)
    monkeypatch.setattr(worker, "LONGEST_REST_SECONDS", 0.01)
    return [Shaky(), Shaky()]


@pytest.fixture
def engine(runners):
    engine = Engine("cpu", limits=limits(), runners=runners)
    yield engine
    engine.close()


def running(engine, runners):
    """A long run, and the runner that has it."""
    job = engine.submit("ann", request(10_000))
    at_work(job, 3)
    return job, runners[job.slot]


@pytest.mark.parametrize("how", [RunnerLost, RunnerAbsent])
def test_what_a_runner_had_that_does_not_come_back_is_done_by_the_other(engine, runners, how, capsys):
    job, first = running(engine, runners)
    slot = job.slot
    first.down = how
    until(lambda: job.slot != slot)
    assert engine.absent_runners() == (1, 2)
    reached = job.snapshot.done
    at_work(job, reached + 3)
    assert job.snapshot.status == "running"
    first.tried.clear()
    assert first.tried.wait(5)  # it is tried on, and nobody's run is used for that
    other = engine.submit("bob", request(3))
    assert wait(other).status == "finished"
    assert (other.slot, other.lost) == (job.slot, 0)


def test_a_runner_that_is_there_again_gets_work_again(engine, runners):
    job, first = running(engine, runners)
    slot = job.slot
    first.down = RunnerAbsent
    until(lambda: job.slot != slot)
    first.down = None
    until(lambda: engine.absent_runners() == (0, 2))
    other = engine.submit("bob", request(3))
    assert wait(other).status == "finished"


def test_a_runner_that_answers_and_goes_down_again_costs_a_run_one_try_alone(engine, runners, monkeypatch):
    job, first = running(engine, runners)
    slot = job.slot
    first.awake = first.tried.set  # as a process that starts, and dies at its first step
    first.down = RunnerLost
    until(lambda: job.slot != slot)
    until(lambda: first.tried.is_set())
    for _ in range(5):
        other = engine.submit("bob", request(3))
        assert wait(other).status == "finished"
        assert other.lost <= 1


def test_where_nobody_is_there_runs_wait_and_lose_nothing(engine, runners):
    job, _ = running(engine, runners)
    for runner in runners:
        runner.down = RunnerAbsent
    until(lambda: engine.absent_runners() == (2, 2))
    waiting = engine.submit("bob", request(3))
    for runner in runners:
        runner.tried.clear()
        assert runner.tried.wait(5)
    assert (waiting.snapshot.status, waiting.lost, job.snapshot.status) == ("queued", 0, "running")
    reached, back = job.snapshot.done, runners[1 - job.slot]  # the other one than it waits for
    back.down = None
    assert wait(waiting).status == "finished"
    at_work(job, reached + 3)
    assert engine.absent_runners() == (1, 2)


def test_a_run_that_takes_every_runner_down_ends_after_the_third_and_the_runners_come_back(engine, runners):
    job, _ = running(engine, runners)
    for runner in runners:
        runner.step = dying(runner, job.id)
    snapshot = wait(job)
    assert (snapshot.status, job.lost) == ("failed", worker.MOST_LOST + 1)
    until(lambda: engine.absent_runners() == (0, 2))
    assert wait(engine.submit("bob", request(3))).status == "finished"


def dying(runner, run):
    def step(name, steering, *, is_frame):
        if name == run:
            raise RunnerLost
        return FakeRunner.step(runner, name, steering, is_frame=is_frame)

    return step


def test_the_log_says_that_a_runner_is_absent_and_that_it_is_there_again(engine, runners, monkeypatch):
    events = []
    monkeypatch.setattr(worker, "log_event", lambda event, *_, **facts: events.append(json.dumps([event, facts])))
    job, first = running(engine, runners)
    slot = job.slot
    first.down = RunnerAbsent
    until(lambda: engine.absent_runners() == (1, 2))
    first.down = None
    until(lambda: engine.absent_runners() == (0, 2))
    assert events == [json.dumps([event, {"slot": slot}]) for event in ("runner_absent", "runner_present")]
