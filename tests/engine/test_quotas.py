"""Limits hold in the engine, whatever a page sends."""

import dataclasses
import threading
import time

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.derived_jobs import from_result
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.quotas import QueueFull
from stylecore.engine.runner import Pictures
from stylecore.imaging.inputs import pair
from stylecore.transfer.records import Steering
from tests.support.engines import FakeRunner, limits, wait


@pytest.fixture
def make(toy):
    return lambda **others: Engine("cpu", lambda *_: toy, limits=limits(**others), refresh=0.0)


@pytest.fixture
def gate(toy, monkeypatch):
    event = threading.Event()
    before = toy.forward
    monkeypatch.setattr(toy, "forward", lambda *a, **k: event.wait(10) and before(*a, **k))
    return event


def ask(request, **settings):
    return dataclasses.replace(request, config=dataclasses.replace(request.config, **settings))


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 600}, "limit for size is 512"),
        ({"steps": 1001}, "limit for steps is 1000"),
        ({"lambdas": (0.1, 0.2, 0.3)}, "limit for the number of λ in one run is 2"),
    ],
)
def test_settings_beyond_a_limit(make, request_for, settings, words):
    engine = make(max_steps=1000, max_lambdas=2)
    first = engine.submit("ann", request_for())
    wait(first)
    for submit in (engine.submit, lambda owner, request: engine.submit_all(owner, [request_for(), request])):
        with pytest.raises(ValueError, match=words):
            submit("ann", ask(request_for(), **settings))
    assert engine.jobs_of("ann") == [first]  # nothing was begun, and nothing lost


@pytest.mark.parametrize(
    ("field", "name"),
    [("content", "The content picture"), ("style", "The style picture"), ("init", "The picture to start from")],
)
def test_files_beyond_the_limit(make, request_for, field, name):
    engine = make(max_upload_mb=1)
    with pytest.raises(ValueError, match=f"{name} has more than 1 MB: save it smaller first"):
        engine.submit(
            "ann",
            dataclasses.replace(
                request_for(), inputs=pair(**{"content": b"c", "style": b"s", field: bytes(2**20 + 1)})
            ),
        )


def test_a_result_of_ones_own_may_be_larger_than_what_comes_in():
    runner = FakeRunner()
    runner.pictures = lambda *_: Pictures((bytes(2 * 2**20),), (b"jpeg",))
    engine = Engine("cpu", limits=limits(max_upload_mb=1), runners=[runner], answerer=runner)
    job = engine.submit("ann", Request(inputs=pair(b"content", b"style"), config=TransferConfig(steps=2)))
    wait(job)
    request = from_result(job, 3)
    assert wait(engine.submit("ann", request)).status == "finished"
    with pytest.raises(ValueError, match="The picture to start from has more than 1 MB"):
        engine.submit("bob", request)


def test_more_steps_at_a_time_and_altogether(make, request_for):
    engine = make(max_steps=100)
    job = engine.submit("ann", request_for(steps=5))
    engine.pause(job)
    wait(job)
    for more in (101, -1):
        with pytest.raises(ValueError, match=f"limit is 100 more steps at a time, not {more}"):
            engine.go_on(job, more)
        with pytest.raises(ValueError, match=f"limit is 100 more steps at a time, not {more}"):
            engine.steer(job, Steering(more_steps=more))
    for _ in range(99):
        engine.steer(job, Steering(more_steps=100))
    with pytest.raises(ValueError, match="at most 10000 steps"):
        engine.steer(job, Steering(more_steps=100))
    assert job.steering is not None


@pytest.mark.parametrize("lambdas", [(0.1, 0.2), (), (1.5,), (float("nan"),)])
def test_steering_that_no_run_could_follow(make, request_for, lambdas):
    engine = make()
    job = engine.submit("ann", request_for(steps=1000))
    with pytest.raises(ValueError, match="λ"):
        engine.steer(job, Steering(lambdas=lambdas))
    engine.stop(job)
    assert "failed" not in wait(job).status


def test_a_held_slider_is_one_message_and_the_newest(make, request_for, gate):
    engine = make()
    job = engine.submit("ann", request_for(steps=5))
    for lam in range(1, 100):
        engine.steer(job, Steering(lambdas=(lam / 100,), more_steps=int(lam == 3)))
    assert job.steering == Steering(lambdas=(0.99,), more_steps=1)
    gate.set()
    assert wait(job).changes == ((0, (0.99,)),)


def test_runs_of_one_visitor_at_a_time(make, request_for, gate):
    engine = make(max_active=2, max_waiting=10)
    engine.submit("ann", request_for())
    engine.submit_all("ann", [request_for()], beside=True)
    with pytest.raises(QueueFull, match="limit for one visitor is 2 runs at a time, and this would be 3"):
        engine.submit_all("ann", [request_for()], beside=True)
    with pytest.raises(QueueFull, match="this would be 3"):
        engine.submit_all("ann", [request_for()] * 3)
    assert sum(job.active for job in engine.jobs_of("ann")) == 2  # what was refused ended nothing
    engine.submit("bob", request_for())
    engine.submit("ann", request_for())  # takes the place of both
    gate.set()


def test_results_kept_for_one_visitor(make, request_for):
    engine = make(kept_jobs=3)
    other = engine.submit("bob", request_for())
    wait(other)
    jobs = [engine.submit("ann", request_for(lambdas=(0.1, 0.2))) for _ in range(1)]
    wait(jobs[0])
    for lambdas in [(0.2,)] * 3 + [(0.1, 0.2)]:
        jobs.append(engine.submit("ann", request_for(lambdas=lambdas)))
        wait(jobs[-1])
    deadline = time.monotonic() + 5
    while len(engine.jobs_of("ann")) > 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert engine.jobs_of("ann") == jobs[-3:]
    apart = engine.promote(jobs[-1], 0)
    assert engine.jobs_of("ann") == [*jobs[-2:], apart]
    assert engine.jobs_of("bob") == [other]


def test_the_wall_clock_of_a_run(make, request_for, toy, monkeypatch):
    before = toy.forward
    monkeypatch.setattr(toy, "forward", lambda *a, **k: time.sleep(0.02) or before(*a, **k))
    engine = make(max_seconds=1)
    job = engine.submit("ann", request_for(steps=1000))
    snapshot = wait(job)
    assert snapshot.status == "stopped"
    assert snapshot.notices == ("A run has at most 1 second here, so this one was stopped.",)
    assert snapshot.results
    assert 1 <= snapshot.seconds < 5
    wait(engine.submit("bob", request_for(steps=1)))  # by then the worker has left the first
    assert not job.snapshot.resumable
    with pytest.raises(ValueError, match="start a new run from its picture"):
        engine.go_on(job, 10)
