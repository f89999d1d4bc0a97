"""The engine: order, fairness, stopping, steering, and that no picture is lost, on a network of milliseconds."""

import dataclasses
import io
import json
import threading
import time

import pytest
from PIL import Image

from stylecore.artifacts.recipe import read_recipe, sha256
from stylecore.engine import limits as limits_module
from stylecore.engine import worker
from stylecore.engine.cost import depth_share
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import FRAMES, Frame, Request, with_frame
from stylecore.engine.quotas import QueueFull
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.engine.throughput import ThroughputEstimator
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.inputs import pair
from stylecore.transfer.preparation import prepare
from stylecore.transfer.records import Steering
from stylecore.transfer.stylize import stylize
from tests.support.engines import at_rest, limits, wait


@pytest.fixture
def engine(toy):
    return Engine("cpu", lambda _name, _device: toy, limits=limits(), refresh=0.0)


def tensors_of(request):
    """Content and style of a request as `stylize` takes them."""
    return prepare(*map(decode, request.inputs.pair), request.config)


def with_comment(request, comment):
    """The same request with a larger content file."""
    content, style = request.inputs.pair
    content = encode_png(Image.open(io.BytesIO(content)), {"comment": comment}, compress=0)
    return dataclasses.replace(request, inputs=pair(content, style))


def test_a_job_runs_to_its_end(engine, request_for, picture):
    snapshot = wait(engine.submit("ann", request_for(lambdas=(0.2, 0.7))))
    assert snapshot.status == "finished"
    assert [point.index for point in snapshot.loss_history] == list(range(6))
    assert [Image.open(io.BytesIO(data)).size for data in snapshot.results] == [(24, 20)] * 2
    recipe = read_recipe(snapshot.results[1])
    assert recipe.config.lambdas == (0.7,)
    assert recipe.content_sha256 == sha256(picture[0])
    assert recipe.losses["total"] == snapshot.loss_history[-1].total[1]
    assert all(Image.open(io.BytesIO(data)).format == "JPEG" for data in snapshot.previews)


def test_stop_keeps_the_picture(engine, request_for, gate):
    job = engine.submit("ann", request_for(steps=10_000))
    wait(job, "running")
    while len(job.snapshot.loss_history) < 3:
        time.sleep(0.002)
    engine.stop(job)
    snapshot = wait(job)
    assert snapshot.status == "stopped"
    assert len(snapshot.results) == 1
    assert read_recipe(snapshot.results[0]).steps_done == snapshot.loss_history[-1].index


def test_stop_while_waiting(engine, request_for, gate):
    gate.clear()
    running = engine.submit("ann", request_for())
    wait(running, "running")
    waiting = engine.submit("bob", request_for())
    engine.stop(waiting)
    assert wait(waiting).status == "stopped"
    gate.set()
    assert wait(running).status == "finished"
    assert not waiting.snapshot.loss_history


def test_owners_take_turns_and_know_their_position(engine, request_for, gate):
    gate.clear()
    first = engine.submit("ann", request_for())
    wait(first, "running")
    again = engine.submit("ann", request_for())  # replaces the first, and ann's slice is not over
    others = [engine.submit(name, request_for()) for name in ("bob", "cyd")]
    assert [job.snapshot.position for job in (again, *others)] == [0, 1, 2]  # what is halted is as good as gone
    order = []
    for job in (again, *others):
        threading.Thread(target=lambda j=job: (at_rest(j, 10), order.append(j.owner))).start()
    gate.set()
    for job in (first, again, *others):
        wait(job)
    time.sleep(0.05)
    assert order == ["ann", "bob", "cyd"]
    assert first.snapshot.status == "stopped"


def test_one_waiting_job_an_owner_and_a_bounded_queue(engine, request_for, gate):
    gate.clear()
    wait(engine.submit("ann", request_for()), "running")
    replaced = engine.submit("bob", request_for())
    jobs = [engine.submit(name, request_for()) for name in ("bob", "cyd", "dan")]
    assert replaced.snapshot.status == "stopped"
    with pytest.raises(QueueFull, match="3 visitors are waiting"):
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
    assert snapshot.loss_history[-1].index == 23
    assert json.loads(read_recipe(snapshot.results[0]).to_json())["changes"] == [[0, 0.9]]


def test_a_message_that_came_too_late_swallows_no_steps(engine, request_for):
    job = engine.submit("ann", request_for())
    wait(job)
    engine.steer(job, Steering(lambdas=(0.9,)))
    engine.go_on(job, more_steps=4)
    assert wait(job).loss_history[-1].index == 9


@pytest.fixture
def slow_pictures(monkeypatch):
    """Finished pictures take their time until the event is set."""
    event, before = threading.Event(), ThreadRunner.pictures
    monkeypatch.setattr(ThreadRunner, "pictures", lambda *a: (event.wait(1.0) and None) or before(*a))
    yield event
    event.set()


def test_a_job_that_is_being_halted_does_not_wait_again(engine, request_for, slow_pictures):
    job = engine.submit("ann", request_for(steps=10_000))
    while len(job.snapshot.loss_history) < 3:
        time.sleep(0.002)
    other = engine.submit("bob", request_for())
    engine.stop(job)
    slow_pictures.set()
    assert wait(other).status == "finished"
    time.sleep(0.2)
    assert job.snapshot.status == "stopped"
    assert engine.tally().waiting == engine.tally().running == 0


def slowly_halted(engine, request_for, status, steps=10_000):
    """A job after some steps, and the thread that is halting it, whose pictures take their time."""
    job = engine.submit("ann", request_for(steps=steps))
    while len(job.snapshot.loss_history) < 3:
        time.sleep(0.002)
    halting = threading.Thread(target=engine.pause if status == "paused" else engine.stop, args=(job,))
    halting.start()
    while job.halt is None:
        time.sleep(0.002)
    return job, halting


def test_what_was_decided_last_is_what_comes_of_it(engine, request_for, slow_pictures):
    job, pausing = slowly_halted(engine, request_for, "paused")
    stopping = threading.Thread(target=engine.stop, args=(job,))
    stopping.start()
    while job.halt != "stopped":
        time.sleep(0.002)
    engine.pause(job)  # comes too late
    slow_pictures.set()
    pausing.join(5)
    stopping.join(5)
    assert job.snapshot.status == "stopped"
    engine.go_on(job)
    time.sleep(0.1)
    assert job.snapshot.status in ("queued", "running")
    assert job.active
    engine.stop(job)


def test_an_end_that_is_published_late_does_not_end_what_goes_on(engine, request_for, slow_pictures):
    job = engine.submit("ann", request_for())
    while len(job.snapshot.loss_history) < 6:  # the worker is encoding the end
        time.sleep(0.002)
    time.sleep(0.05)
    decision = engine._scheduler.begin_halt(job, "stopped")
    slow_pictures.set()
    engine._endings.end_halt(job, "stopped", decision)
    engine.go_on(job, more_steps=4)
    assert wait(job).loss_history[-1].index == 9
    assert job.steering is None
    engine.go_on(job, more_steps=4)
    assert wait(job).loss_history[-1].index == 13


def test_a_worker_that_dies_while_it_halts_leaves_nothing_running(engine, request_for, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    job = engine.submit("ann", request_for(steps=10_000))
    while len(job.snapshot.loss_history) < 3:
        time.sleep(0.002)
    monkeypatch.setattr(worker.Worker, "_look_after", lambda self, job: self._endings.halt(job, "stopped"))
    before = ThreadRunner.pictures
    monkeypatch.setattr(ThreadRunner, "pictures", lambda *_: (_ for _ in ()).throw(SystemExit))
    engine._workers[0].thread.join(5)
    monkeypatch.setattr(ThreadRunner, "pictures", before)
    assert wait(job).status == "failed"
    assert job.snapshot.results
    monkeypatch.undo()
    assert wait(engine.submit("ann", request_for())).status == "finished"


def test_steps_that_were_asked_for_twice_are_made_once(engine, request_for, gate):
    job = engine.submit("ann", request_for())
    wait(job)
    gate.clear()
    other = engine.submit("bob", request_for(steps=1000))
    wait(other, "running")
    for _ in range(2):
        engine.go_on(job, more_steps=4)
        engine.stop(job)
    engine.go_on(job, more_steps=4)
    engine.stop(other)
    gate.set()
    assert wait(job).loss_history[-1].index == 9


def test_a_job_that_goes_on_in_its_last_moment_waits_as_others_do(engine, request_for, gate):
    job = engine.submit("ann", request_for(steps=1000))
    while len(job.snapshot.loss_history) < 3:
        time.sleep(0.002)
    gate.clear()
    other = engine.submit("bob", request_for(steps=1000))
    engine.pause(job)
    engine.go_on(job)
    assert job.snapshot.status == "running"
    engine._scheduler.put_down(job)
    assert job in engine._scheduler.waiting
    engine.stop(job)
    engine.stop(other)
    gate.set()


def test_nobody_waits_while_a_picture_is_encoded(engine, request_for, gate, slow_pictures):
    job = engine.submit("ann", request_for(steps=10_000))
    while len(job.snapshot.loss_history) < 3:
        time.sleep(0.002)
    gate.clear()
    replacing = threading.Thread(target=engine.submit, args=("ann", request_for()))
    replacing.start()
    while len(engine.jobs_of("ann")) < 2:
        time.sleep(0.002)
    began = time.monotonic()
    engine.heartbeat(engine.submit("bob", request_for()))
    assert time.monotonic() - began < 0.5 or slow_pictures.is_set()
    assert job.snapshot.status == "running"  # its picture is still being encoded
    slow_pictures.set()
    gate.set()
    replacing.join(10)
    assert wait(job).results


def test_a_visitor_who_left_frees_the_worker_unless_they_come_back(toy, request_for, gate):
    now = [0.0]
    engine = Engine("cpu", lambda *_: toy, limits=limits(), abandoned_after=100.0, clock=lambda: now[0])
    for looked_after, returns in ((None, False), (0.1, False), (3.0, True)):  # the page that is left may look once more
        gate.clear()
        job = engine.submit("ann", request_for(steps=50))
        wait(job, "running")
        engine.leave("ann", grace=5.0)
        if looked_after:
            now[0] += looked_after
            engine.heartbeat(job)
        now[0] += 6.0
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
    assert read_recipe(snapshot.results[0]).steps_done == snapshot.loss_history[-1].index > 0
    monkeypatch.setattr(toy, "forward", before)
    assert wait(engine.submit("ann", request_for())).status == "finished"


def test_bad_input_is_one_sentence(engine, request_for):
    request = request_for()
    snapshot = wait(
        engine.submit("ann", Request(inputs=pair(b"no picture", request.inputs.style.data), config=request.config))
    )
    assert snapshot.status == "failed"
    assert snapshot.error.startswith("The content picture isn't a picture we can read: use PNG, JPEG, WebP, GIF, BMP, ")


def test_the_oldest_pictures_of_whoever_holds_most_go_when_memory_is_full(toy, request_for):
    engine = Engine("cpu", lambda *_: toy, limits=limits(uploads_mb=1))
    big = "x" * 300_000  # a file's own metadata counts, too
    jobs = []
    for owner in "aab":
        jobs.append(engine.submit(owner, with_comment(request_for(), big + str(len(jobs)))))
        wait(jobs[-1])
    assert engine.jobs_of("a") == jobs[:2]
    newest = engine.submit("c", with_comment(request_for(), big + "last"))
    wait(newest)
    deadline = time.monotonic() + 5
    while len(engine.jobs_of("a")) > 1:  # the worker is about to put the newest down
        assert time.monotonic() < deadline
        time.sleep(0.001)
    assert engine.jobs_of("a") == jobs[1:2]
    assert engine.jobs_of("b") == jobs[2:]
    assert engine.jobs_of("c")[-1] is newest


def test_pause_and_go_on_give_the_very_picture_of_an_undisturbed_run(engine, request_for):
    undisturbed = wait(engine.submit("ann", request_for(steps=40)))
    job = engine.submit("ann", request_for(steps=40))
    while len(job.snapshot.loss_history) < 5:
        time.sleep(0.001)
    engine.pause(job)
    paused = wait(job)
    assert paused.status == "paused"
    assert read_recipe(paused.results[0]).steps_done == paused.done
    assert wait(engine.submit("bob", request_for())).status == "finished"  # others have their turn meanwhile
    engine.go_on(job)
    snapshot = wait(job)
    assert snapshot.status == "finished"
    assert [point.index for point in snapshot.loss_history] == list(range(41))
    assert (
        Image.open(io.BytesIO(snapshot.results[0])).tobytes()
        == Image.open(io.BytesIO(undisturbed.results[0])).tobytes()
    )


@pytest.mark.parametrize("settings", [{}, {"optimizer": "adam"}])
def test_more_steps_go_on_with_what_the_optimizer_knows(engine, request_for, settings):
    at_once = wait(engine.submit("ann", request_for(steps=12, coarse_to_fine="off", **settings)))
    job = engine.submit("ann", request_for(steps=5, coarse_to_fine="off", **settings))
    wait(job)
    engine.go_on(job, more_steps=7)
    snapshot = wait(job)
    assert (snapshot.done, snapshot.steps) == (12, 12)
    assert snapshot.loss_history[-1].total == at_once.loss_history[-1].total
    assert read_recipe(snapshot.results[0]).steps_done == 12


def test_more_steps_after_coarse_to_fine_are_made_at_full_size(engine, request_for, toy, tensors):
    """As many as were made at once from the same coarse part; which part is coarse depends on the steps planned."""
    planned = request_for(steps=8, coarse_to_fine="on")
    run = stylize(toy, *tensors_of(planned), planned.config)
    steps = [next(run)]
    while steps[-1].index < 12:
        steps.append(run.send(Steering(more_steps=4) if steps[-1].last else None))
    job = engine.submit("ann", planned)
    assert wait(job).done == 8
    engine.go_on(job, more_steps=4)
    assert [record.total for record in wait(job).loss_history] == [step.losses.total for step in steps]
    assert steps[-1].size == (24, 20)
    assert job.snapshot.sizes == ((0, (12, 10)), (2, (24, 20)))  # where the charts put a mark


def test_stop_does_not_wait_for_the_step_that_is_computed(engine, request_for, gate):
    job = engine.submit("ann", request_for(steps=100))
    while len(job.snapshot.loss_history) < 3:
        time.sleep(0.001)
    gate.clear()  # the worker hangs in its step now
    time.sleep(0.05)
    engine.stop(job)
    stopped = job.snapshot
    assert stopped.status == "stopped"
    assert read_recipe(stopped.results[0]).steps_done == stopped.done
    engine.go_on(job)  # before the worker has noticed anything
    gate.set()
    snapshot = wait(job)
    assert snapshot.status == "finished"
    assert [point.index for point in snapshot.loss_history] == list(range(101))


def test_optimizer_states_are_dropped_when_there_are_too_many(toy, request_for):
    engine = Engine("cpu", lambda *_: toy, limits=limits(state_mb=20))  # room for two of 8 MB
    jobs = []
    for owner in "abc":
        jobs.append(engine.submit(owner, request_for()))
        wait(jobs[-1])
    deadline = time.monotonic() + 5
    while jobs[0].snapshot.resumable and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [job.snapshot.resumable for job in jobs] == [False, True, True]
    assert jobs[0].id not in engine._slots.runners[0].held()
    with pytest.raises(ValueError, match="no longer there"):
        engine.go_on(jobs[0], more_steps=3)


def test_a_removal_can_be_undone_until_the_next_one_or_for_a_while(toy, request_for):
    now = [0.0]
    engine = Engine("cpu", lambda *_: toy, limits=limits(), clock=lambda: now[0])
    jobs = [engine.submit("ann", request_for())]
    for _ in range(2):
        wait(jobs[-1])
        jobs.append(engine.submit("ann", request_for()))
    wait(jobs[-1])
    pictures = [job.snapshot.results for job in jobs]
    engine.remove(jobs[1])
    assert engine.jobs_of("ann") == [jobs[0], jobs[2]]
    assert engine.job("ann", jobs[1].id) is None
    assert engine.removed("ann") is jobs[1]
    assert engine.removed("bob") is None
    engine.remove(jobs[1])  # a second click
    assert engine.bring_back(jobs[1])
    assert engine.jobs_of("ann") == jobs  # where it was
    assert [job.snapshot.results for job in jobs] == pictures
    engine.remove(jobs[0])
    engine.remove(jobs[2])
    assert engine.removed("ann") is jobs[2]
    engine.remove(jobs[0])  # long gone
    assert engine.removed("ann") is jobs[2]
    assert not engine.bring_back(jobs[0])
    with pytest.raises(ValueError, match="no longer there"):
        engine.go_on(jobs[2], more_steps=3)
    now[0] += 9.0
    assert engine.removed("ann") is jobs[2]
    for _ in range(20):
        now[0] += 9.0  # longer pauses are sleep
        engine.removed("ann")
        engine.expected_wait()
        engine.heartbeat(jobs[1])
    assert not engine.bring_back(jobs[2])
    assert engine.submit("ann", request_for()).number == 3
    assert engine.tally().jobs == 2


def test_a_removed_job_is_gone_and_only_its_owner_could_reach_it(engine, request_for, gate):
    job = engine.submit("ann", request_for(steps=1000))
    wait(job, "running")
    assert engine.job("ann", job.id) is job
    assert engine.job("bob", job.id) is None
    engine.remove(job)
    assert engine.jobs_of("ann") == []
    assert wait(engine.submit("bob", request_for())).status == "finished"
    assert job.id not in engine._slots.runners[0].held()


def test_a_server_s_limits_hold_whatever_the_page_says(engine, request_for):
    with pytest.raises(ValueError, match="limit for size is 512"):
        engine.submit("ann", request_for(size=600))


def test_too_little_memory_is_told_before_it_is_taken(engine, request_for, monkeypatch):
    monkeypatch.setattr(limits_module, "available_memory", lambda: 10**6)
    snapshot = wait(engine.submit("ann", request_for()))
    assert snapshot.status == "failed"
    assert "GB are free on this server: choose a smaller size" in snapshot.error


def test_expected_wait_adds_up_the_work_before(toy, request_for, gate):
    engine = Engine("cpu", lambda *_: toy, limits=limits(), throughput=ThroughputEstimator(24 * 20, 24 * 20 * 1e-3))
    gate.clear()
    wait(engine.submit("ann", request_for()), "running")
    first = engine.submit("bob", request_for())
    second = engine.submit("cyd", request_for())
    one = depth_share(first.request.config) * 5 * 24 * 20 * 1e-3  # depth × steps × pixels × pace
    assert engine.heartbeat(second).wait - engine.heartbeat(first).wait == pytest.approx(one, rel=0.3)
    assert engine.expected_wait() > engine.heartbeat(second).wait
    gate.set()


def test_frames_are_spread_over_the_run_and_thinned_out(engine, request_for, monkeypatch):
    snapshot = wait(engine.submit("ann", request_for(steps=300)))
    assert [frame.index for frame in snapshot.frames] == list(range(0, 301, 5))
    assert len(snapshot.frames) == FRAMES + 1
    monkeypatch.setattr("stylecore.engine.jobs.FRAME_BYTES", 50)
    frames, every = (), 1
    for index in range(20):
        if index % every == 0:
            frames, every = with_frame(frames, Frame(index, (b"0123456789",)), every)
    assert [frame.index for frame in frames] == [0, 4, 8, 12, 16]


def test_a_dead_worker_is_replaced(engine, request_for, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(worker.Worker, "_run", lambda *_: (_ for _ in ()).throw(SystemExit))
    engine.submit("ann", request_for())
    engine._workers[0].thread.join(5)
    monkeypatch.undo()
    assert wait(engine.submit("bob", request_for())).status == "finished"


def test_rooms_of_one_owner_queue_up_and_end_only_their_own(engine, request_for, gate):
    gate.clear()
    studio = engine.submit("ann", request_for(steps=3))
    wait(studio, "running")
    layers = engine.submit_all("ann", [dataclasses.replace(request_for(steps=3), workspace="layers")] * 2)
    assert [job.snapshot.status for job in (studio, *layers)] == ["running", "queued", "queued"]
    again = engine.submit_all("ann", [dataclasses.replace(request_for(steps=3), workspace="layers")])
    gate.set()
    assert wait(studio).status == wait(again[0]).status == "finished"
    assert engine.jobs_of("ann") == [studio, *again]  # what had not begun is gone, what ran went on
    assert [job.number for job in (studio, *again)] == [1, 1]
