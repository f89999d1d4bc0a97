"""A batch on several processes: the same pictures, and no process or half file is left, whatever dies or is told to."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from stylecore.artifacts.recipe import read_recipe
from stylecore.cli import batch_crew, batch_workers
from stylecore.cli.parser import main, parse
from tests.support.dying import dies

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}
PATIENCE = 60  # seconds for what takes two on an idle machine


def command(folder, *options, out="out"):
    inputs = str(folder / "photos"), "--style", str(folder / "ink.png"), "-o", str(folder / out)
    return ["batch", *inputs, "--size", "32", "--steps", "2", "--device", "cpu", *options]


@contextlib.contextmanager
def started(folder, *options):
    """The process of a long batch with two workers, and its events as they come."""
    # Jobs in the background ignore SIGINT; what is tested is a job in the foreground.
    code = """if True:
        import signal, sys
        from stylecore.cli.parser import main
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(main(sys.argv[1:]))
    """
    run = [sys.executable, "-c", code, *command(folder, "--workers", "2", *options)]
    with subprocess.Popen(
        run, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process, map(json.loads, process.stdout)
        process.kill()


def workers_of(process):
    return [child for child in process.children() if "spawn_main" in " ".join(child.cmdline())]


def finished(events):
    return next(event for event in events if event["event"] == "finished")


def test_pictures_are_those_of_one_process_and_a_broken_file_is_told(photos, one_thread, capsys):
    (photos / "photos" / "broken.jpg").write_bytes(b"hello")
    assert main(command(photos, out="one")) == 1
    capsys.readouterr()
    assert main(command(photos, "--workers", "2")) == 1
    said = capsys.readouterr()
    events = [json.loads(line) for line in said.out.splitlines()]
    assert sorted(event["event"] for event in events) == ["ended", "failed", *["finished"] * 4, "started"]
    assert events[-2]["done"] == 5
    assert "4 of 5 pictures are in" in said.err
    names = [f"{name}-ink-0.2.png" for name in "abcd"]
    for name in names:
        assert (photos / "out" / name).read_bytes() == (photos / "one" / name).read_bytes()
    table = (photos / "out" / "pictures.csv").read_text(encoding="utf-8")
    assert table.replace("/out/", "/one/") == (photos / "one" / "pictures.csv").read_text(encoding="utf-8")
    assert "isn't a picture we can read" in table


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_all_ends_all_at_once_and_the_same_command_goes_on(photos, number):
    with started(photos, "--steps", "40") as (process, events):
        finished(events)
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(workers_of(psutil.Process(process.pid))) == 2
        for worker in workers_of(psutil.Process(process.pid)):
            worker.send_signal(number)  # as a terminal sends Ctrl-C to all of them
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130
    gone, alive = psutil.wait_procs(family, timeout=5)
    assert (len(gone), alive) == (len(family), [])
    assert "Traceback" not in err
    assert json.loads(out.splitlines()[-1])["event"] == "ended"
    there = list((photos / "out").glob("*.png"))
    assert 0 < len(there) < 4
    assert all(read_recipe(path.read_bytes()).steps_done == 40 for path in there)
    assert not list((photos / "out").glob(".stylecore-*"))
    assert main(command(photos, "--steps", "40")) == 0
    assert len(list((photos / "out").glob("*.png"))) == 4


@pytest.mark.long
def test_the_picture_of_a_worker_that_is_killed_is_painted_by_another(photos):
    with started(photos, "--steps", "40") as (process, events):
        finished(events)
        workers_of(psutil.Process(process.pid))[0].kill()
        rest = [event["event"] for event in events]
        assert process.wait(PATIENCE) == 0
    assert rest == ["finished"] * 3 + ["ended"]


def test_workers_of_a_parent_that_is_killed_end(photos):
    with started(photos, "--size", "64", "--steps", "2000") as (process, events):
        next(events)
        deadline = time.monotonic() + PATIENCE
        while len(family := psutil.Process(process.pid).children()) < 3:  # two workers, and Python's resource tracker
            assert time.monotonic() < deadline
            time.sleep(0.1)
        time.sleep(2)  # some of the time in the middle of a step
        process.kill()
        _, alive = psutil.wait_procs(family, timeout=PATIENCE)
        assert alive == []
    assert not list((photos / "out").glob("*.png"))


@pytest.mark.long
def test_a_picture_that_kills_three_workers_is_told(photos, monkeypatch, capsys):
    monkeypatch.setattr(batch_workers, "_work", dies)
    assert main(command(photos, "--workers", "2")) == 1
    said = capsys.readouterr()
    failed = [json.loads(line) for line in said.out.splitlines() if "failed" in line][:4]
    assert {event["reason"] for event in failed} == {batch_crew.DIED}
    assert "0 of 4 pictures are in" in said.err


@pytest.mark.parametrize("text", ["0", "65", "two", "-1", "1.5"])
def test_a_number_of_workers_that_makes_no_sense_is_refused_in_a_sentence(text, capsys):
    with pytest.raises(SystemExit):
        parse(["batch", "a.png", "--style", "b.png", "-o", "out", f"--workers={text}"])
    assert "the number of workers is from 1 to 64" in capsys.readouterr().err
