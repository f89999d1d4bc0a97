"""A batch on Ray: actors that paint what they are sent; whatever becomes of one, the others do its work.

CI has no Ray: there its actors are threads of this process. The long tests have a cluster of this machine alone.
"""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from stylecore.artifacts.recipe import read_recipe
from stylecore.cli import batch_crew, batch_ray
from stylecore.cli.parser import main
from stylecore.engine.runner import RunnerAbsent, RunnerLost

ROOT = Path(__file__).parents[2]
PATIENCE = 120  # seconds for what takes ten on an idle machine
USUAL = ("--size", "32", "--steps", "2", "--precision", "float32")


class FakeLink:
    """An actor of this process: it can be told not to come, or to die at some of its pictures."""

    device, sharing = "cpu", 2

    def __init__(self, make, dies_at=(), comes=True):
        self.make, self.dies_at, self.comes = make, set(dies_at), comes
        self.host, self.painted, self.waiting = None, 0, []
        self.threads = {"compute": ThreadPoolExecutor(1), "control": ThreadPoolExecutor(1)}

    def call(self, channel, method, *arguments):
        if not self.comes or method == "paint":
            self.painted += 1
            if not self.comes or self.painted in self.dies_at:
                self.host, answer = None, Future()
                answer.set_exception(RunnerLost("") if self.comes else RunnerAbsent(""))
                return answer
        self.host = self.host or self.make(self.device, 1)
        return self.threads[channel].submit(self.host.do, method, arguments)

    def close(self):
        self.host = None


@pytest.fixture
def cluster(monkeypatch):
    """Puts actors of this process in the place of Ray's; gives what they were asked for."""
    asked = []

    def of(*links):
        def make_ray_links(address, workers, make):
            asked.append((address, workers))
            return [link(make) for link in links]

        monkeypatch.setattr(batch_ray, "ray_links", lambda _: SimpleNamespace(make_ray_links=make_ray_links))
        return asked

    return of


def command(folder, *options, out="out"):
    inputs = str(folder / "photos"), "--style", str(folder / "ink.png"), "-o", str(folder / out)
    return ["batch", *inputs, *USUAL, *options]


def events(capsys):
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def names_in(folder):
    return {path.name for path in folder.glob("*.png")}


def test_pictures_are_those_of_this_process_and_a_broken_file_is_told(photos, cluster, one_thread, capsys):
    (photos / "photos" / "broken.jpg").write_bytes(b"hello")
    assert main(command(photos, out="one")) == 1
    asked = cluster(FakeLink, FakeLink)
    capsys.readouterr()
    assert main(command(photos, "--ray", "auto", "--workers", "2")) == 1
    assert asked == [("auto", 2)]
    said = events(capsys)
    assert sorted(event["event"] for event in said) == ["ended", "failed", *["finished"] * 4, "started"]
    assert names_in(photos / "out") == names_in(photos / "one") != set()
    for name in names_in(photos / "one"):
        assert (photos / "out" / name).read_bytes() == (photos / "one" / name).read_bytes()
    table = (photos / "out" / "pictures.csv").read_text(encoding="utf-8")
    assert table.replace("/out/", "/one/") == (photos / "one" / "pictures.csv").read_text(encoding="utf-8")
    assert main(command(photos, "--ray", "auto")) == 1
    assert events(capsys)[0]["already_there"] == 4


def test_the_picture_of_an_actor_that_dies_is_painted_by_another(photos, cluster, capsys):
    cluster(lambda make: FakeLink(make, dies_at=[1]), FakeLink)
    assert main(command(photos, "--ray", "auto")) == 0
    assert [event["event"] for event in events(capsys)] == ["started", *["finished"] * 4, "ended"]


def test_a_picture_that_kills_three_actors_is_told_and_the_rest_is_done(photos, cluster, capsys):
    cluster(lambda make: FakeLink(make, dies_at=[1, 2, 3]))
    assert main(command(photos, "--ray", "auto")) == 1
    said = events(capsys)
    assert [event["reason"] for event in said if event["event"] == "failed"] == [batch_crew.DIED]
    assert len(names_in(photos / "out")) == 3


@pytest.mark.parametrize("order", [1, -1])
def test_an_actor_that_never_comes_leaves_its_pictures_to_the_others(photos, cluster, order, capsys):
    cluster(*[FakeLink, lambda make: FakeLink(make, comes=False)][::order])
    assert main(command(photos, "--ray", "auto")) == 0
    said = capsys.readouterr()
    assert [json.loads(line)["event"] for line in said.out.splitlines()] == ["started", *["finished"] * 4, "ended"]
    assert said.err.count(batch_ray.ABSENT) == 1


def test_a_cluster_in_which_nobody_can_work_is_told(photos, cluster, capsys):
    cluster(lambda make: FakeLink(make, comes=False))
    assert main(command(photos, "--ray", "auto")) == 2
    assert "nobody in the Ray cluster can work" in capsys.readouterr().err


def test_what_can_t_be_written_is_told(photos, cluster, monkeypatch, capsys):
    def full(_path, _data):
        raise OSError("the disk is full")

    cluster(FakeLink)
    monkeypatch.setattr(batch_ray, "write_whole", full)
    assert main(command(photos, "--ray", "auto")) == 1
    assert capsys.readouterr().out.count("the disk is full") == 4


def test_without_ray_there_is_a_sentence_with_the_way_to_get_it(photos, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    monkeypatch.delitem(sys.modules, "stylecore.engine.ray_link", raising=False)
    assert main(command(photos, "--ray", "auto")) == 2
    assert "--ray needs Ray: pip install -r requirements-ray.txt" in capsys.readouterr().err
    assert main(command(photos, "--ray", "auto", "--device", "cpu")) == 2
    assert "leave out --device" in capsys.readouterr().err


def started(folder, *options):
    """The process of a long batch with two actors; jobs in the background ignore SIGINT, and this is one in front."""
    code = """if True:
        import signal, sys
        from stylecore.cli.parser import main
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.exit(main(sys.argv[1:]))
    """
    run = [sys.executable, "-c", code, *command(folder, "--ray", "local", "--workers", "2", *options)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(run, cwd=ROOT, env={**os.environ, "OMP_NUM_THREADS": "1"}, **pipes)


def finished(process):
    return next(line for line in process.stdout if json.loads(line)["event"] == "finished")


def family_of(process):
    return psutil.Process(process.pid).children(recursive=True)


def actors_of(process):
    return [child for child in family_of(process) if "Actor" in " ".join(child.cmdline())]


@pytest.mark.long
def test_ray_paints_and_goes_on_where_a_killed_actor_and_a_killed_command_have_left_off(photos):
    pytest.importorskip("ray", reason="Ray is optional")
    with started(photos, "--steps", "40") as process:
        finished(process)
        actors_of(process)[0].kill()
        finished(process)
        family = family_of(process)
        process.kill()
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    assert alive == []
    there = names_in(photos / "out")
    assert 2 <= len(there) < 4
    assert all(read_recipe((photos / "out" / name).read_bytes()).steps_done == 40 for name in there)
    with started(photos, "--steps", "40") as process:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err
    said = [json.loads(line) for line in out.splitlines()]
    assert said[0]["already_there"] == len(there)
    assert len(names_in(photos / "out")) == 4


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_a_batch_on_ray_with_what_is_finished(photos, number):
    pytest.importorskip("ray", reason="Ray is optional")
    with started(photos, "--steps", "60") as process:
        finished(process)
        family, began = family_of(process), time.monotonic()
        process.send_signal(number)
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 130, err
    assert time.monotonic() - began < PATIENCE / 2
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    assert alive == []
    assert json.loads(out.splitlines()[-1])["event"] == "ended"
    assert "Traceback" not in err
    assert 0 < len(names_in(photos / "out")) < 4
