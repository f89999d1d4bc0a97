"""Every frame of an animation as it is seen, and refusals of those that would take too long or too much."""

import contextlib
import io
import struct

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.imaging import animations
from stylecore.imaging.animations import frames_of, open_animation
from tests.support import hostile
from tests.support.animations import DURATIONS, animated, moving_square

KINDS = ("GIF", "PNG", "WEBP")


def shown(data, longest=40):
    return list(frames_of(open_animation(data), longest))


def sizes_of(data, longest):
    """The sizes of the frames up to a refusal; nothing but that may be raised."""
    found = set()
    with contextlib.suppress(ImageError):
        animation = open_animation(data)
        for frame in frames_of(animation, longest) if animation else ():
            found.add(frame.image.size)
    return found


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_frames_are_what_they_were(kind, mode):
    frames = moving_square(mode=mode)
    found = shown(animated(frames, kind))
    for frame, expected in zip(found, frames, strict=True):
        seen = np.asarray(expected.convert("RGBA"))
        assert frame.image.mode == "RGBA"
        alpha = seen[..., 3:] > 0
        np.testing.assert_array_equal(np.asarray(frame.image) * alpha, seen * alpha)


def test_frames_of_a_gif_are_laid_over_each_other():
    frames = moving_square()
    data = animated(frames, "GIF")  # in which Pillow keeps only what has changed
    for frame, expected in zip(shown(data), frames, strict=True):
        difference = np.abs(np.asarray(frame.image.convert("RGB")).astype(int) - np.asarray(expected))
        assert difference.mean() < 3
        assert difference[10:18].max() < 60  # the square is where it is to be, and nowhere else


@pytest.mark.parametrize("kind", KINDS)
def test_durations_and_the_number_of_plays(kind):
    plays = {None: 1, 0: 0, 3: 4} if kind == "GIF" else {0: 0, 1: 1, 3: 3}
    for loop, count in plays.items():
        data = animated(moving_square(), kind, **({} if loop is None else {"loop": loop}))
        assert open_animation(data).plays == count
        assert [frame.milliseconds for frame in shown(data)] == list(DURATIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_frames_come_no_larger_than_they_are_needed(kind):
    animation = open_animation(animated(moving_square(), kind))
    assert (animation.size, animation.count) == ((40, 32), 4)
    assert {frame.image.size for frame in frames_of(animation, 20)} == {(20, 16)}


@pytest.mark.parametrize("kind", [*KINDS, "JPEG", "BMP", "TIFF"])
def test_one_picture_is_no_animation(kind):
    buffer = io.BytesIO()
    moving_square(1)[0].save(buffer, kind)
    assert open_animation(buffer.getvalue()) is None


def test_the_picture_for_programs_that_know_no_animations_is_no_frame():
    frames = moving_square()
    data = animated([Image.new("RGB", (40, 32), (0, 0, 255)), *frames], "PNG", DURATIONS, default_image=True)
    assert open_animation(data).count == 4
    first = shown(data)[0].image.convert("RGB")
    np.testing.assert_array_equal(np.asarray(first), np.asarray(frames[0]))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_is_turned_as_its_exif_says(kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    data = animated(moving_square(), kind, exif=exif)
    assert open_animation(data).size == (32, 40)
    assert shown(data)[0].image.size == (32, 40)


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_frames_or_pixels_are_refused_before_any_is_decoded(kind, monkeypatch):
    data = animated(moving_square(), kind)
    monkeypatch.setattr(animations, "MAX_FRAMES", 3)
    with pytest.raises(ImageError, match="cat has more than 3 frames: shorten it"):
        open_animation(data, "cat")
    monkeypatch.setattr(animations, "MAX_FRAMES", 4)
    monkeypatch.setattr(animations, "MAX_FRAME_PIXELS", 4 * 40 * 32 - 1)
    with pytest.raises(ImageError, match="4 frames of 40 × 32 pixels, more than"):
        open_animation(data, "cat")
    monkeypatch.setattr(animations, "MAX_FRAME_PIXELS", 4 * 40 * 32)
    assert open_animation(data) is not None


def test_a_canvas_that_its_decoder_could_not_hold_is_refused():
    data = bytearray(animated(moving_square(), "GIF"))
    for side in (5_000, 20_000):
        struct.pack_into("<HH", data, 6, side, side)
        with pytest.raises(ImageError, match="too many pixels for a GIF file"):
            open_animation(bytes(data), "cat")


def test_a_frame_that_is_larger_than_its_gif_is_refused():
    data = bytearray(animated(moving_square(), "GIF"))
    struct.pack_into("<HH", data, 6, 39, 32)
    with pytest.raises(ImageError, match="damaged"):
        open_animation(bytes(data), "cat")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_gives_frames_and_then_a_sentence(kind):
    data = animated(moving_square(), kind)
    for end in range(20, len(data) - 1, max(1, len(data) // 25)):
        assert sizes_of(data[:end], 40) <= {(40, 32)}


def test_bombs_of_frames_end_in_frames_or_a_sentence():
    names = []
    for name, data in hostile.frames():
        if not name.startswith(("gif", "apng", "webp", "png")):
            continue
        names.append(name)
        assert all(max(size) <= 8 for size in sizes_of(data, 8))
    assert len(names) > 15


@pytest.mark.parametrize("block", [b"!\xfe\x01x\0", b"\0", b"!\xf9\x04\0\0\0\0\0"])
def test_a_million_blocks_between_the_frames_of_a_gif_are_refused(block):
    data = animated(moving_square(2), "GIF")
    stuffed = data[:-1] + block * 1_000_000 + data[data.index(b"!\xf9") :]
    with pytest.raises(ImageError, match="too many parts"):
        open_animation(stuffed, "cat")
