"""BMP files of every depth and mask."""

import numpy as np
import pytest

from stylecore.errors import ImageError
from stylecore.imaging.images import decode
from tests.support.picture_files import bmp


def pixels(data):
    return np.asarray(decode(data)).astype(int)


def noise(bits, height=7, width=13):
    return np.random.default_rng(bits).integers(0, 1 << bits, (height, width))


def under(numbers, mask):
    shift = (mask & -mask).bit_length() - 1
    return ((numbers & mask) >> shift) * (255 / (mask >> shift))


@pytest.mark.parametrize("header", [12, 40, 64, 108, 124])
@pytest.mark.parametrize("bits", [1, 2, 4, 8])
def test_palettes(bits, header):
    palette = np.random.default_rng(0).integers(0, 256, (1 << bits, 3))
    numbers = noise(bits)
    np.testing.assert_array_equal(pixels(bmp(numbers, bits, palette=palette.tolist(), header=header)), palette[numbers])


def test_a_short_palette_of_greys():
    assert pixels(bmp([[0, 1, 2]], 8, palette=[(9,) * 3, (5,) * 3, (200,) * 3]))[0, :, 0].tolist() == [9, 5, 200]


@pytest.mark.parametrize(
    ("bits", "masks"), [(16, (0x7C00, 0x3E0, 0x1F)), (24, (0xFF0000, 0xFF00, 0xFF)), (32, (0xFF0000, 0xFF00, 0xFF))]
)
@pytest.mark.parametrize("header", [12, 40, 56, 124])
@pytest.mark.parametrize("top_down", [False, True])
def test_without_masks_they_are_the_usual_ones(bits, masks, header, top_down):
    numbers = noise(bits)
    expected = np.stack([under(numbers, mask) for mask in masks], 2)
    found = pixels(bmp(numbers, bits, header=header, top_down=top_down and header > 12))
    np.testing.assert_allclose(found, expected, atol=1)


@pytest.mark.parametrize("header", [40, 52, 56, 108, 124])
@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (16, (0xF800, 0x7E0, 0x1F)),
        (16, (0xF00, 0xF0, 0xF)),
        (16, (0xF000, 0xF00, 0xF0)),
        (16, (0x1F, 0x3E0, 0x7C00)),
        (16, (0x8000, 0x4000, 0x3FFF)),
        (24, (0xFF, 0xFF00, 0xFF0000)),
        (32, (0xFF00, 0xFF0000, 0xFF000000)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF)),
        (32, (0xFFE00000, 0x1FFC00, 0x3FF)),
        (32, (0, 0xFF00, 0)),
    ],
)
def test_masks_of_any_place_and_width(bits, masks, header):
    numbers = noise(bits)
    expected = np.stack([under(numbers, mask) if mask else numbers * 0 for mask in masks], 2)
    np.testing.assert_allclose(pixels(bmp(numbers, bits, masks, header=header)), expected, atol=1)


@pytest.mark.parametrize("header", [40, 56, 124])
@pytest.mark.parametrize(
    ("bits", "masks"), [(16, (0xF00, 0xF0, 0xF, 0xF000)), (32, (0xFF, 0xFF00, 0xFF0000, 0xFF000000))]
)
def test_the_fourth_mask_is_transparency(bits, masks, header):
    numbers = noise(bits)
    alpha = under(numbers, masks[3])[..., None] / 255
    colours = np.stack([under(numbers, mask) for mask in masks[:3]], 2)
    data = bmp(numbers, bits, masks, header=header)
    np.testing.assert_allclose(pixels(data), colours * alpha + 255 * (1 - alpha), atol=1.5)


def test_a_transparency_that_was_left_empty_hides_nothing():
    assert pixels(bmp([[0xF84]], 16, (0xF00, 0xF0, 0xF, 0xF000))).tolist() == [[[255, 136, 68]]]


def test_bands_change_nothing(monkeypatch):
    data = bmp(noise(24, 50, 33), 24)
    whole = pixels(data)
    monkeypatch.setattr("stylecore.imaging.bands.BAND_PIXELS", 70)
    np.testing.assert_array_equal(pixels(data), whole)


@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_missing_pixels_are_refused(bits):
    with pytest.raises(ImageError, match="cut off"):
        decode(bmp(noise(bits), bits)[:-16])


def test_a_place_of_the_pixels_that_forgets_the_palette():
    data = bytearray(bmp([[0, 1, 1]], 8, palette=[(9, 8, 7), (1, 2, 3)]))
    data[10:14] = (54).to_bytes(4, "little")
    assert pixels(bytes(data)).tolist() == [[[9, 8, 7], [1, 2, 3], [1, 2, 3]]]
