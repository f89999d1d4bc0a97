"""What is said of memory and time before a run, and what is refused."""

import dataclasses
import os
import re

import pytest

from stylecore.cli import estimate
from stylecore.cli.estimate import check_memory, spoken_estimate, tile_from_text
from stylecore.cli.parser import main
from stylecore.config import TransferConfig
from stylecore.engine.cost import cost_of
from stylecore.errors import SettingError
from stylecore.transfer.devices import OutOfMemory

PHOTO, PAINTING = (640, 480), (300, 400)
BIG = TransferConfig(size=512, lambdas=(0.1, 0.2, 0.3))


def needed(**changes):
    return cost_of([PHOTO], [PAINTING], dataclasses.replace(BIG, **changes)).memory


def refusal(monkeypatch, free):
    monkeypatch.setattr(estimate, "free_memory", lambda _device: free)
    with pytest.raises(OutOfMemory) as caught:
        check_memory(PHOTO, [PAINTING], BIG, "cpu", "off")
    return str(caught.value)


def test_what_fits_is_not_refused(monkeypatch):
    monkeypatch.setattr(estimate, "free_memory", lambda _device: needed())
    cost = check_memory(PHOTO, [PAINTING], BIG, "cpu")
    assert (cost.memory, cost.tile) == (needed(), None)


def test_what_does_not_fit_whole_is_taken_in_tiles(monkeypatch):
    free = needed() * 2 // 3
    monkeypatch.setattr(estimate, "free_memory", lambda _device: free)
    cost = check_memory(PHOTO, [PAINTING], BIG, "cpu")
    assert cost.tile is not None
    assert cost.memory <= free < needed()


@pytest.mark.parametrize(("text", "tile"), [("off", None), ("128", 128), ("512", 512)])
def test_a_tile_that_is_named(text, tile):
    assert check_memory(PHOTO, [PAINTING], BIG, "cpu", text).tile == tile


@pytest.mark.parametrize("text", ["", "0", "64", "-5", "large", "1e3", "99999"])
def test_a_tile_that_makes_no_sense(text):
    with pytest.raises(SettingError, match="--tile must be auto, off, or from 128 to 8192 pixels, not"):
        tile_from_text(text)


def test_a_refusal_says_what_would_fit(monkeypatch):
    free = (needed(size=300) + needed(size=340)) // 2
    words = refusal(monkeypatch, free)
    size = int(re.search(r"--size (\d+) would fit", words)[1])
    assert needed(size=size) <= free < needed(size=size + 32)
    assert "λ at a time" not in words  # even one is too much at this size


def test_a_refusal_says_how_many_lambdas_would_fit(monkeypatch):
    assert "or 2 λ at a time would fit" in refusal(monkeypatch, needed() - 1)


def test_where_nothing_fits_there_is_other_advice(monkeypatch):
    assert refusal(monkeypatch, 0).endswith("0 MB are free: close other programs first.")


@pytest.mark.parametrize("command", ["transfer", "sheet", "evaluate"])
def test_every_command_refuses_what_does_not_fit(inputs, tmp_path, monkeypatch, capsys, command):
    monkeypatch.setattr(estimate, "free_memory", lambda _device: 10**5)
    rest = [inputs[0]] if command == "evaluate" else ["-o", str(tmp_path / "out.png")]
    assert main([command, *inputs, *rest]) == 2
    assert "of memory, and 0 MB are free" in capsys.readouterr().err
    assert not os.listdir(tmp_path)


def test_the_time_grows_with_the_steps(vgg, monkeypatch):
    class Machine:
        def of(self, _pixels):
            return 1e-5  # seconds a pixel

    monkeypatch.setattr(estimate, "measure_throughput", lambda *_arguments: Machine())
    cost = cost_of([PHOTO], [PAINTING], dataclasses.replace(BIG, steps=10))
    words = spoken_estimate(cost, vgg, BIG, (512, 384), 0, 10)
    assert words.startswith("512 × 384 pixels, 10 steps of 3 λ on cpu: about ")
    assert words.endswith(f"and {cost.work(0, 10) * 1e-5:.0f} s")
