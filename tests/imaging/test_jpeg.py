"""JPEG files: large ones made smaller while they are decoded, cut ones, and files of several pictures."""

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.imaging import jpeg
from stylecore.imaging.images import decode, decode_with_notices, picture_size
from tests.imaging.test_images import encoded, noise

SMOOTH = np.asarray(Image.fromarray(noise(6, 9)).resize((900, 600), Image.Resampling.BICUBIC))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_a_file_without_its_end_gives_what_is_there(mode, options):
    image = Image.fromarray(SMOOTH).convert(mode)
    data = encoded(image, "JPEG", quality=90, **options)
    whole = np.asarray(decode(data)).astype(int)
    for missing in (*range(1, 20), 40):
        found = decode_with_notices(data[:-missing])
        assert np.abs(np.asarray(found.image)[:500] - whole[:500]).max() <= 20
        assert not found.notices


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
def test_how_much_is_missing_is_told(mode):
    data = encoded(Image.fromarray(SMOOTH).convert(mode), "JPEG", quality=90)
    whole = np.asarray(decode(data)).astype(int)
    found = decode_with_notices(data[: len(data) // 2])
    (notice,) = found.notices
    share = int(notice.split("last ")[1].split("%")[0])
    assert 30 < share < 70
    rows = int(600 * (1 - share / 100)) - 20
    np.testing.assert_allclose(np.asarray(found.image)[:rows], whole[:rows], atol=3)


def test_a_file_without_any_pixels_is_refused():
    data = encoded(SMOOTH, "JPEG", quality=90)
    with pytest.raises(ImageError, match="cut off"):
        decode(data[: data.rindex(b"\xff\xda") + 14])


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_large_one_that_is_used_small_is_decoded_small(mode, progressive, monkeypatch):
    data = encoded(Image.fromarray(SMOOTH).convert(mode), "JPEG", quality=95, progressive=progressive)
    whole = decode(data, longest=100)
    monkeypatch.setattr(jpeg, "DRAFTED", 100_000)
    small = decode_with_notices(data, longest=100)
    assert jpeg.open_jpeg(data, 100).scaled == (225, 150)
    assert small.image.size == whole.size == (100, 67)
    assert small.size == picture_size(data) == (900, 600)
    np.testing.assert_allclose(np.asarray(small.image).astype(int), np.asarray(whole).astype(int), atol=12)


@pytest.mark.parametrize("longest", [450, 500, 899])
def test_no_pixel_that_is_needed_is_left_out(longest, monkeypatch):
    monkeypatch.setattr(jpeg, "DRAFTED", 100_000)
    data = encoded(SMOOTH, "JPEG", quality=95)
    assert jpeg.open_jpeg(data, longest).scaled == (900, 600)


def test_what_is_decoded_small_is_turned_and_converted(monkeypatch):
    monkeypatch.setattr(jpeg, "DRAFTED", 100_000)
    exif = Image.Exif()
    exif[0x112] = 6
    found = decode_with_notices(encoded(SMOOTH, "JPEG", exif=exif), longest=100)
    assert found.image.size == (67, 100)
    assert found.size == (600, 900)


@pytest.mark.parametrize("first", [0, 1])
def test_of_several_pictures_the_largest_counts(first):
    sizes = [(160, 120), (640, 480)]
    images = [Image.new("RGB", size, (50 * i, 100, 200)) for i, size in enumerate(sizes)]
    data = encoded(images[first], "MPO", save_all=True, append_images=[images[1 - first]])
    assert picture_size(data) == (640, 480)
    np.testing.assert_allclose(np.asarray(decode(data))[5, 5], [50, 100, 200], atol=4)


def test_of_several_pictures_of_one_size_the_first_counts():
    images = [Image.new("RGB", (64, 48), colour) for colour in ((200, 0, 0), (0, 0, 200))]
    data = encoded(images[0], "MPO", save_all=True, append_images=images[1:])
    np.testing.assert_allclose(np.asarray(decode(data))[5, 5], [200, 0, 0], atol=4)


def test_what_decoding_would_hold_is_bounded(monkeypatch):
    """A decoder holds all coefficients of a progressive file; of others it holds a few rows."""
    monkeypatch.setattr("stylecore.imaging.bands.MAX_HELD", 2 * 900 * 600 * 2)
    assert decode(encoded(SMOOTH, "JPEG", subsampling=0))
    assert decode(encoded(SMOOTH, "JPEG", subsampling=2, progressive=True))
    with pytest.raises(ImageError, match="too many pixels for a JPEG"):
        decode(encoded(SMOOTH, "JPEG", subsampling=0, progressive=True))


def test_the_end_is_added_once():
    file = jpeg._File(b"ab")
    assert [file.read(2), file.read(2)] == [b"ab", b""]
    file.is_header = False
    assert [file.read(2), file.read(2), file.was_cut] == [jpeg.END, b"", True]
