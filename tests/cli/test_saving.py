"""A run that has ended is never lost, whatever becomes of its output meanwhile."""

import json
import os
import shutil
import stat
import tempfile

import pytest
from PIL import Image

from stylecore.artifacts import export
from stylecore.artifacts.recipe import read_recipe
from stylecore.cli import commands, run, saving
from stylecore.cli.parser import main
from stylecore.config import Postprocess

NO_SPACE = OSError(28, "No space left on device")


def test_a_folder_that_goes_during_the_run(transfer_to, tmp_path, home, monkeypatch):
    folder, whole = tmp_path / "out", run.stylize
    folder.mkdir()
    (home / "a.png").write_bytes(b"older")

    def ends_without_its_folder(*arguments):
        yield from whole(*arguments)
        shutil.rmtree(folder)

    monkeypatch.setattr(run, "stylize", ends_without_its_folder)
    status, told = transfer_to(folder / "a.png", "--log", str(folder / "steps.jsonl"))
    assert status == 74
    sentence = told.splitlines()[-1]
    for kept in ("a-1.png", "steps.jsonl"):
        assert f"it is in {home / kept}" in sentence
    assert read_recipe((home / "a-1.png").read_bytes()).steps_done == 0
    assert stat.S_IMODE((home / "a-1.png").stat().st_mode) == 0o600
    assert json.loads((home / "steps.jsonl").read_text())["step"] == 0
    assert (home / "a.png").read_bytes() == b"older"


def test_a_full_disk_at_one_of_several_pictures_says_which_are_whole(transfer_to, tmp_path, home, monkeypatch):
    whole = saving.write_whole

    def full(path, data):
        if path.name == "a-0.3.png":
            raise OSError(f"{path} can't be written: No space left on device.")
        whole(path, data)

    monkeypatch.setattr(saving, "write_whole", full)
    options = [word for lam in ("0.1", "0.2", "0.3", "0.4") for word in ("--lambda", lam)]
    status, told = transfer_to(tmp_path / "a.png", *options, "--log", str(tmp_path / "log"))
    assert status == 74
    assert sorted(os.listdir(tmp_path)) == ["a-0.1.png", "a-0.2.png", "a-0.4.png", "log"]
    names = ", ".join(str(tmp_path / name) for name in ("a-0.1.png", "a-0.2.png", "a-0.4.png", "log"))
    assert f"wrote step 0 to {names}; {tmp_path / 'a-0.3.png'} can't be written: No space left on device" in told
    assert read_recipe((home / "a-0.3.png").read_bytes()).config.lambdas == (0.3,)


def test_a_log_that_can_t_be_written_costs_no_picture(transfer_to, tmp_path, home):
    status, told = transfer_to(tmp_path / "a.png", "--log", "/dev/full")
    assert status == 74
    assert "/dev/full can't be written: No space left on device" in told
    assert read_recipe((tmp_path / "a.png").read_bytes())
    assert (home / "full.jsonl").exists()


def test_a_picture_that_can_t_be_converted_is_kept_as_png(transfer_to, tmp_path, home, monkeypatch):
    whole = export.encode

    def fails(image, kind, *rest):
        if kind == "webp":
            raise MemoryError
        return whole(image, kind, *rest)

    monkeypatch.setattr(export, "encode", fails)
    status, told = transfer_to(tmp_path / "a.webp")
    assert status == 74
    assert f"a.webp can't be saved as webp: MemoryError; it is in {home / 'a.png'}" in told
    assert read_recipe((home / "a.png").read_bytes())


def test_postprocessing_that_fails_costs_no_picture(transfer_to, tmp_path, monkeypatch):
    def fails(*_arguments):
        raise MemoryError

    monkeypatch.setattr(export, "postprocess", fails)
    monkeypatch.setattr(export, "postprocess_tensor", fails)
    for name in ("a.png", "a.tif"):
        status, told = transfer_to(tmp_path / name, "--blend", "0.5")
        assert status == 0
        assert "note: the picture is as the run left it, since its postprocessing failed: MemoryError" in told
        assert read_recipe((tmp_path / name).read_bytes()).postprocess == Postprocess()


def test_a_sheet_that_can_t_be_laid_out_leaves_its_pictures(inputs, tmp_path, home, monkeypatch, capsys):
    def fails(*_arguments):
        raise MemoryError

    monkeypatch.setattr(commands, "contact_sheet", fails)
    options = ["--size", "32", "--steps", "0", "--lambda", "0.3", "--lambda", "0.7"]
    assert main(["sheet", *inputs, "-o", str(tmp_path / "sheet.jpg"), *options]) == 74
    assert "picture 2 of " in capsys.readouterr().err
    assert [read_recipe((home / name).read_bytes()).config.lambdas for name in ("sheet.png", "sheet-1.png")] == [
        (0.3,),
        (0.7,),
    ]
    assert not os.listdir(tmp_path)


def test_other_places_are_tried_in_turn(tmp_path, home, monkeypatch):
    path = tmp_path / "none" / f"{'ж' * 200}\udce9.png"
    shutil.rmtree(home)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    saved = saving.Saved()
    saving._save(path, ".png", b"data", saved)
    (kept,) = tmp_path.iterdir()
    assert saved.troubles[0].endswith(f"it is in {kept}")
    assert kept.read_bytes() == b"data"
    monkeypatch.setattr(saving, "_other_places", lambda: iter([home, tmp_path / "none"]))
    saving._save(path, ".png", b"data", saved)
    assert saved.troubles[1].endswith("and no other place took it")
    assert not saved.written


def test_half_a_picture_is_left_nowhere(tmp_path, home, monkeypatch):
    def full(_descriptor):
        raise NO_SPACE

    monkeypatch.setattr(os, "fsync", full)
    monkeypatch.setattr(saving, "_other_places", lambda: iter([home]))
    saved = saving.Saved()
    saving._save(tmp_path / "a.png", ".png", b"data", saved)
    assert not os.listdir(home)
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(("options", "kind"), [((), "PNG"), (("--format", "jpeg"), "JPEG")])
def test_standard_output_gets_the_picture_and_nothing_else(inputs, tmp_path, capfdbinary, options, kind):
    assert main(["transfer", *inputs, "-o", "-", "--size", "32", "--steps", "0", *options]) == 0
    out, err = capfdbinary.readouterr()
    (tmp_path / "got").write_bytes(out)
    with Image.open(tmp_path / "got") as image:
        assert (image.format, image.size) == (kind, (32, 24))
    assert out.endswith((b"IEND\xaeB`\x82", b"\xff\xd9"))
    assert b"wrote the standard output" in err


def test_a_pipe_that_broke_is_one_more_place_that_can_t_be_written(inputs, home, monkeypatch, capsys):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as broken:
        monkeypatch.setattr("sys.stdout", broken)
        assert main(["transfer", *inputs, "-o", "-", "--size", "32", "--steps", "0"]) == 74
    assert f"it is in {home / 'stylecore.png'}" in capsys.readouterr().err
    assert read_recipe((home / "stylecore.png").read_bytes())
