"""A batch paints everything that it can, tells the rest, and goes on where it was stopped or killed."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from stylecore.artifacts.recipe import read_recipe
from stylecore.cli import batch_painting, batch_plan, batch_report
from stylecore.cli.parser import main, parse
from stylecore.errors import SettingError
from stylecore.experiments.batch import picture_files, plan_batch
from tests.support.noise import noise_file

ROOT = Path(__file__).parents[2]
USUAL = ("--size", "32", "--steps", "2", "--device", "cpu")


@pytest.fixture
def folders(tmp_path):
    """Two photographs and two styles."""
    for folder, names in (("photos", ("cat.png", "dog.png")), ("styles", ("ink.png", "oil.png"))):
        (tmp_path / folder).mkdir()
        for seed, name in enumerate(names):
            noise_file(tmp_path / folder / name, (48, 40), seed)
    return tmp_path


def command(folder, *options):
    inputs = str(folder / "photos"), "--style", str(folder / "styles" / "ink.png"), str(folder / "styles" / "oil.png")
    return ["batch", *inputs, "-o", str(folder / "out"), *USUAL, *options]


def table(folder):
    return list(csv.DictReader((folder / "out" / "pictures.csv").read_text(encoding="utf-8").splitlines()))


def painted(folder):
    return {path.name for path in (folder / "out").glob("*.png")}


def test_every_photograph_is_painted_in_every_style_with_every_lambda(folders, capsys):
    assert main(command(folders, "--lambda", "0.2", "--lambda", "0.6", "--blend", "0.1")) == 0
    said = capsys.readouterr()
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [event["event"] for event in events] == ["started", *["finished"] * 8, "ended"]
    assert events[-2]["done"] == events[-2]["pictures"] == 8
    assert events[-2]["seconds_left"] == 0
    names = {f"{c}-{s}-{lam}.png" for c in ("cat", "dog") for s in ("ink", "oil") for lam in (0.2, 0.6)}
    assert painted(folders) == names
    recipe = read_recipe((folders / "out" / "dog-oil-0.6.png").read_bytes())
    assert (recipe.config.lambdas, recipe.config.steps, recipe.postprocess.blend) == ((0.6,), 2, 0.1)
    rows = table(folders)
    assert {row["file"] for row in rows} == painted(folders)
    found = {row["file"]: float(row["total_loss"]) for row in rows}
    assert found["dog-oil-0.6.png"] == recipe.losses["total"]
    with Image.open(folders / "out" / "sheet.jpg") as sheet:
        assert sheet.width > sheet.height  # a row for each photograph, four pictures in each
    assert "8 of 8 pictures are in" in said.err


def test_a_picture_of_a_batch_is_that_of_transfer(folders):
    assert main(command(folders, "--lambda", "0.2")) == 0
    pair = str(folders / "photos" / "cat.png"), str(folders / "styles" / "ink.png")
    assert main(["transfer", *pair, "-o", str(folders / "alone.png"), *USUAL]) == 0
    assert (folders / "alone.png").read_bytes() == (folders / "out" / "cat-ink-0.2.png").read_bytes()


def test_one_broken_file_is_told_and_the_rest_is_done(folders, capsys):
    (folders / "photos" / "bad.jpg").write_bytes(b"hello")
    assert main(command(folders, "--progress", "bar")) == 1
    said = capsys.readouterr()
    assert len(painted(folders)) == 4
    assert said.out == ""
    assert said.err.count("bad.jpg isn't a picture we can read") == 1
    assert "4 of 6 pictures are in" in said.err
    rows = table(folders)
    assert [row["file"] for row in rows if row["trouble"]] == ["bad-ink-0.2.png", "bad-oil-0.2.png"]


def test_a_folder_that_cannot_be_written_any_more_is_told(folders, monkeypatch, capsys):
    def full(_path, _data):
        raise OSError("the disk is full")

    monkeypatch.setattr(batch_painting, "write_whole", full)
    assert main(command(folders)) == 1
    assert capsys.readouterr().out.count("the disk is full") == 4


def test_what_is_finished_is_skipped_and_a_picture_of_another_run_is_not_replaced(folders, capsys):
    assert main(command(folders)) == 0
    before = {path: path.stat().st_mtime_ns for path in (folders / "out").glob("*.png")}
    noise_file(folders / "photos" / "eel.png", (48, 40), 9)
    assert main(command(folders)) == 0
    assert len(painted(folders)) == 6
    assert {path: path.stat().st_mtime_ns for path in before} == before
    capsys.readouterr()
    assert main(command(folders, "--pooling", "average")) == 2
    assert "is there already, made with other settings" in capsys.readouterr().err
    noise_file(folders / "photos" / "cat.png", (48, 40), 5)  # another photograph of the same name
    assert main(command(folders)) == 2


@pytest.mark.long
def test_a_batch_that_is_killed_leaves_whole_pictures_and_goes_on(folders):
    run = [sys.executable, "-m", "stylecore", *command(folders), "--size", "64", "--steps", "30"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with subprocess.Popen(run, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        for line in process.stdout:
            if json.loads(line)["event"] == "finished":
                time.sleep(0.1)  # in the middle of the next one
                process.send_signal(signal.SIGKILL)
                break
    there = painted(folders)
    assert 0 < len(there) < 4
    for name in there:
        assert read_recipe((folders / "out" / name).read_bytes()).steps_done == 30
    done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert events[0]["already_there"] == len(there)
    assert events[-1]["painted"] == 4 - len(there)
    assert len(painted(folders)) == 4
    assert not list((folders / "out").glob(".stylecore-*"))


def test_a_report_takes_recipes_as_they_are_known_and_reads_no_file_for_them(folders):
    assert main(command(folders)) == 0
    before, out = table(folders), folders / "out"
    plan = batch_plan.read_batch(parse(command(folders)))
    made = batch_plan.finished_pictures(plan)
    for name in painted(folders):
        noise_file(out / name, (48, 40), 3)  # without a recipe
    batch_report.write_report(out, plan.pictures, made, {})
    assert table(folders) == before
    assert {row["steps"] for row in before} == {"2"}


def test_a_batch_without_a_step_is_refused(folders, capsys):
    assert main(command(folders, "--steps", "0")) == 2
    assert "choose 1 step or more" in capsys.readouterr().err
    assert not (folders / "out").exists()


def test_memory_that_runs_out_is_told_with_what_helps(folders, monkeypatch, capsys):
    def no_memory(*_):
        raise MemoryError

    monkeypatch.setattr(batch_painting, "painted", no_memory)
    assert main(command(folders)) == 1
    assert capsys.readouterr().out.count("Memory ran out at 32 pixels: choose a smaller --size.") == 4


def test_ctrl_c_keeps_what_is_finished(folders, monkeypatch, capsys):
    paint, count = batch_painting.paint, []

    def stopped_at_the_third(*arguments):
        count.append(1)
        if len(count) == 3:
            signal.raise_signal(signal.SIGINT)
        return paint(*arguments)

    monkeypatch.setattr(batch_painting, "paint", stopped_at_the_third)
    assert main(command(folders)) == 130
    assert len(painted(folders)) == 2
    assert "the same command goes on" in capsys.readouterr().err


def test_names_say_what_is_what_and_no_two_are_the_same(tmp_path):
    names = ("a/cat.png", "a/cat.jpg", "b/Cat.png", "dog.png")
    plan = plan_batch([tmp_path / name for name in names], [tmp_path / "ink.png"], (0.2, 0.25, 0.2), "webp")
    found = [picture.name for picture in plan]
    assert len({name.casefold() for name in found}) == len(found) == 8
    assert "dog-ink-0.25.webp" in found
    assert "cat.jpg-ink-0.2.webp" in found


def test_an_empty_folder_or_a_missing_file_is_refused(tmp_path, capsys):
    with pytest.raises(SettingError, match="no picture in the folder"):
        picture_files([str(tmp_path)])
    with pytest.raises(SettingError, match="does not exist"):
        picture_files([str(tmp_path / "cat.png")])
    picture = noise_file(tmp_path / "cat.png", (40, 40), 0)
    assert picture_files([str(tmp_path), str(tmp_path / "cat.png")]) == [Path(picture)]
    assert main(["batch", str(picture), "--style", str(picture), "-o", str(tmp_path / "cat.png" / "out")]) == 2
    assert "can't be made" in capsys.readouterr().err


def test_an_input_is_never_overwritten(tmp_path, capsys):
    picture = Path(noise_file(tmp_path / "cat.png", (40, 40), 0))
    shutil.copy(picture, tmp_path / "cat-ink-0.2.png")
    noise_file(tmp_path / "ink.png", (40, 40), 1)
    inputs = [str(picture), str(tmp_path / "cat-ink-0.2.png"), "--style", str(tmp_path / "ink.png")]
    assert main(["batch", *inputs, "-o", str(tmp_path), *USUAL]) == 2
    assert "would overwrite an input" in capsys.readouterr().err
