"""What is written into an animated file comes out of it: pixels, pace, plays and text."""

import io
import json

import numpy as np
import pytest
from PIL import Image

from stylecore.imaging.animated_files import encode_animation
from stylecore.imaging.animations import frames_of, open_animation
from stylecore.imaging.output_formats import read_text
from tests.support.animations import moving_square

KINDS = ("gif", "png", "webp")
PACE = (33.333, 40, 100, 0)
TEXT = json.dumps({"name": "Ж", "long": "x" * 2000})


def encoded(frames, kind, pace=PACE, plays=0):
    return encode_animation(lambda: iter(frames), pace, plays, kind, "key", TEXT)


def shown(data):
    return list(frames_of(open_animation(data), 10**4))


def noisy(count, mode, size=(23, 17)):
    """Frames without a still pixel."""
    values = np.random.default_rng(1).integers(0, 256, (count, size[1], size[0], len(mode)), dtype=np.uint8)
    if mode == "RGBA":
        values[..., 3] = np.where(values[..., 3] < 90, 0, 255)
    return list(map(Image.fromarray, values))


@pytest.mark.parametrize("kind", ["png", "webp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
@pytest.mark.parametrize("make", [moving_square, noisy])
def test_png_and_webp_keep_every_pixel(kind, mode, make):
    frames = make(4, mode=mode)
    frames[2] = frames[1].copy()
    for frame, expected in zip(shown(encoded(frames, kind)), frames, strict=True):
        np.testing.assert_array_equal(np.asarray(frame.image), np.asarray(expected.convert("RGBA")))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("plays", [0, 1, 2, 7])
def test_pace_and_plays_come_back(kind, plays):
    data = encoded(moving_square(), kind, plays=plays)
    assert open_animation(data).plays == plays
    found = [frame.milliseconds for frame in shown(data)]
    unit = {"gif": 10, "png": 0.01, "webp": 1}[kind]
    assert np.abs(np.array(found) - PACE).max() <= unit
    assert abs(sum(found) - sum(PACE)) <= unit  # roundings do not add up
    steady = [frame.milliseconds for frame in shown(encoded(moving_square(30, (240, 32)), kind, [1000 / 30] * 30))]
    assert abs(sum(steady) - 1000) <= unit


@pytest.mark.parametrize("kind", KINDS)
def test_hours_are_shown_as_long_as_the_format_can(kind):
    assert min(frame.milliseconds for frame in shown(encoded(moving_square(), kind, [70_000] * 4))) == 70_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_is_inside_and_the_same_frames_give_the_same_bytes(kind):
    data = encoded(moving_square(), kind)
    assert json.loads(read_text(data, "key")) == json.loads(TEXT)
    assert read_text(data, "other") is None
    assert encoded(moving_square(), kind) == data


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_gif_does_not_flicker_by_itself(mode):
    frames = moving_square(mode=mode)
    found = np.stack([np.asarray(frame.image).astype(int) for frame in shown(encoded(frames, "gif"))])
    given = np.stack([np.asarray(frame.convert("RGBA")).astype(int) for frame in frames])
    still = (given[1:] == given[:-1]).all(-1)
    assert (found[1:] == found[:-1]).all(-1)[still].all()
    seen = given[..., 3] > 0
    assert np.abs(found - given)[seen].mean() < 4
    np.testing.assert_array_equal(found[..., 3], given[..., 3])


def test_every_colour_of_a_gif_is_taken_from_frames_all_over():
    plain = [Image.new("RGB", (8, 8), (8 * index, 255 - 8 * index, 100)) for index in range(30)]
    found = shown(encoded(plain, "gif", [100] * 30))
    for frame, expected in zip(found, plain, strict=True):
        assert np.abs(np.asarray(frame.image.convert("RGB")).astype(int) - np.asarray(expected)).max() <= 12


@pytest.mark.parametrize("kind", KINDS)
def test_what_does_not_move_is_not_written_again(kind):
    frames = noisy(1, "RGB", (64, 64)) * 6
    small = [frame.copy() for frame in frames]
    for index, frame in enumerate(small):
        frame.paste((index, 0, 0), (5, 5, 7, 7))
    one, six = (len(encoded(some, kind, [100] * len(some))) for some in (small[:2], small))
    assert six < 1.2 * one


@pytest.mark.parametrize("kind", KINDS)
def test_one_frame_is_a_picture(kind):
    with Image.open(io.BytesIO(encoded(moving_square(1), kind, [50]))) as image:
        assert image.size == (40, 32)


def test_other_formats_hold_no_animation():
    with pytest.raises(ValueError, match="no animation"):
        encoded(moving_square(), "jpeg")
