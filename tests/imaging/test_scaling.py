"""Scaling pictures, and decoding no more than is needed."""

import numpy as np
import pytest
from PIL import Image

from stylecore.imaging.images import decode, decode_with_notices
from stylecore.imaging.scaling import enlarged_notice, fit
from tests.imaging.test_images import encoded, noise


@pytest.mark.parametrize("form", ["PNG", "TIFF", "BMP", "JPEG", "GIF", "WEBP"])
@pytest.mark.parametrize("size", [(300, 200), (200, 300), (333, 71), (1, 90)])
@pytest.mark.parametrize("longest", [64, 37])
def test_a_picture_that_is_decoded_small_is_the_one_that_was_scaled(form, size, longest, monkeypatch):
    data = encoded(noise(size[1], size[0]), form)
    expected = fit(decode(data), longest)
    monkeypatch.setattr("stylecore.imaging.bands.BAND_PIXELS", 1000)
    found = decode_with_notices(data, longest=longest)
    assert found.size == size
    np.testing.assert_array_equal(np.asarray(found.image), np.asarray(expected))
    assert fit(found.image, longest).tobytes() == found.image.tobytes()


@pytest.mark.parametrize("longest", [30, 31, 5000])
def test_nothing_is_enlarged_by_decoding(longest):
    image = Image.fromarray(noise(20, 30))
    assert decode(encoded(image, "PNG"), longest=longest).tobytes() == image.tobytes()


@pytest.mark.parametrize(
    ("size", "used", "told"), [((63, 20), 256, True), ((64, 20), 256, False), ((20, 63), 32, False)]
)
def test_tiny_pictures_that_are_enlarged_are_told(size, used, told):
    notice = enlarged_notice(size, used)
    assert bool(notice) == told
    assert not told or f"{size[0]} × {size[1]} pixels and is enlarged to {used}" in notice
