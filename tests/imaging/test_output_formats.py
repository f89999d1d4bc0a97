"""The formats that results are saved in."""

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageCms

from stylecore.imaging.images import decode
from stylecore.imaging.output_formats import EXTENSIONS, LONGEST_JPEG_TEXT, encode, encode_deep, read_text
from stylecore.imaging.tiff_pages import picture_page
from stylecore.imaging.tiff_samples import Layout, bands_of_samples

TEXT = json.dumps({"device": "é λ 😀", "steps": [1, 2]}, ensure_ascii=False)


@pytest.fixture(scope="module")
def image():
    values = np.random.default_rng(0).integers(0, 256, (6, 9, 3), dtype=np.uint8)
    return Image.fromarray(values).resize((90, 60), Image.Resampling.BICUBIC)


@pytest.mark.parametrize("kind", EXTENSIONS)
def test_the_text_comes_back_and_the_pixels_do(image, kind):
    data = encode(image, kind, "stylecore", TEXT)
    assert json.loads(read_text(data, "stylecore")) == json.loads(TEXT)
    assert read_text(data, "other") is None
    difference = np.abs(np.asarray(decode(data), int) - np.asarray(image, int))
    assert difference.mean() < (2 if kind == "jpeg" else 1e-9)
    assert encode(image, kind, "stylecore", TEXT) == data  # no time of day, nor anything else of its making
    with Image.open(io.BytesIO(data)) as found:
        assert (found.format, found.mode) == (kind.upper(), "RGB")


@pytest.mark.parametrize("kind", ["jpeg", "webp", "tiff"])
def test_the_colours_are_said_to_be_srgb(image, kind):
    with Image.open(io.BytesIO(encode(image, kind, "stylecore", TEXT))) as found:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(found.info["icc_profile"]))
    assert "sRGB" in ImageCms.getProfileDescription(profile)


def test_a_text_too_long_for_a_jpeg_is_left_out(image):
    long = json.dumps({"a": "x" * LONGEST_JPEG_TEXT})
    assert read_text(encode(image, "jpeg", "stylecore", long), "stylecore") is None
    assert read_text(encode(image, "webp", "stylecore", long), "stylecore") == long
    fitting = json.dumps({"a": "x" * (LONGEST_JPEG_TEXT - 30)})
    assert read_text(encode(image, "jpeg", "stylecore", fitting), "stylecore") == fitting


@pytest.mark.parametrize("description", ["A cat", "stylecore", "stylecore {}", 7])
def test_a_description_of_another_program_is_no_text_of_ours(image, description):
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = description
    image.save(buffer, "JPEG", exif=exif)
    assert read_text(buffer.getvalue(), "stylecore") is None


@pytest.mark.parametrize("kind", ["png", "jpeg", "tiff"])
def test_it_is_printed_at_300_dots_per_inch(image, kind):
    with Image.open(io.BytesIO(encode(image, kind, "stylecore", TEXT))) as found:
        assert found.info["dpi"] == pytest.approx((300, 300), abs=0.01)  # PNG counts whole dots per metre


def test_a_png_says_that_its_colours_are_srgb(image):
    with Image.open(io.BytesIO(encode(image, "png", "stylecore", TEXT))) as found:
        assert "srgb" in found.info


@pytest.mark.parametrize("size", [(37, 23), (1, 1), (3, 400)])
def test_sixteen_bits_come_back_to_the_last(size):
    width, height = size
    levels = np.random.default_rng(1).integers(0, 65536, (height, width, 3), dtype=np.uint16)
    data = encode_deep(levels, "stylecore", TEXT)
    page = picture_page(data)
    found = np.concatenate(list(bands_of_samples(data, Layout.of(page), 3)))
    assert found.dtype.itemsize == 2
    np.testing.assert_array_equal(found, levels)
    assert json.loads(read_text(data, "stylecore")) == json.loads(TEXT)
    shown = np.asarray(decode(data), float)
    assert abs(shown * 257 - levels).max() <= 257
    assert encode_deep(levels, "stylecore", TEXT) == data
