"""What is said on streams that can't show it, are closed, or have a full disk behind them."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from stylecore.artifacts.recipe import CHUNK
from stylecore.cli import terminal
from stylecore.cli.parser import main
from stylecore.imaging.images import encode_png

ROOT = Path(__file__).parents[2]


@pytest.fixture
def said(monkeypatch):
    """Puts streams of an encoding in the place of both; gives what was said on them so far."""

    def as_encoded(encoding):
        streams = {name: io.TextIOWrapper(io.BytesIO(), encoding=encoding) for name in ("stdout", "stderr")}
        for name, stream in streams.items():
            monkeypatch.setattr(sys, name, stream)
        return lambda name: streams[name].buffer.getvalue().decode(encoding)

    return as_encoded


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_help_is_readable_in_any_encoding(said, encoding):
    text = said(encoding)
    with pytest.raises(SystemExit) as caught:
        main(["transfer", "--help"])
    assert caught.value.code == 0
    assert ("λ" if encoding == "utf-8" else "\\u03bb") in text("stdout")


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
@pytest.mark.parametrize("name", ["кот.png", os.fsdecode(b"caf\xe9.png"), "a\nb.png"], ids=ascii)
def test_a_name_that_can_t_be_shown_is_no_failure(said, inputs, tmp_path, encoding, name):
    text = said(encoding)
    assert main(["transfer", *inputs, "-o", str(tmp_path / name), "--size", "32", "--steps", "0"]) == 0
    assert os.listdir(tmp_path) == [name]
    assert text("stdout").startswith("wrote ")
    assert text("stdout").count("\n") == 1
    assert main(["inspect", str(tmp_path / "none" / name)]) == 2
    assert "can't be read" in text("stderr")


def test_json_stays_json_in_any_encoding(said, inputs, tmp_path):
    with Image.open(inputs[0]) as image:
        device = "cpu é λ 😀"
        recipe = {"format": 2, "config": {}, "device": device, "versions": {}, "steps_done": 0, "losses": {}}
        digests = {"contents": [{"sha256": "c"}], "styles": [{"sha256": "5"}]}
        (tmp_path / "a.png").write_bytes(encode_png(image, {CHUNK: json.dumps(recipe | digests)}))
    for encoding in ("cp1252", "utf-8"):
        text = said(encoding)
        assert main(["inspect", str(tmp_path / "a.png")]) == 0
        assert json.loads(text("stdout"))["device"] == device


def test_nobody_who_listens_is_no_failure(inputs, tmp_path, monkeypatch):
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        monkeypatch.setattr(sys, "stderr", None)
        output = tmp_path / "out.png"
        assert main(["transfer", *inputs, "-o", str(output), "--size", "32", "--steps", "0"]) == 0
        assert output.exists()
        monkeypatch.undo()


def test_a_result_that_can_t_be_printed_is_one(inputs, monkeypatch, capsys):
    with open("/dev/full", "w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(["evaluate", *inputs, inputs[0], "--size", "32"]) == 2
        monkeypatch.undo()
    assert "No space left" in capsys.readouterr().err


def test_a_terminal_that_went_away_is_told_nothing_more(monkeypatch):
    reader, writer = os.pipe()
    os.close(reader)
    with open(writer, "w") as broken:
        monkeypatch.setattr(sys, "stderr", broken)
        for _ in range(3):
            terminal.say("a sentence")
        terminal.settle()
        monkeypatch.undo()


def test_a_reader_who_has_had_enough_is_no_failure():
    made = Path(__file__).with_name("same_pictures") / "steered-0.png"
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "stylecore", "inspect", str(made)]
    done = subprocess.run(command, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, "")
