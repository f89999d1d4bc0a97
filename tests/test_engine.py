"""The engine: order, fairness, stopping, steering, and that no picture is lost, on a network of milliseconds."""

import io
import json
import threading
import time

import pytest
from PIL import Image

from stylecore import engine as module
from stylecore.config import TransferConfig
from stylecore.engine import Engine, QueueFull, Request
from stylecore.images import encode_png, to_image
from stylecore.recipe import read_recipe, sha256
from stylecore.transfer import Steering


@pytest.fixture
def picture(tensors):
    return encode_png(to_image(tensors[0][0])), encode_png(to_image(tensors[1][0]))


@pytest.fixture
def request_for(picture):
    def make(**settings):
        layers = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
        return Request(
            content=picture[0],
            style=picture[1],
            config=TransferConfig(**{"size": 24, "steps": 5, **layers, **settings}),
        )

    return make


@pytest.fixture
def gate(toy, monkeypatch):
    """Holds the worker at the next pass until it is set."""
    event = threading.Event()
    event.set()
    before = toy.forward
    monkeypatch.setattr(toy, "forward", lambda *a, **k: event.wait(10) and before(*a, **k))
    return event


@pytest.fixture
def engine(toy):
    return Engine("cpu", lambda _name, _device: toy, max_waiting=3, refresh=0.0)


def wait(job, status=None):
    if status is None:
        assert job.done.wait(10), job.snapshot
        return job.snapshot
    deadline = time.monotonic() + 10
    while job.snapshot.status != status:
        assert time.monotonic() < deadline, job.snapshot
        time.sleep(0.002)
    return job.snapshot


def test_a_job_runs_to_its_end(engine, request_for, picture):
    snapshot = wait(engine.submit("ann", request_for(lambdas=(0.2, 0.7))))
    assert snapshot.status == "finished"
    assert [point.index for point in snapshot.history] == list(range(6))
    assert [Image.open(io.BytesIO(data)).size for data in snapshot.results] == [(24, 20)] * 2
    recipe = read_recipe(snapshot.results[1])
    assert recipe.config.lambdas == (0.7,)
    assert recipe.content_sha256 == sha256(picture[0])
    assert recipe.losses["total"] == snapshot.history[-1].total[1]
    assert all(Image.open(io.BytesIO(data)).format == "JPEG" for data in snapshot.previews)


def test_stop_keeps_the_picture(engine, request_for, gate):
    job = engine.submit("ann", request_for(steps=10_000))
    wait(job, "running")
    while len(job.snapshot.history) < 3:
        time.sleep(0.002)
    engine.stop(job)
    snapshot = wait(job)
    assert snapshot.status == "stopped"
    assert len(snapshot.results) == 1
    assert read_recipe(snapshot.results[0]).steps_done == snapshot.history[-1].index


def test_stop_while_waiting(engine, request_for, gate):
    gate.clear()
    running = engine.submit("ann", request_for())
    wait(running, "running")
    waiting = engine.submit("bob", request_for())
    engine.stop(waiting)
    assert wait(waiting).status == "stopped"
    gate.set()
    assert wait(running).status == "finished"
    assert not waiting.snapshot.history


def test_owners_take_turns_and_know_their_position(engine, request_for, gate):
    gate.clear()
    first = engine.submit("ann", request_for())
    wait(first, "running")
    again = engine.submit("ann", request_for())  # replaces the first, and ann has just had a turn
    others = [engine.submit(name, request_for()) for name in ("bob", "cyd")]
    assert [job.snapshot.position for job in (*others, again)] == [1, 2, 3]
    order = []
    for job in (again, *others):
        threading.Thread(target=lambda j=job: (j.done.wait(10), order.append(j.owner))).start()
    gate.set()
    for job in (first, again, *others):
        wait(job)
    time.sleep(0.05)
    assert order == ["bob", "cyd", "ann"]
    assert first.snapshot.status == "stopped"


def test_one_waiting_job_an_owner_and_a_bounded_queue(engine, request_for, gate):
    gate.clear()
    wait(engine.submit("ann", request_for()), "running")
    replaced = engine.submit("bob", request_for())
    jobs = [engine.submit(name, request_for()) for name in ("bob", "cyd", "dan")]
    assert replaced.snapshot.status == "stopped"
    with pytest.raises(QueueFull, match="3 pictures are waiting"):
        engine.submit("eve", request_for())
    gate.set()
    assert [wait(job).status for job in jobs] == ["finished"] * 3


def test_steering_is_kept_in_snapshot_and_recipe(engine, request_for, gate):
    gate.clear()
    job = engine.submit("ann", request_for(steps=20))
    engine.steer(job, Steering(lambdas=(0.9,), more_steps=3))
    gate.set()
    snapshot = wait(job)
    assert snapshot.changes == ((0, (0.9,)),)
    assert snapshot.history[-1].index == 23
    assert json.loads(read_recipe(snapshot.results[0]).to_json())["changes"] == [[0, 0.9]]


def test_a_visitor_who_left_frees_the_worker_unless_they_come_back(toy, request_for, gate):
    now = [0.0]
    engine = Engine("cpu", lambda *_: toy, abandoned_after=100.0, clock=lambda: now[0])
    for returns in (False, True):
        gate.clear()
        job = engine.submit("ann", request_for(steps=50))
        wait(job, "running")
        engine.leave("ann", grace=20.0)
        if returns:
            engine.look(job)
        now[0] += 21.0
        gate.set()
        snapshot = wait(job)
        assert snapshot.status == ("finished" if returns else "stopped")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (RuntimeError("boom"), "Something went wrong"),
        (MemoryError(), "too little memory"),
        (RuntimeError("[enforce fail] DefaultCPUAllocator: not enough memory"), "too little memory"),
    ],
)
def test_a_fault_keeps_the_last_picture_and_the_next_job_runs(engine, request_for, toy, monkeypatch, problem, words):
    before = toy.forward

    def fails_late(*arguments, **named):
        if toy.passes >= 6:
            raise problem
        return before(*arguments, **named)

    monkeypatch.setattr(toy, "forward", fails_late)
    snapshot = wait(engine.submit("ann", request_for(steps=50)))
    assert snapshot.status == "failed"
    assert words in snapshot.error
    assert read_recipe(snapshot.results[0]).steps_done == snapshot.history[-1].index > 0
    monkeypatch.setattr(toy, "forward", before)
    assert wait(engine.submit("ann", request_for())).status == "finished"


def test_bad_input_is_one_sentence(engine, request_for):
    request = request_for()
    snapshot = wait(engine.submit("ann", Request(content=b"no picture", style=request.style, config=request.config)))
    assert snapshot.status == "failed"
    assert snapshot.error == "The content picture can't be read as a picture: use PNG, JPEG, WebP, GIF, BMP or TIFF."


def test_old_results_go_when_memory_is_full(toy, request_for):
    engine = Engine("cpu", lambda *_: toy, max_bytes=1)
    jobs = [engine.submit(name, request_for()) for name in "abc"]
    for job in jobs:
        wait(job)
    newest = engine.submit("d", request_for())
    assert [engine.latest_of(name) for name in "abc"] == [None] * 3
    assert engine.latest_of("d") is newest


def test_a_dead_worker_is_replaced(engine, request_for, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(module.Engine, "_run", lambda *_: (_ for _ in ()).throw(SystemExit))
    engine.submit("ann", request_for())
    engine._worker.join(5)
    monkeypatch.undo()
    assert wait(engine.submit("bob", request_for())).status == "finished"
