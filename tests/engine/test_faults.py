"""Faults: whatever breaks, the last good picture is kept, one sentence says what happened, and the next run works."""

import ast
import ctypes
import errno
import io
import resource
import shutil
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path
from unittest.mock import MagicMock

import pytest
import torch
from PIL import Image
from streamlit.testing.v1 import AppTest

from stylecore.artifacts.recipe import read_recipe
from stylecore.cli import estimate
from stylecore.cli.parser import main
from stylecore.config import TransferConfig
from stylecore.engine import limits as limits_module
from stylecore.engine import thread_runner
from stylecore.engine.derived_jobs import at_half_size
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.messages import BROKEN, HALVED, KILLED
from stylecore.imaging import inputs
from stylecore.imaging.images import encode_png
from stylecore.imaging.tensors import to_image
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer import vgg as weights
from stylecore.transfer.records import Steering
from stylecore.transfer.vgg import load_vgg16
from stylecore.ui import plotly_js, server
from tests.conftest import start_afresh
from tests.support.engines import at_rest, limits, wait
from tests.support.pages import PATIENCE, small, words
from tests.support.pages import wait as wait_for_words
from tests.support.speed import measured_once

ROOT = Path(__file__).parents[2]
PAIR = str(sample_contents()["Chelsea"]), str(sample_styles()["Embroidery"])
LAYERS = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}


@pytest.fixture(scope="module", autouse=True)
def quick_start():
    """Neither pages nor commands measure the machine again each time."""
    with measured_once(server), measured_once(estimate):
        yield


@pytest.fixture
def request_for(tensors):
    content, style = (encode_png(to_image(tensor[0])) for tensor in tensors)

    def make(*lambdas, **settings):
        config = TransferConfig(**{"lambdas": lambdas or (0.2,), "size": 24, "steps": 12, **LAYERS, **settings})
        return Request(inputs=inputs.pair(content, style), config=config)

    return make


@pytest.fixture
def engine(toy):
    return Engine("cpu", lambda *_: toy, limits=limits(), refresh=0.0)


@pytest.fixture
def breaks(toy, monkeypatch):
    """Lets a number of passes through and then raises, until it is mended."""
    before = toy.forward

    def broken(problem, after=6):
        passes = [0]

        def forward(*arguments, **named):
            passes[0] += 1
            if passes[0] > after:
                raise problem
            return before(*arguments, **named)

        monkeypatch.setattr(toy, "forward", forward)
        return lambda: monkeypatch.setattr(toy, "forward", before)

    return broken


def is_one_sentence(text):
    return text.endswith(".") and "\n" not in text and "Traceback" not in text


def pixels(png):
    return Image.open(io.BytesIO(png)).tobytes()


def reach(job, index):
    deadline = time.monotonic() + 20
    while job.snapshot.done < index:
        assert time.monotonic() < deadline, job.snapshot
        time.sleep(0.001)


def keeps_its_picture(job):
    assert read_recipe(job.snapshot.results[0]).steps_done == job.snapshot.done > 0
    return True


# The worker


@pytest.mark.parametrize("problem", [SystemExit, KeyboardInterrupt, GeneratorExit])
def test_a_worker_that_dies_is_noticed_without_anybody_s_next_run(engine, request_for, breaks, monkeypatch, problem):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    mend = breaks(problem())
    snapshot = wait(engine.submit("ann", request_for(steps=1000)))
    assert snapshot.status == "failed"
    assert snapshot.error == KILLED
    assert keeps_its_picture(engine.jobs_of("ann")[-1])
    mend()
    assert wait(engine.submit("ann", request_for())).status == "finished"
    assert engine.tally().restarts == 1


def test_a_killed_worker_s_queue_goes_on(engine, request_for, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    job = engine.submit("ann", request_for(steps=10_000))
    waiting = engine.submit("bob", request_for())
    reach(job, 3)
    killed = ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(engine._workers[0].thread.ident), ctypes.py_object(SystemExit)
    )
    assert killed == 1
    assert wait(job).error == KILLED
    assert keeps_its_picture(job)
    assert wait(waiting).status == "finished"


def test_a_paused_run_whose_step_died_goes_on_as_if_nothing_had_been(engine, request_for, toy, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    undisturbed = wait(engine.submit("bob", request_for(steps=30)))
    before, cut = toy.forward, threading.Event()

    def hangs(*arguments, **named):
        if toy.passes > 12 + passes:
            cut.wait(10)
            raise SystemExit
        return before(*arguments, **named)

    passes = toy.passes
    monkeypatch.setattr(toy, "forward", hangs)
    job = engine.submit("ann", request_for(steps=30))
    reach(job, 5)
    engine.pause(job)
    assert wait(job).status == "paused"
    cut.set()
    engine._workers[0].thread.join(5)
    monkeypatch.setattr(toy, "forward", before)
    engine.go_on(job)
    snapshot = wait(job)
    assert snapshot.status == "finished"
    assert [point.total for point in snapshot.loss_history] == [point.total for point in undisturbed.loss_history]
    assert pixels(snapshot.results[0]) == pixels(undisturbed.results[0])


@pytest.mark.parametrize("problem", [RuntimeError("boom"), MemoryError()])
@pytest.mark.parametrize("lambdas", [(0.2,), (0.2, 0.6)])
def test_a_run_that_is_paused_while_its_step_raises_goes_on_all_the_same(engine, request_for, toy, problem, lambdas):
    undisturbed = wait(engine.submit("bob", request_for(*lambdas, steps=20)))
    before, held, passes = toy.forward, threading.Event(), toy.passes

    def hangs(*arguments, **named):
        if toy.passes > passes + 12:
            held.wait(10)
            raise problem
        return before(*arguments, **named)

    toy.forward = hangs
    job = engine.submit("ann", request_for(*lambdas, steps=20))
    reach(job, 3)
    engine.pause(job)
    assert wait(job).status == "paused"
    held.set()
    deadline = time.monotonic() + 10
    while engine.tally().running:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert keeps_its_picture(job)
    toy.forward = before
    engine.go_on(job)
    snapshot = wait(job)
    assert snapshot.status == "finished"
    assert [point.total for point in snapshot.loss_history] == [point.total for point in undisturbed.loss_history]
    assert [pixels(png) for png in snapshot.results] == [pixels(png) for png in undisturbed.results]


def test_a_step_that_raises(engine, request_for, breaks):
    mend = breaks(RuntimeError("boom"))
    snapshot = wait(engine.submit("ann", request_for(steps=50)))
    assert (snapshot.status, snapshot.error, snapshot.too_large) == ("failed", BROKEN, False)
    assert keeps_its_picture(engine.jobs_of("ann")[-1])
    mend()
    assert wait(engine.submit("ann", request_for())).status == "finished"


# Memory

SHORT = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),  # what a GPU's allocator raises
    MemoryError(),
    RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: not enough memory: you tried"),
    RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 4096 bytes. Error code 12"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
]


@pytest.mark.parametrize("problem", SHORT, ids=lambda problem: type(problem).__name__)
def test_a_single_picture_without_memory_fails_and_half_the_size_goes_on_from_it(engine, request_for, breaks, problem):
    mend = breaks(problem)
    job = engine.submit("ann", request_for(steps=50, size=64))
    snapshot = wait(job)
    assert (snapshot.status, snapshot.too_large) == ("failed", True)
    assert snapshot.error == "There is too little memory for this picture: choose a smaller size."
    assert keeps_its_picture(job)
    assert job.id not in engine._slots.runners[0].held()  # nothing of it is left to take the next one's memory
    mend()
    request = at_half_size(job)
    assert (request.config.size, request.config.init) == (32, "image")
    assert request.config.steps == 50 - snapshot.done
    assert request.inputs.init.data == snapshot.results[0]
    assert wait(engine.submit("ann", request)).status == "finished"


@pytest.fixture
def scarce(monkeypatch):
    """Memory for so many λ in one run, up to a step."""

    def only(most, after):
        real = thread_runner.stylize

        def stylize(vgg, content, style, config, initial=None, tile=None):
            run = real(vgg, content, style, config, initial, tile)
            step = next(run)
            while True:
                if len(config.lambdas) > most and step.index >= after:
                    raise torch.OutOfMemoryError("CUDA out of memory.")
                message = yield step
                try:
                    step = run.send(message)
                except StopIteration:
                    return

        monkeypatch.setattr(thread_runner, "stylize", stylize)

    return only


@pytest.mark.parametrize("after", [0, 1, 7])
def test_a_batch_without_memory_goes_on_in_parts_with_the_very_same_pictures(engine, request_for, scarce, after):
    lambdas = (0.1, 0.3, 0.5, 0.7, 0.9)
    whole = wait(engine.submit("bob", request_for(*lambdas)))
    scarce(2, after)
    first = engine.submit("ann", request_for(*lambdas))
    told = wait(first)
    assert told.status == "stopped"
    assert HALVED in told.notices
    deadline = time.monotonic() + 10
    while not all(job.ended for job in engine.jobs_of("ann")):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    parts = sorted(engine.jobs_of("ann"), key=lambda job: job.request.config.lambdas)
    assert [job.request.config.lambdas for job in parts] == [(0.1, 0.3), (0.5,), (0.7, 0.9)]
    assert [job.snapshot.status for job in parts] == ["finished"] * 3
    assert all(job.snapshot.notices.count(HALVED) == 1 for job in parts)
    assert is_one_sentence(HALVED)
    results = [png for job in parts for png in job.snapshot.results]
    assert [pixels(png) for png in results] == [pixels(png) for png in whole.results]
    for job in parts:
        assert [point.index for point in job.snapshot.loss_history] == list(range(13))
    assert parts[0].snapshot.loss_history[-1].total == whole.loss_history[-1].total[:2]
    assert read_recipe(results[4]).to_json() == read_recipe(whole.results[4]).to_json()


def test_a_halved_batch_remembers_steering_and_more_steps(engine, request_for, scarce, toy, monkeypatch):
    gate = threading.Event()
    before = toy.forward
    monkeypatch.setattr(toy, "forward", lambda *a, **k: gate.wait(10) and before(*a, **k))

    def steered(owner):
        gate.clear()
        job = engine.submit(owner, request_for(0.2, 0.6))
        engine.steer(job, Steering(lambdas=(0.3, 0.9), more_steps=5))
        gate.set()
        return job

    whole = wait(steered("bob"))
    scarce(1, 9)
    wait(steered("ann"))
    parts = engine.jobs_of("ann")
    for k, job in enumerate(parts):
        snapshot = wait(job)
        assert (snapshot.done, snapshot.steps) == (17, 17)
        assert snapshot.changes == ((0, whole.changes[0][1][k : k + 1]),)
        assert pixels(snapshot.results[0]) == pixels(whole.results[k])


def test_a_halved_batch_never_goes_back_and_its_waiting_half_keeps_its_pictures(engine, request_for, scarce, toy):
    scarce(2, 7)
    gate = threading.Event()
    gate.set()
    before = toy.forward
    passes = [0]

    def forward(*arguments, **named):
        passes[0] += 1
        if passes[0] > 55:
            gate.wait(10)
        return before(*arguments, **named)

    toy.forward = forward
    gate.clear()
    wait(engine.submit("ann", request_for(0.1, 0.3, 0.5, 0.7, steps=500)))
    first, second = engine.jobs_of("ann")
    assert first.snapshot.done == second.snapshot.done == 6
    assert len(second.snapshot.previews) == 2
    engine.stop(second)
    assert wait(second).status == "stopped"
    assert len(second.snapshot.results) == 2
    assert keeps_its_picture(second)
    gate.set()
    reach(first, 20)
    assert [point.index for point in first.snapshot.loss_history[:20]] == list(range(20))
    engine.stop(first)


def test_states_that_only_serve_more_steps_go_before_a_run_is_refused(engine, request_for, monkeypatch):
    held = engine.submit("bob", request_for())
    wait(held)
    free = [10**6, 10**12]  # as it would be once the state of bob's run is gone
    monkeypatch.setattr(limits_module, "available_memory", lambda: free[0] if held.snapshot.resumable else free[1])
    assert wait(engine.submit("ann", request_for())).status == "finished"
    assert not held.snapshot.resumable
    assert held.snapshot.results


def run_script(script, *arguments):
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_memory_that_truly_runs_out():
    done = run_script(
        """
        import re, resource, time
        from pathlib import Path
        import torch
        from stylecore.engine import limits as limits_module
        from stylecore.imaging import inputs
        from stylecore.config import TransferConfig
        from stylecore.engine.engine import Engine
        from stylecore.engine.jobs import Request
        from stylecore.engine.derived_jobs import at_half_size
        from stylecore.samples import sample_contents, sample_styles
        from tests.conftest import ToyNetwork
        from tests.support.engines import at_rest, limits

        limits_module.available_memory = lambda: 10**15  # or it would be told beforehand
        toy = ToyNetwork()
        engine = Engine("cpu", lambda *_: toy, limits=limits(max_size=4096), refresh=0.0)
        pair = [path.read_bytes() for path in (sample_contents()["Chelsea"], sample_styles()["Embroidery"])]
        layers = (("relu1_1", 1.0),)

        def start(size, steps):
            config = TransferConfig(size=size, steps=steps, content_layers=layers, style_layers=layers)
            return engine.submit("ann", Request(inputs=inputs.pair(*pair), config=config))

        def allow(more):
            taken = int(re.search(r"VmSize:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024
            resource.setrlimit(resource.RLIMIT_AS, (taken + more * 2**20, resource.RLIM_INFINITY))

        def tell(job):
            assert at_rest(job, 60), job.snapshot.done
            snapshot = job.snapshot
            print(snapshot.status, snapshot.too_large, bool(snapshot.results), snapshot.done > 0, snapshot.error)

        tell(start(64, 3))
        job = start(1024, 2000)
        while job.snapshot.done < 3:
            time.sleep(0.01)
        allow(20)  # in the middle of a run
        tell(job)
        tell(start(64, 3))
        allow(250)  # at once
        tell(start(3000, 3))
        tell(start(64, 3))
        """
    )
    assert done.returncode == 0, done.stderr
    sentence = "There is too little memory for this picture: choose a smaller size."
    good = "finished False True True"
    assert [line.strip() for line in done.stdout.splitlines()] == [
        good,
        f"failed True True True {sentence}",
        good,
        f"failed True False False {sentence}",
        good,
    ]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_s_memory_that_truly_runs_out(vgg):
    engine = Engine("cuda", load_vgg16, limits=limits(max_size=4096), refresh=0.0)
    content, style = (Path(path).read_bytes() for path in PAIR)

    def start(size, *lambdas):
        config = TransferConfig(size=size, steps=3, lambdas=lambdas)
        return engine.submit("ann", Request(inputs=inputs.pair(content, style), config=config))

    assert wait(start(128, 0.2)).status == "finished"
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction(2e9 / total)
    try:
        snapshot = wait(start(4096, 0.2))
        assert (snapshot.status, snapshot.too_large) == ("failed", True)
        assert wait(start(128, 0.2)).status == "finished"
        wait(start(512, *(k / 32 for k in range(8))))  # about 6 GB as one batch
        for job in engine.jobs_of("ann")[-2:]:
            assert at_rest(job, 60)
        batch = [job for job in engine.jobs_of("ann") if HALVED in job.snapshot.notices]
        assert sum(len(job.snapshot.results) for job in batch) == 8
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


# The clock, and sleep


def test_a_clock_that_is_set_changes_nothing(engine, request_for, monkeypatch):
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + next(jumps))
    jumps = iter(range(-(10**9), 10**10, 10**6))
    job = engine.submit("ann", request_for(steps=40))
    snapshot = wait(job)
    assert snapshot.status == "finished"
    assert 0 <= snapshot.seconds < 20


def test_the_engine_asks_no_clock_that_can_be_set():
    for path in (ROOT / "stylecore").rglob("*.py"):
        calls = {ast.unparse(node.func) for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)}
        assert not calls & {"time.time", "datetime.now", "datetime.datetime.now"}, path


@pytest.fixture
def held(toy, monkeypatch):
    """Holds the worker in its step until it is set."""
    gate = threading.Event()
    before = toy.forward
    monkeypatch.setattr(toy, "forward", lambda *a, **k: gate.wait(10) and before(*a, **k))
    return gate


@pytest.mark.parametrize("sleeps", [True, False])
def test_hours_of_sleep_are_no_absence_but_minutes_of_absence_are(toy, request_for, held, sleeps):
    now = [0.0]
    engine = Engine("cpu", lambda *_: toy, limits=limits(max_seconds=600), clock=lambda: now[0])
    job = engine.submit("ann", request_for(steps=50))
    wait(job, "running")
    if sleeps:
        now[0] += 5 * 3600
    else:
        for _ in range(40):
            now[0] += 5.0
            engine._registry.clock()
    held.set()
    snapshot = wait(job)
    assert snapshot.status == ("finished" if sleeps else "stopped")
    assert snapshot.seconds < 600


@pytest.mark.long
def test_a_process_that_is_suspended_and_resumed():
    script = """
        import sys, threading, time
        from stylecore.engine import clock
        from stylecore.imaging import inputs
        from stylecore.config import TransferConfig
        from stylecore.engine.engine import Engine
        from stylecore.engine.jobs import Request
        from stylecore.engine.derived_jobs import at_half_size
        from stylecore.samples import sample_contents, sample_styles
        from tests.conftest import ToyNetwork
        from tests.support.engines import at_rest, limits

        clock.LONGEST_PAUSE = 2.5
        toy = ToyNetwork()
        before = toy.forward
        toy.forward = lambda *a, **k: time.sleep(0.05) or before(*a, **k)
        engine = Engine("cpu", lambda *_: toy, limits=limits(), abandoned_after=3.0, refresh=0.0)
        pair = [path.read_bytes() for path in (sample_contents()["Chelsea"], sample_styles()["Embroidery"])]
        layers = (("relu1_1", 1.0),)
        config = TransferConfig(size=32, steps=1000, content_layers=layers, style_layers=layers)
        job = engine.submit("ann", Request(inputs=inputs.pair(*pair), config=config))
        while job.snapshot.done < 3:
            time.sleep(0.01)
        print("running", flush=True)
        sys.stdin.readline()  # suspended for longer than anybody may be absent, and resumed
        time.sleep(1.0)
        print(engine.heartbeat(job).status, job.snapshot.seconds < 5, flush=True)
        at_rest(job, 20)  # nobody looks
        print(job.snapshot.status, bool(job.snapshot.results), flush=True)
        """
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGSTOP)
        time.sleep(4)
        process.send_signal(signal.SIGCONT)
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "running True\n"
        assert process.stdout.readline() == "stopped True\n"
        assert process.wait(20) == 0
    finally:
        process.kill()
        process.communicate()


# The disk


@pytest.fixture
def full_disk(tmp_path):
    """A folder with 8 kB of room."""
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", str(tmp_path)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a tiny tmpfs")
    yield tmp_path
    subprocess.run(["umount", "-l", str(tmp_path)], check=True)


def test_a_disk_that_is_full(full_disk, capsys):
    (full_disk / "old.png").write_bytes(b"an old file")
    options = ("--size", "128", "--steps", "1", "--device", "cpu")
    for name in ("new.png", "old.png"):
        assert main(["transfer", *PAIR, "-o", str(full_disk / name), *options]) == 2
        told = capsys.readouterr().err.splitlines()[-1]
        assert told.startswith(f"stylecore: {full_disk / name} can't be written (No space left on device): choose")
    assert [file.name for file in full_disk.iterdir()] == ["old.png"]
    assert (full_disk / "old.png").read_bytes() == b"an old file"


def test_a_file_that_may_not_grow(tmp_path):
    command = [sys.executable, "-m", "stylecore", "transfer", *PAIR, "-o", str(tmp_path / "out.png")]
    done = subprocess.run(
        [*command, "--size", "64", "--steps", "1", "--device", "cpu"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)),
    )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1].startswith(
        f"stylecore: {tmp_path / 'out.png'} can't be written (File too large): choose another name"
    )
    assert list(tmp_path.iterdir()) == []


def test_charts_come_once_the_disk_has_room(full_disk, monkeypatch):
    monkeypatch.setattr(plotly_js, "_STATIC", full_disk / "static")
    plotly_js._copied_plotly.cache_clear()
    try:
        assert plotly_js.plotly_address() == ""  # the chart says that its code can't be loaded
        assert [file for file in full_disk.rglob("*") if file.is_file()] == []
        subprocess.run(["mount", "-o", "remount,size=20m", str(full_disk)], check=True)
        address = plotly_js.plotly_address()
        assert (full_disk / "static" / Path(address).name).stat().st_size > 10**6
    finally:
        plotly_js._copied_plotly.cache_clear()


def test_charts_are_there_where_nothing_may_be_written(monkeypatch):
    """Such as a checkout that is mounted read-only: streamlit serves the code from memory then."""
    store, refuse = MagicMock(), MagicMock(side_effect=OSError(errno.EROFS, "Read-only file system"))
    store.media_file_mgr.add.return_value = "/media/0123.js"
    monkeypatch.setattr(plotly_js, "write_whole", refuse)
    monkeypatch.setattr(plotly_js, "_STATIC", Path("/proc/nowhere"))
    monkeypatch.setattr(plotly_js, "get_script_run_ctx", lambda: object())
    monkeypatch.setattr(plotly_js, "exists", lambda: True)
    monkeypatch.setattr(plotly_js, "get_instance", lambda: store)
    plotly_js._copied_plotly.cache_clear()
    try:
        assert plotly_js.plotly_address() == "media/0123.js"  # beside the page, as everything that it loads
        data, kind, _ = store.media_file_mgr.add.call_args.args
        assert (len(data) > 10**6, kind) == (True, "text/javascript")
    finally:
        plotly_js._copied_plotly.cache_clear()


# The weights


@pytest.fixture
def weights_file(tmp_path, monkeypatch):
    """A copy of the weights that can be damaged, and nothing loaded yet."""
    copy = tmp_path / weights.BUNDLED.name
    shutil.copy(weights.BUNDLED, copy)
    monkeypatch.setattr(weights, "BUNDLED", copy)
    load_vgg16.cache_clear()
    start_afresh()
    yield copy
    load_vgg16.cache_clear()
    start_afresh()


def damage(file, how):
    whole = file.read_bytes()
    if how == "missing":
        file.unlink()
    elif how == "cut off":
        file.write_bytes(whole[: len(whole) // 2])
    else:
        file.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    return whole


@pytest.mark.parametrize(
    ("how", "says"), [("missing", "can't be read"), ("cut off", "are damaged"), ("one bit", "are damaged")]
)
def test_damaged_weights_are_told_and_read_anew_for_the_next_run(request_for, weights_file, how, says):
    engine = Engine("cpu", load_vgg16, limits=limits())
    whole = damage(weights_file, how)
    request = request_for(steps=1)
    snapshot = wait(engine.submit("ann", request))
    assert snapshot.status == "failed"
    assert says in snapshot.error
    assert is_one_sentence(snapshot.error)
    weights_file.write_bytes(whole)
    assert wait(engine.submit("ann", request)).status == "finished"


def test_a_server_that_starts_with_damaged_weights_says_so_and_works_once_they_are_whole(weights_file):
    whole = damage(weights_file, "one bit")
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE).run()
    small(app)
    app.button(key="run_studio").click().run()
    wait_for_words(app, f"The weights {weights_file.name} are damaged: clone the repository again.")
    assert not app.exception
    weights_file.write_bytes(whole)
    app.button(key="run_studio").click().run()
    wait_for_words(app, "Done")
    assert not app.error


def test_a_limit_that_is_none_is_told_by_the_page(monkeypatch):
    start_afresh()
    monkeypatch.setenv("STYLECORE_MAX_SIZE", "huge")
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE).run()
    assert not app.exception
    assert "STYLECORE_MAX_SIZE must be a whole number" in words(app.error)
    start_afresh()


# What the visitor sees


def test_a_picture_without_memory_goes_on_at_half_the_size_when_the_visitor_says_so(monkeypatch):
    real = thread_runner.stylize

    def stylize(vgg, content, style, config, initial=None, tile=None):
        for step in real(vgg, content, style, config, initial, tile):
            yield step
            if config.size > 64 and step.index == 3:
                raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(thread_runner, "stylize", stylize)
    start_afresh()
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE).run()
    small(app)
    app.button(key="run_studio").click().run()
    wait_for_words(app, "too little memory")
    assert not app.exception
    assert app.get("download_button")  # the last good picture can be taken home
    assert app.button(key="half").label == "Continue at half the size, 64 pixels"
    app.button(key="half").click().run()
    wait_for_words(app, "Done: 7 steps")
    assert not app.exception
    assert "half" not in [button.key for button in app.button]
    start_afresh()


def test_the_lab_says_why_its_row_is_computed_in_two_parts(scarce):
    scarce(1, 2)
    start_afresh()
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE).run()
    app.switch_page("pages/lambda_lab.py").run()
    small(app, steps=3)
    app.text_input(key="lab_lambdas").set_value("0.2, 0.6").run()
    app.button(key="run_lab").click().run()
    deadline = time.monotonic() + 2 * PATIENCE
    while "stop_all" in [button.key for button in app.button]:
        assert time.monotonic() < deadline
        time.sleep(0.3)
        app.run()
    assert HALVED in words(app.warning)
    assert not app.exception
    assert not app.error
    start_afresh()
