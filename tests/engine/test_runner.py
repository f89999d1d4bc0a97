"""Who computes can be exchanged: the engine with a runner of twenty lines, and the ThreadRunner alone."""

import dataclasses
import io
import itertools
import json
import pickle
import subprocess
import sys
import textwrap
import time
from types import SimpleNamespace

import numpy as np
import pytest
import tifffile
from PIL import Image

from stylecore.artifacts.recipe import read_recipe
from stylecore.config import Postprocess, TransferConfig
from stylecore.engine import thread_runner
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.quotas import RequestRefused
from stylecore.engine.runner import Pictures, Task
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.imaging.inputs import pair
from stylecore.transfer.records import Steering
from tests.support.engines import FakeRunner, limits, until, wait
from tests.support.server import ROOT


@dataclasses.dataclass(frozen=True)
class Asked:
    config: TransferConfig = dataclasses.field(default_factory=TransferConfig, repr=False)


@pytest.fixture
def fake():
    return FakeRunner()


@pytest.fixture
def engine(fake):
    return Engine("cpu", limits=limits(), runners=[fake], answerer=fake)


def request(**settings):
    return Request(inputs=pair(b"content", b"style"), config=TransferConfig(steps=5, **settings))


def test_a_job_runs_on_any_runner(engine, fake):
    job = engine.submit("ann", request())
    snapshot = wait(job)
    assert snapshot.status == "finished"
    assert [record.index for record in snapshot.loss_history] == list(range(6))
    assert snapshot.results == (b"png of 5 ()",)
    assert [frame.index for frame in snapshot.frames] == list(range(6))
    engine.go_on(job, more_steps=2)
    assert wait(job).results == (b"png of 7 ()",)
    assert fake.calls == [("begin", job.id, None)]
    engine.remove(job)
    deadline = time.monotonic() + 5
    while ("release", job.id) not in fake.calls:  # when the worker has put it down
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_steering_reaches_the_runner_and_the_pictures(engine, fake):
    job = engine.submit("ann", request())
    wait(job)
    engine.steer(job, Steering(lambdas=(0.9,)))  # too late: it has ended
    assert job.steering is None
    before, seen = fake.step, []
    fake.step = lambda run, steering, *, is_frame: seen.append(steering) or before(run, steering, is_frame=is_frame)
    job = engine.submit("ann", request(lambdas=(0.5,)))
    engine.steer(job, Steering(lambdas=(0.8,)))
    wait(job)
    assert [steering for steering in seen if steering] in ([Steering(lambdas=(0.8,))], [])
    assert len(job.snapshot.changes) == len([steering for steering in seen if steering])


def test_a_runner_that_fails_ends_its_job_alone(engine, fake):
    def fails(*_, **__):
        raise RuntimeError("the process is gone")

    step, fake.step = fake.step, fails
    assert wait(engine.submit("ann", request())).status == "failed"
    fake.step = step
    assert wait(engine.submit("ann", request())).status == "finished"


def test_all_that_passes_between_scheduler_and_runner_is_plain_data(toy, request_for):
    """It goes through pickle: no tensors, no generators, no locks."""
    runner = ThreadRunner("cpu", lambda *_: toy)
    task = Task(request=request_for(steps=2), steps=2)
    assert pickle.loads(pickle.dumps(task)) == task
    runner.begin("run", task)
    update = runner.step("run", None, is_frame=True)
    assert pickle.loads(pickle.dumps(update)) == update
    json.dumps(dataclasses.asdict(update.losses))
    pictures = runner.pictures("run", 0, ())
    assert pickle.loads(pickle.dumps(pictures)) == pictures


def test_the_first_steps_are_all_shown_and_later_ones_once_a_refresh(toy, request_for, monkeypatch):
    runner = ThreadRunner("cpu", lambda *_: toy, refresh=7.0)
    runner.begin("run", Task(request=request_for(steps=60), steps=60))
    clock = itertools.count()  # a step takes a second
    monkeypatch.setattr(thread_runner, "time", SimpleNamespace(perf_counter=lambda: float(next(clock))))
    drawn = [index for index in range(50) if runner.step("run", None, is_frame=False).previews]
    assert drawn == [0, 1, 2, 3, 4, 5, 6, 7, 11, 17, 24, 31, 38, 45]


def test_a_job_at_rest_is_plain_data_but_for_its_files(toy, request_for):
    engine = Engine("cpu", lambda *_: toy, limits=limits(), refresh=0.0)
    job = engine.submit("ann", request_for())
    wait(job)
    copy = pickle.loads(pickle.dumps(job))
    assert copy.snapshot == job.snapshot
    assert copy.request == job.request


def test_a_run_that_begins_anew_repeats_what_was_published_and_goes_on(toy, request_for):
    def steps(runner, count, steering=()):
        return [runner.step("run", dict(steering).get(i), is_frame=False) for i in range(count)]

    whole = ThreadRunner("cpu", lambda *_: toy)
    whole.begin("run", Task(request=request_for(steps=9), steps=9))
    first = steps(whole, 10, [(4, Steering(lambdas=(0.8,)))])
    again = ThreadRunner("cpu", lambda *_: toy)
    again.begin("run", Task(request=request_for(steps=6), steps=9, done=5, changes=((3, (0.8,)),)))
    second = steps(again, 10)
    assert [update.repeated for update in second] == [True] * 6 + [False] * 4
    assert [update.losses for update in second] == [update.losses for update in first]


def test_pictures_of_the_newest_published_step_are_there_while_the_next_is_computed(toy, request_for):
    runner = ThreadRunner("cpu", lambda *_: toy)
    runner.begin("run", Task(request=request_for(), steps=5))
    for _ in range(3):
        runner.step("run", None, is_frame=False)
    one, two = runner.pictures("run", 1, ()), runner.pictures("run", 2, ())
    assert one.results != two.results
    runner.release("run")
    assert runner.held() == set()
    runner.release("run")  # once more is no error


def test_a_picture_at_rest_has_16_bits_while_its_computation_is_there(toy, request_for):
    engine = Engine("cpu", lambda *_: toy, limits=limits(), refresh=0.0)
    job = engine.submit("ann", request_for())
    snapshot = wait(job)
    tiff = engine.deep_picture(job, Postprocess())
    levels = tifffile.imread(io.BytesIO(tiff))
    with Image.open(io.BytesIO(snapshot.results[0])) as png:
        assert abs(levels / 257 - np.asarray(png)).max() <= 0.51
    assert len(np.unique(levels % 257)) > 2  # not only those that 8 bits have
    assert read_recipe(tiff).steps_done == snapshot.done
    assert read_recipe(engine.deep_picture(job, Postprocess(colours="luminance"))).postprocess.colours == "luminance"
    engine.remove(job)
    until(lambda: not job.holds_state)
    with pytest.raises(RequestRefused, match="only 8 bits"):
        engine.deep_picture(job, Postprocess())


def test_a_paused_run_survives_what_its_owner_runs_elsewhere(toy, request_for, gate):
    engine = Engine("cpu", lambda *_: toy, limits=limits(), refresh=0.0)
    paused = engine.submit("ann", request_for(steps=500))
    while paused.snapshot.done < 3:
        time.sleep(0.001)
    engine.pause(paused)
    assert wait(paused).status == "paused"
    for workspace in ("lab", "layers"):
        wait(engine.submit("ann", dataclasses.replace(request_for(), workspace=workspace)))
    wait(engine.submit("bob", request_for()))
    assert paused.snapshot.status == "paused"
    engine.go_on(paused)
    deadline = time.monotonic() + 10
    while paused.snapshot.done < 10:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    engine.stop(paused)


def test_more_steps_without_the_optimizer_s_state_keep_the_lambda_that_was_steered(toy, request_for):
    engine = Engine("cpu", lambda *_: toy, limits=limits(state_mb=0), refresh=0.0)
    job = engine.submit("ann", request_for(steps=400, lambdas=(0.2,)))
    while job.snapshot.done < 2:
        time.sleep(0.001)
    engine.steer(job, Steering(lambdas=(0.8,)))
    assert wait(job).loss_history[-1].lambdas == (0.8,)
    deadline = time.monotonic() + 5
    while job.snapshot.resumable:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    longer = engine.extend(job, 7)
    assert longer is not job
    assert longer.request.config.lambdas == (0.8,)
    assert (longer.request.config.init, longer.request.config.steps) == ("image", 7)
    assert longer.request.inputs.init.data == job.snapshot.results[0]
    assert wait(longer).loss_history[0].lambdas == (0.8,)


def test_a_paused_run_whose_state_was_needed_goes_on_from_its_picture(toy, request_for):
    """The button is on the page for a while after the state is gone."""
    engine = Engine("cpu", lambda *_: toy, limits=limits(state_mb=0), refresh=0.0)
    job = engine.submit("ann", request_for(steps=400, lambdas=(0.2,)))
    while job.snapshot.done < 2:
        time.sleep(0.001)
    engine.pause(job)
    deadline = time.monotonic() + 5
    while job.snapshot.resumable or not job.ended:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    rest = engine.extend(job, 0)
    assert rest is not job
    assert rest.request.config.steps == 400 - job.snapshot.done
    assert rest.request.inputs.init.data == job.snapshot.results[0]
    engine.stop(rest)


def test_who_wants_to_know_hears_of_a_job_that_is_gone_and_its_owner_is_told(engine, fake):
    engine._registry.limits = dataclasses.replace(engine.limits, kept_mb=1)
    fake.pictures = lambda *_: Pictures((bytes(700_000),), (b"jpeg",))
    gone, others = [], [0]
    engine.on_forget(lambda owner, job_id: gone.append((owner, job_id)))
    engine.count_also(lambda: others[0])
    job = engine.submit("ann", request())
    wait(job)
    held = engine.tally().bytes
    others[0] = 10**6
    assert engine.tally().bytes == held + 10**6
    assert (gone, engine.take_losses("ann")) == ([], 0)
    engine._registry.forget_old()
    assert gone == []  # what is held elsewhere has a budget of its own
    wait(engine.submit("ann", request()))
    deadline = time.monotonic() + 5
    while ("ann", job.id) not in gone:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert [engine.take_losses(owner) for owner in ("bob", "ann", "ann")] == [0, 1, 0]


def test_everything_of_a_visitor_can_be_forgotten(engine, fake):
    ended, removed, theirs = (engine.submit(owner, request()) for owner in ("ann", "ann", "bob"))
    for job in (ended, removed, theirs):
        wait(job)
    engine.remove(removed)
    running = engine.submit("ann", request(lambdas=(0.4,)))
    answer = engine.ask("ann", Asked())
    assert answer.result(10) == "answer to Asked()"
    engine.forget_all("ann")
    assert engine.jobs_of("ann") == []
    assert engine.removed("ann") is None
    assert running.ended
    assert engine.ask("ann", Asked()) is not answer
    assert engine.jobs_of("bob") == [theirs]
    deadline = time.monotonic() + 5
    while not {("release", job.id) for job in (ended, removed, running)} <= set(fake.calls):
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_a_process_that_ends_while_a_step_is_computed_ends_in_peace():
    script = """
        import time
        from stylecore.config import TransferConfig
        from stylecore.engine.engine import Engine
        from stylecore.engine.jobs import Request
        from stylecore.imaging.inputs import pair
        from stylecore.samples import sample_contents, sample_styles
        from tests.conftest import ToyNetwork
        from tests.support.engines import limits

        toy = ToyNetwork()
        engine = Engine("cpu", lambda *_: toy, limits=limits())
        files = (sample_contents()["Chelsea"], sample_styles()["Embroidery"])
        layers = (("relu1_1", 1.0),)
        config = TransferConfig(size=256, steps=10_000, content_layers=layers, style_layers=layers)
        job = engine.submit("ann", Request(inputs=pair(*(file.read_bytes() for file in files)), config=config))
        while job.snapshot.done < 3:
            time.sleep(0.001)
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, b"")
