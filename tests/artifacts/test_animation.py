"""Animations: the time-lapse of a run, and the sweep over λ."""

import io

import pytest
from PIL import Image, ImageSequence

from stylecore.artifacts.animation import LAST_SECONDS, sweep, time_lapse
from stylecore.imaging.images import encode_jpeg, encode_png

COLOURS = ["red", "green", "blue"]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_all_frames_and_the_result_in_order(kind):
    frames = [encode_jpeg(Image.new("RGB", (40, 30), colour)) for colour in COLOURS]
    result = encode_png(Image.new("RGB", (80, 60), "white"))  # larger than the frames, as of large pictures
    animation = Image.open(io.BytesIO(time_lapse(frames, result, kind)))
    assert animation.format == kind
    assert animation.size == (40, 30)
    seen, durations = [], []
    for frame in ImageSequence.Iterator(animation):
        frame.load()
        durations.append(frame.info["duration"])
        seen.append(frame.convert("RGB").getpixel((20, 15)))
    for found, colour in zip(seen, [*COLOURS, "white"], strict=True):
        wanted = Image.new("RGB", (1, 1), colour).getpixel((0, 0))
        assert all(abs(a - b) < 12 for a, b in zip(found, wanted, strict=True))
    assert durations[-1] == 1000 * LAST_SECONDS
    assert animation.info["loop"] == 0


def test_a_run_without_a_way_is_a_still():
    animation = Image.open(io.BytesIO(time_lapse([], encode_png(Image.new("RGB", (8, 6), "red")), "GIF")))
    assert animation.size == (8, 6)


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_the_sweep_goes_there_and_back(kind):
    colours = ["red", "green", "blue"]
    files = [encode_png(Image.new("RGB", (20, 10), colour)) for colour in colours]
    animation = Image.open(io.BytesIO(sweep(files, kind)))
    seen = [frame.convert("RGB").getpixel((9, 4)) for frame in ImageSequence.Iterator(animation)]
    wanted = [Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in [*colours, "green"]]
    assert all(
        abs(a - b) < 12 for ours, theirs in zip(seen, wanted, strict=True) for a, b in zip(ours, theirs, strict=True)
    )
