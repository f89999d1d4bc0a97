"""Runs in processes of their own: two at once, steered, killed, stopped; and the same pictures as in this process."""

import contextlib
import io
import json
import os
import pickle
import signal
import subprocess
import sys
import time
from concurrent.futures import Future
from functools import partial

import numpy as np
import psutil
import pytest
import tifffile
import torch
from PIL import Image

from stylecore.config import Postprocess, TransferConfig
from stylecore.engine import plain
from stylecore.engine.engine import Engine
from stylecore.engine.frames import write_frame
from stylecore.engine.jobs import Request, Update
from stylecore.engine.messages import KILLED
from stylecore.engine.process_link import ProcessLink
from stylecore.engine.remote_runner import KnownRuns, RemoteRunner
from stylecore.engine.runner import RunnerLost, Task
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.imaging.inputs import InputImage, Inputs, pair
from stylecore.language import Sentence, counted
from stylecore.transfer.enlargement import Level
from stylecore.transfer.precision import measurements
from stylecore.transfer.records import LossRecord, Steering
from stylecore.transfer.vgg import load_vgg16
from tests.support.engines import limits, wait

PATIENCE = 90  # seconds; a busy machine is no failure


def until(true, seconds=PATIENCE):
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


LINKS = pytest.mark.parametrize("links", ["process", pytest.param("ray", marks=pytest.mark.long)], indirect=True)


@pytest.fixture(scope="module")
def ray_links():
    """Of a cluster of this process's own."""
    ray = pytest.importorskip("ray", reason="Ray is optional")
    from stylecore.engine.ray_link import engine_host, make_ray_links

    yield lambda: make_ray_links("local", 2, partial(engine_host, refresh=0.0))
    ray.shutdown()


@pytest.fixture(scope="module")
def links(request):
    """Two processes, shared by all tests: each may kill them, and the next call starts new ones."""
    if request.param == "ray":
        made = request.getfixturevalue("ray_links")()
    else:
        made = [ProcessLink("cpu", 1, 0.0) for _ in range(2)]
    yield made
    pids = [link.pid for link in made]
    for link in made:
        link.close()
    until(lambda: not any(pid and psutil.pid_exists(pid) for pid in pids))  # nothing is left


@pytest.fixture
def engine(links):
    known = KnownRuns()
    runners = [RemoteRunner(link, "cpu", known) for link in links]
    engine = Engine("cpu", lambda *_: load_vgg16(), limits(), runners=runners)
    yield engine
    for owner in ("ann", "bob", "cat"):
        engine.forget_all(owner)
    for worker in engine._workers:  # the links stay
        worker.end()
        assert worker.join(PATIENCE)


@pytest.fixture
def request_of(pair):
    def make(steps=40, size=64, **settings):
        config = TransferConfig(size=size, steps=steps, precision="float32", coarse_to_fine="off", **settings)
        return Request(inputs=pair_of(pair), config=config)

    return make


def pair_of(files):
    return pair(*files)


def kill(link):
    os.kill(link.pid, signal.SIGKILL)


@pytest.fixture(autouse=True, scope="module")
def one_thread():
    """As the processes have: with another number, sums are taken in another order."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def undisturbed(request, changes=()):
    """The picture of the same run in this process, steered at the same steps."""
    runner = ThreadRunner("cpu", lambda *_: load_vgg16())
    runner.begin("run", Task(request=request, steps=request.config.steps))
    steered = dict(changes)
    runner.step("run", None, is_frame=False)
    for index in range(request.config.steps):
        steering = Steering(lambdas=steered[index]) if index in steered else None
        runner.step("run", steering, is_frame=False)
    return pixels(runner.pictures("run", request.config.steps, changes).results[0])


def link_of(engine, links, job):
    return links[job.slot]


@LINKS
def test_two_visitors_run_at_once_and_a_killed_process_loses_nothing(engine, links, request_of):
    mine, theirs = request_of(30, lambdas=(0.2,)), request_of(30, lambdas=(0.4,))
    job, other = engine.submit("ann", mine), engine.submit("bob", theirs)
    until(lambda: job.snapshot.done > 2 and other.snapshot.done > 2)
    assert job.slot != other.slot
    assert len({os.getpid(), links[0].pid, links[1].pid}) == 3
    engine.steer(job, Steering(lambdas=(0.8,)))
    until(lambda: job.snapshot.changes)
    reached, killed = job.snapshot.done, link_of(engine, links, job).pid
    kill(link_of(engine, links, job))
    seen = reached
    while not job.ended:
        assert job.snapshot.done >= seen  # published steps never go back
        seen = job.snapshot.done
        time.sleep(0.002)
    assert job.snapshot.status == "finished", job.snapshot
    assert job.lost == 1
    assert link_of(engine, links, job).pid != killed
    assert [record.index for record in job.snapshot.loss_history] == list(range(31))
    assert job.snapshot.changes[0][1] == (0.8,)
    assert (pixels(job.snapshot.results[0]) == undisturbed(mine, job.snapshot.changes)).all()
    assert tifffile.imread(io.BytesIO(engine.deep_picture(job, Postprocess()))).dtype == "uint16"
    assert wait(other).status == "finished"
    assert other.lost == 0
    assert (pixels(other.snapshot.results[0]) == undisturbed(theirs)).all()


@LINKS
def test_stop_does_not_wait_for_a_slow_step(engine, links, request_of):
    job = engine.submit("ann", request_of(50, size=384, lambdas=(0.1, 0.2, 0.3)))
    until(lambda: job.snapshot.done >= 1)
    time.sleep(0.05)
    assert job.computing
    engine.stop(job)
    assert job.snapshot.status == "stopped"  # while its step is still being computed
    assert job.computing
    assert len(job.snapshot.results) == 3


@pytest.mark.long
@LINKS
def test_a_run_whose_process_dies_while_it_is_paused_goes_on(engine, links, request_of):
    request = request_of(30)
    job = engine.submit("ann", request)
    until(lambda: job.snapshot.done > 3)
    engine.pause(job)
    until(lambda: not job.computing)
    kill(link_of(engine, links, job))
    assert job.snapshot.results
    engine.go_on(job)
    assert wait(job).status == "finished"
    assert (pixels(job.snapshot.results[0]) == undisturbed(request)).all()


@pytest.mark.long
@LINKS
def test_a_run_that_goes_down_again_and_again_ends_with_its_picture(engine, links, request_of):
    job = engine.submit("ann", request_of(4000))
    for lost in range(3):
        until(lambda lost=lost: job.snapshot.previews and job.lost == lost and job.caught_up)
        kill(link_of(engine, links, job))
        until(lambda lost=lost: job.lost == lost + 1)
    until(lambda: job.ended)
    assert (job.snapshot.status, job.snapshot.error) == ("failed", KILLED)
    assert pixels(job.snapshot.results[0]).shape[2] == 3
    later = engine.submit("ann", request_of(3))
    assert wait(later).status == "finished"


@LINKS
def test_errors_of_a_process_are_those_of_this_one(engine):
    request = Request(inputs=pair(b"no picture", b"nor this"), config=TransferConfig(size=64, steps=2))
    assert "picture" in wait(engine.submit("ann", request)).error


@pytest.mark.long
@LINKS
def test_a_visitor_has_two_runs_at_work_only_where_nobody_waits(engine, request_of):
    jobs = [engine.submit_all("ann", [request_of(3000)], beside=True)[0] for _ in range(3)]
    until(lambda: sum(job.computing for job in jobs) == 2)
    other = engine.submit("bob", request_of(3000))
    until(lambda: other.computing)
    until(lambda: sum(job.computing for job in jobs) <= 1)
    third = engine.submit("cat", request_of(3))
    assert wait(third).status == "finished"  # though both slots were taken


@LINKS
def test_queries_are_answered_beside_the_runs(engine, request_of):
    from tests.engine.test_runner import Asked

    class Question(Asked):
        def work(self, vgg, pictures):
            yield
            return "answer"

    job = engine.submit("ann", request_of(4000))
    until(lambda: job.computing)
    assert engine.ask("bob", Question()).result(PATIENCE) == "answer"


def test_a_process_whose_server_is_gone_ends():
    link = ProcessLink("cpu", 1, 0.0)
    with contextlib.suppress(LookupError):
        link.call("control", "release", "nothing").result(PATIENCE)
    process = psutil.Process(link.pid)
    link._peer.process.stdin.close()  # as the system does if the server dies
    process.wait(10)


def test_a_process_that_can_t_answer_any_more_ends_without_a_word():
    settings = json.dumps({"device": "cpu", "threads": 1, "refresh": 1.0})
    command = [sys.executable, "-m", "stylecore.engine.process_host", settings]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    process.stdout.close()
    write_frame(process.stdin, (1, "compute", "trim", ()))  # the pipe for calls is still open
    assert process.wait(PATIENCE) == 0
    assert process.stderr.read() == b""
    process.stdin.close()
    process.stderr.close()


def test_what_was_measured_is_taken_by_the_process_that_takes_its_place(request_of):
    class Echo:
        """A link whose host has measured something, and tells what it is told."""

        def __init__(self):
            self.told = []

        def call(self, channel, method, *arguments):
            answer = Future()
            answer.set_result({"answer": self.step() if channel == "compute" else self.told.append(arguments[-1])})
            return answer

        def step(self):
            update = Update(losses=LossRecord(0, (0.2,), (0.0,), (1.0,), (0.8,), {}, {}), size=(8, 8), seconds=0.1)
            measured = [["nowhere", 1, 1.9, 0.998]]
            return {"update": plain.update_to_plain(update), "exact": None, "measured": measured}

    link = Echo()
    runner, task = RemoteRunner(link, "cpu", KnownRuns(), here=False), Task(request=request_of(), steps=3)
    runner.begin("run", task)
    runner.step("run", None, is_frame=False)
    runner.begin("run", task)
    assert link.told == [[], [["nowhere", 1, 1.9, 0.998]]]
    assert ("nowhere", 1) not in measurements()  # of another machine


def test_the_newest_picture_of_a_runner_that_is_gone_is_there_for_the_one_that_takes_its_run_over(request_of):
    levels = np.full((1, 8, 8, 3), 100, np.uint8)

    class Stepping:
        def call(self, channel, method, *arguments):
            update = Update(
                losses=LossRecord(0, (0.2,), (0.0,), (1.0,), (0.8,), {}, {}), size=(8, 8), seconds=0.1, previews=(b"j",)
            )
            exact = {"shape": list(levels.shape), "levels": levels.tobytes(), "precision": "float32"}
            answer = Future()
            answer.set_result({"answer": {"update": plain.update_to_plain(update), "exact": exact, "measured": None}})
            return answer

    class Gone:
        def call(self, channel, method, *arguments):
            answer = Future()
            answer.set_exception(RunnerLost("for the test"))
            return answer

    known = KnownRuns()
    first, second = RemoteRunner(Stepping(), "cpu", known), RemoteRunner(Gone(), "cpu", known)
    first.begin("run", Task(request=request_of(), steps=3))
    first.step("run", None, is_frame=False)
    (picture,) = second.pictures("run", 0, ()).results
    assert (pixels(picture) == levels[0]).all()
    second.release("run")
    with pytest.raises(RunnerLost):
        second.pictures("run", 0, ())


def walk(value):
    assert type(value) in (dict, list, tuple, str, bytes, int, float, bool, type(None)), type(value)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ():
        walk(inner)


def test_what_passes_is_plain_and_comes_back_as_it_was():
    style = InputImage(data=b"style", name="s", weight=2.0, mask=b"mask", region=b"region")
    inputs = Inputs(contents=(InputImage(data=b"c"),), styles=(style,), init=InputImage(data=b"i"), leave=b"leave")
    request = Request(inputs=inputs, config=TransferConfig(lambdas=(0.1, 0.9)), levels=(Level(512, 3),))
    task = Task(request=request, steps=9, done=4, changes=((2, (0.5, 0.6)),), weight_changes=((3, (1.0,)),))
    written = plain.task_to_plain(task)
    walk(written)
    assert plain.task_from_plain(pickle.loads(pickle.dumps(written))) == task
    for steering in (None, Steering(more_steps=3), Steering(lambdas=(0.1,), style_weights=(1.0, 2.0))):
        assert plain.steering_from_plain(plain.steering_to_plain(steering)) == steering
    nested = Sentence("{what} needs {size:.1f} GB", what=counted("{count} step", "{count} steps", 3), size=1.5)
    walk(plain.sentence_to_plain(nested))
    again = plain.sentence_from_plain(plain.sentence_to_plain(nested))
    assert (again, again.values["what"].many) == ("3 steps needs 1.5 GB", "{count} steps")
