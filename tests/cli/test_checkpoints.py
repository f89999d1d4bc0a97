"""A run that is killed goes on from its checkpoint, and nothing about checkpoints costs a run."""

import dataclasses
import json
import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylecore.artifacts import checkpoint
from stylecore.artifacts.recipe import CHUNK, read_recipe
from stylecore.cli import checkpoints, run
from stylecore.cli.checkpoints import AUTO_FROM, checkpoint_path
from stylecore.cli.parser import main
from stylecore.errors import SettingError
from stylecore.imaging.images import encode_png

ROOT = Path(__file__).parents[2]
OPTIONS = ("--size", "32", "--steps", "12", "--device", "cpu", "--checkpoint", "on")


@pytest.fixture
def paint(inputs, tmp_path, monkeypatch, capsys):
    """Runs `transfer` with a checkpoint at every step, killed or not; gives status and stderr."""
    monkeypatch.setattr(checkpoints, "SECONDS", 0.0)

    def paint(*options, output="out.png", recipe=False):
        capsys.readouterr()
        usual = OPTIONS[4:] if recipe else OPTIONS
        status = main(["transfer", *inputs, "-o", str(tmp_path / output), *usual, *options])
        return status, capsys.readouterr().err

    return paint


class Killed(BaseException):
    """What is on the disk is all that is left."""


@pytest.fixture
def killed_at(paint, monkeypatch):
    """Ends a run at a step as SIGKILL does."""

    def kill(step, *options, **more):
        def dies(latest, *_):
            if latest.index == step:
                raise Killed

        with monkeypatch.context() as patched:
            patched.setattr(run, "show_progress", dies)
            patched.setattr(run, "ended_by", ended)
            with pytest.raises(Killed):
                paint(*options, **more)

    def ended(error, *_):
        raise error

    return kill


def log(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.parametrize(
    ("wanted", "output", "size", "name"),
    [
        ("auto", "a/OUT.png", AUTO_FROM, "a/.OUT.png.checkpoint"),
        ("auto", "a/OUT.png", AUTO_FROM - 1, None),
        ("on", "OUT.tif", 16, ".OUT.tif.checkpoint"),
        ("off", "OUT.png", 8192, None),
        ("auto", "-", 8192, None),
        ("auto", "/dev/null", 8192, None),
    ],
)
def test_where_they_are(wanted, output, size, name):
    assert checkpoint_path(wanted, output, size) == (name and Path(name))


def test_a_pipe_has_none_beside_it():
    with pytest.raises(SettingError, match="--checkpoint on needs the name of a file"):
        checkpoint_path("on", "-", 64)


def test_help_says_from_where_auto_is_on(capsys):
    with pytest.raises(SystemExit):
        main(["transfer", "--help"])
    assert f"auto is on from {AUTO_FROM} pixels" in " ".join(capsys.readouterr().out.split())


def test_killed_with_sigkill_the_same_command_goes_on(inputs, tmp_path, paint, monkeypatch):
    """A process of its own, killed while it is between two checkpoints or writes one, whichever it is."""
    code = """if True:
        import sys
        from stylecore.cli import checkpoints
        from stylecore.cli.parser import main
        checkpoints.SECONDS = 0.05
        main(sys.argv[1:])
    """
    options = ["--steps", "60", "--log", str(tmp_path / "steps.jsonl")]
    command = ["transfer", *inputs, "-o", str(tmp_path / "out.png"), *OPTIONS, *options]
    kept = tmp_path / ".out.png.checkpoint"
    terminal, end = pty.openpty()
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    out = subprocess.DEVNULL
    with subprocess.Popen([sys.executable, "-c", code, *command], env=environment, stdout=out, stderr=end) as process:
        os.close(end)
        watchdog = threading.Timer(120, process.kill)
        watchdog.start()
        shown = b""
        while not (kept.exists() and b" 20/60 " in shown):
            shown += os.read(terminal, 4096)
        process.kill()
        watchdog.cancel()
    os.close(terminal)
    assert not (tmp_path / "out.png").exists()
    monkeypatch.setattr(checkpoints, "SECONDS", 1000.0)
    status, told = paint(*options)
    assert status == 0
    step = int(told.split("going on from step ")[1].split(",")[0])
    assert 0 < step < 60
    assert f"{60 - step} steps on cpu" in told
    assert sorted(os.listdir(tmp_path)) == ["out.png", "steps.jsonl"]
    found = read_recipe((tmp_path / "out.png").read_bytes())
    assert (found.steps_done, found.resumed_at) == (60, (step,))
    lines = log(tmp_path / "steps.jsonl")
    assert [line["step"] for line in lines] == list(range(61))
    totals = [line["total_loss"] for line in lines]
    assert max(totals[step:]) < totals[0]  # it did not begin anew
    assert totals[-1] < totals[step]
    seconds = [line["seconds"] for line in lines]
    assert seconds == sorted(seconds)


COARSE = ("--coarse-to-fine", "on", "--size", "64")  # 3 of the 12 steps at half the size


@pytest.mark.parametrize(
    ("options", "step"),
    [((), 0), ((), 11), (("--lambda", "0.2", "--lambda", "0.7"), 5), (COARSE, 1), (COARSE, 7)],
)
def test_it_goes_on_wherever_it_was(killed_at, paint, tmp_path, options, step):
    killed_at(step + 1, *options)
    status, told = paint(*options, "--log", str(tmp_path / "steps.jsonl"))
    assert status == 0
    assert f"going on from step {step}, which {tmp_path / '.out.png.checkpoint'} has" in told
    assert not (tmp_path / ".out.png.checkpoint").exists()
    count = max(1, options.count("--lambda"))
    lines = log(tmp_path / "steps.jsonl")
    assert [line["step"] for line in lines] == [index for index in range(13) for _ in range(count)]
    pictures = sorted(tmp_path.glob("*.png"))
    assert len(pictures) == count
    assert all(read_recipe(path.read_bytes()).resumed_at == (step,) for path in pictures)


def test_killed_again_and_again(killed_at, paint, tmp_path):
    for step in (3, 5, 9):
        killed_at(step)
    assert paint()[0] == 0
    found = read_recipe((tmp_path / "out.png").read_bytes())
    assert (found.resumed_at, found.steps_done) == ((2, 4, 8), 12)


def test_a_recipe_goes_on_with_its_changes(paint, killed_at, inputs, tmp_path):
    """λ was 0.2, then 0.9 from step 2 on, and 0.4 from step 6."""
    first = tmp_path / "first.png"
    assert main(["transfer", *inputs, "-o", str(first), "--size", "32", "--steps", "1", "--device", "cpu"]) == 0
    made = read_recipe(first.read_bytes())
    config = dataclasses.replace(made.config, steps=12)
    made = dataclasses.replace(made, config=config, changes=((2, 0.9), (6, 0.4)), steps_done=14)
    with Image.open(first) as image:
        first.write_bytes(encode_png(image.convert("RGB"), {CHUNK: made.to_json()}))
    killed_at(5, "--recipe", str(first), recipe=True)
    assert paint("--recipe", str(first), "--log", str(tmp_path / "steps.jsonl"), recipe=True)[0] == 0
    lams = [line["lam"] for line in log(tmp_path / "steps.jsonl")]
    assert lams == [0.2] * 3 + [0.9] * 4 + [0.4] * 8
    found = read_recipe((tmp_path / "out.png").read_bytes())
    assert (found.changes, found.steps_done, found.resumed_at) == (((2, 0.9), (6, 0.4)), 14, (4,))


def test_one_of_other_settings_is_told_and_not_used(killed_at, paint, tmp_path):
    killed_at(4)
    status, told = paint("--lambda", "0.7")
    assert status == 0
    assert "belongs to a run with other pictures or settings. It is not used" in told
    assert read_recipe((tmp_path / "out.png").read_bytes()).resumed_at == ()
    assert not (tmp_path / ".out.png.checkpoint").exists()


def test_a_damaged_one_is_told_and_not_used(paint, tmp_path):
    (tmp_path / ".out.png.checkpoint").write_bytes(b"PK\3\4")
    status, told = paint()
    assert status == 0
    assert "is damaged, or no checkpoint" in told
    assert os.listdir(tmp_path) == ["out.png"]


def test_off_begins_anew_and_leaves_it_alone(killed_at, paint, tmp_path):
    killed_at(4)
    status, told = paint("--checkpoint", "off")
    assert (status, "going on" in told) == (0, False)
    assert (tmp_path / ".out.png.checkpoint").exists()


def test_stopped_by_hand_the_picture_so_far_is_there_and_the_same_command_goes_on(paint, tmp_path, monkeypatch):
    def stops(latest, *_):
        if latest.index == 4:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(run, "show_progress", stops)
        patched.setattr(checkpoints, "SECONDS", 1000.0)
        status, told = paint()
    assert status == 130
    assert f"stopped; the same command goes on from {tmp_path / '.out.png.checkpoint'}; wrote step 4 to" in told
    assert read_recipe((tmp_path / "out.png").read_bytes()).steps_done == 4
    assert paint()[0] == 0
    found = read_recipe((tmp_path / "out.png").read_bytes())
    assert (found.steps_done, found.resumed_at) == (12, (4,))


def test_a_full_disk_is_told_once_and_the_run_goes_on(paint, tmp_path, monkeypatch):
    def full(path, _data):
        raise OSError(28, f"{path} can't be written: No space left on device.")

    monkeypatch.setattr(checkpoint, "write_whole", full)
    status, told = paint()
    assert status == 0
    assert told.count("No space left on device") == 1
    assert "there is no checkpoint of step 0: " in told
    assert "The run goes on." in told
    assert os.listdir(tmp_path) == ["out.png"]


def test_nothing_is_written_before_it_is_time(paint, tmp_path, monkeypatch):
    monkeypatch.setattr(checkpoints, "SECONDS", 1000.0)
    monkeypatch.setattr(checkpoint, "write_whole", lambda *_: pytest.fail("too early"))
    assert paint()[0] == 0


def test_resumed_pictures_are_nearly_those_of_one_go(killed_at, paint, tmp_path):
    """From the last step but one on: what the optimizer has forgotten counts for one step."""
    assert paint(output="whole.png")[0] == 0
    killed_at(12)
    assert paint()[0] == 0
    pictures = [np.asarray(Image.open(tmp_path / name), int) for name in ("whole.png", "out.png")]
    assert 0 < abs(pictures[0] - pictures[1]).mean() < 20


def test_styles_and_what_is_left_alone_are_those_of_the_beginning(inputs, tmp_path, paint, killed_at):
    levels = np.zeros((60, 80), np.uint8)
    levels[:, :40] = 255
    (tmp_path / "left.png").write_bytes(encode_png(Image.fromarray(levels)))
    options = ("--style", f"{inputs[0]}:weight=0.5", "--leave", str(tmp_path / "left.png"))
    killed_at(7, *options)
    status, error = paint(*options)
    assert (status, "going on from step 6" in error) == (0, True)
    recipe = read_recipe((tmp_path / "out.png").read_bytes())
    assert ([style.weight for style in recipe.styles], recipe.resumed_at) == ([1.0, 0.5], (6,))
    with Image.open(inputs[0]) as content, Image.open(tmp_path / "out.png") as image:
        scaled = np.asarray(content.convert("RGB").resize(image.size, Image.Resampling.LANCZOS))
        assert np.array_equal(np.asarray(image)[:, :15], scaled[:, :15])
    killed_at(7, *options)
    assert "not used" in paint("--style", inputs[0])[1]
