"""The formats that results are saved in."""

import io
import json

import numpy as np
import pytest
from PIL import Image, ImageCms

from stylecore.imaging.images import decode
from stylecore.imaging.output_formats import EXTENSIONS, LONGEST_JPEG_TEXT, encode, read_text

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
