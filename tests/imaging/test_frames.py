"""First frames of GIF, WebP, AVIF and HEIC, and what Pillow decodes as a whole."""

import builtins
import io

import numpy as np
import pytest
from PIL import Image, features

from stylecore.errors import ImageError
from stylecore.imaging import frames
from stylecore.imaging.images import decode, picture_size
from tests.imaging.test_images import SMOOTH, encoded, profile
from tests.support import hostile

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
PICTURE = Image.fromarray(SMOOTH.astype(np.uint8))


def pixels(data, **options):
    return np.asarray(decode(data, **options)).astype(int)


def heic(image, **options):
    pillow_heif = pytest.importorskip("pillow_heif")
    buffer = io.BytesIO()
    pillow_heif.from_pillow(image).save(buffer, quality=95, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("box", [(0, 0, 6, 5), (2, 1, 6, 5), (0, 0, 3, 2), (1, 1, 4, 4)])
@pytest.mark.parametrize("bands", [2**18, 6])
def test_a_gif_s_frame_leaves_the_rest_of_the_canvas_free(box, bands, monkeypatch):
    monkeypatch.setattr("stylecore.imaging.bands.BAND_PIXELS", bands)
    left, top, right, bottom = box
    small = encoded(Image.new("P", (right - left, bottom - top), 0), "GIF")
    at = small.index(b",", 13)
    place = b"".join(n.to_bytes(2, "little") for n in (left, top))
    data = small[:6] + b"\6\0\5\0" + small[10 : at + 1] + place + small[at + 5 :]
    palette_start = Image.open(io.BytesIO(small)).convert("RGB").getpixel((0, 0))
    expected = np.full((5, 6, 3), 255)
    expected[top:bottom, left:right] = palette_start
    np.testing.assert_array_equal(pixels(data), expected)


def test_a_gif_s_transparent_colour_is_paper_inside_the_frame_too():
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8)).convert("P")
    image.putpalette([*RED, *BLUE])
    np.testing.assert_array_equal(pixels(encoded(image, "GIF", transparency=1)), [[RED, WHITE], [WHITE, RED]])


@pytest.mark.parametrize("alpha", [0, 0x10])
def test_a_webp_s_frame_leaves_the_rest_of_the_canvas_free(alpha):
    small = encoded(Image.new("RGB", (2, 2), RED), "WEBP", lossless=True)
    image = small[12:]
    frame = b"".join(n.to_bytes(3, "little") for n in (1, 1, 1, 1, 100)) + b"\0" + image
    data = hostile.riff((b"VP8X", bytes([2 | alpha, 0, 0, 0]) + b"\5\0\0\4\0\0"), (b"ANIM", bytes(6)), (b"ANMF", frame))
    expected = np.full((5, 6, 3), 255)
    expected[2:4, 2:4] = RED
    np.testing.assert_array_equal(pixels(data), expected)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow has no AVIF")
def test_avif():
    np.testing.assert_allclose(pixels(encoded(PICTURE, "AVIF", quality=95)), SMOOTH, atol=12)
    clear = encoded(Image.new("RGBA", (16, 16), (255, 0, 0, 0)), "AVIF")
    np.testing.assert_array_equal(pixels(clear), np.full((16, 16, 3), 255))
    swapped = profile(swap=(b"rXYZ", b"bXYZ"))
    found = pixels(encoded(Image.new("RGB", (16, 16), RED), "AVIF", quality=100, icc_profile=swapped))
    np.testing.assert_allclose(found[4, 4], BLUE, atol=6)


def test_heic():
    np.testing.assert_allclose(pixels(heic(PICTURE)), SMOOTH, atol=12)
    np.testing.assert_allclose(pixels(heic(PICTURE.convert("L")))[..., 0], np.asarray(PICTURE.convert("L")), atol=12)
    clear = heic(Image.new("RGBA", (16, 16), (255, 0, 0, 0)))
    np.testing.assert_allclose(pixels(clear), np.full((16, 16, 3), 255), atol=1)


def test_heic_in_bands_and_smaller(monkeypatch):
    whole = pixels(heic(PICTURE))
    monkeypatch.setattr("stylecore.imaging.bands.BAND_PIXELS", 100)
    np.testing.assert_array_equal(pixels(heic(PICTURE)), whole)
    assert pixels(heic(PICTURE), longest=10).shape == (7, 10, 3)
    assert picture_size(heic(PICTURE)) == (30, 20)


def test_heic_without_its_library_is_told(monkeypatch):
    data, real = heic(PICTURE), builtins.__import__

    def missing(name, *arguments, **named):
        if name == "pillow_heif":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(ImageError, match=r"is a HEIC picture.*install.*save it as JPEG"):
        decode(data, "IMG_1.jpg")


@pytest.mark.parametrize("form", ["WEBP", "AVIF", "HEIC"])
def test_what_decoding_would_hold_is_bounded(form, monkeypatch):
    data = heic(PICTURE) if form == "HEIC" else encoded(PICTURE, form)
    monkeypatch.setattr("stylecore.imaging.bands.MAX_HELD", 30 * 20 * frames.HELD.get(form, 16) - 1)
    with pytest.raises(ImageError, match=r"too many pixels for a \w+ file"):
        decode(data)
