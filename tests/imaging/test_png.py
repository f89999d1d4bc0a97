"""PNG files of every kind against what the standard says of their samples."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from stylecore.errors import ImageError
from stylecore.imaging.images import decode
from tests.support.picture_files import chunk, png

KINDS = [(1, 1), (1, 2), (1, 4), (1, 8), (1, 16), (2, 8), (2, 16), (3, 8), (3, 16), (4, 8), (4, 16)]
GREYS = [depth for count, depth in KINDS if count == 1]
SRGB = chunk(b"sRGB", b"\0")
LINEAR = chunk(b"gAMA", struct.pack(">I", 100_000))
WIDE = (31270, 32900, 73470, 26530, 11520, 82640, 15660, 1770)  # primaries, far from those of sRGB
PRIMARIES = chunk(b"cHRM", struct.pack(">8I", *WIDE))


def noise(count, depth, height=21, width=19):
    return np.random.default_rng(depth).integers(0, 1 << depth, (height, width, count))


def levels(samples, depth):
    return np.round(samples * (255 / ((1 << depth) - 1)))


def pixels(data):
    return np.asarray(decode(data)).astype(int)


def on_white(colours, alpha):
    return colours * alpha + 255 * (1 - alpha)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("count", "depth"), KINDS)
def test_every_kind_of_samples(count, depth, interlaced):
    samples = noise(count, depth)
    found = levels(samples, depth)
    colours = found[..., :3] if count >= 3 else found[..., :1].repeat(3, 2)
    expected = on_white(colours, found[..., -1:] / 255) if count in (2, 4) else colours
    np.testing.assert_allclose(pixels(png(samples, depth, interlaced=interlaced, filters=True)), expected, atol=1)


@pytest.mark.parametrize(("count", "depth"), KINDS)
def test_bands_change_nothing(count, depth, monkeypatch):
    data = png(noise(count, depth), depth, filters=True)
    whole = pixels(data)
    monkeypatch.setattr("stylecore.imaging.bands.BAND_PIXELS", 50)
    np.testing.assert_array_equal(pixels(data), whole)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("depth", GREYS)
def test_a_transparent_grey_is_that_sample_and_no_other(depth, interlaced):
    samples = np.unique(np.linspace(0, (1 << depth) - 1, 16).round().astype(int))
    samples = np.unique([*samples, samples[-1] - 1, samples[len(samples) // 2] - 1])[None, :, None]
    for key in samples.ravel().tolist():
        expected = np.where(samples == key, 255, levels(samples, depth)).repeat(3, 2)
        data = png(samples, depth, chunk(b"tRNS", struct.pack(">H", key)), interlaced=interlaced)
        np.testing.assert_allclose(pixels(data), expected, atol=1)


@pytest.mark.parametrize("depth", [8, 16])
@pytest.mark.parametrize("interlaced", [False, True])
def test_a_transparent_colour_needs_all_of_its_bits(depth, interlaced):
    key = np.array([0x12, 0x34, 0x56]) * (1 if depth == 8 else 256)
    samples = np.stack([key, key + 1, key + [0, 0, 1], key[::-1]])[None]
    found = pixels(png(samples, depth, chunk(b"tRNS", struct.pack(">3H", *key)), interlaced=interlaced))
    expected = levels(samples, depth)
    expected[0, 0] = 255
    np.testing.assert_allclose(found, expected, atol=1)


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_palettes_have_their_own_scale_and_partly_transparency(depth, interlaced):
    palette = np.random.default_rng(0).integers(0, 256, (1 << depth, 3))
    alpha = np.array([0, 128])
    samples = noise(1, depth)
    chunks = chunk(b"PLTE", palette.astype(np.uint8).tobytes()), chunk(b"tRNS", alpha.astype(np.uint8).tobytes())
    opacity = np.concatenate([alpha, np.full((1 << depth) - len(alpha), 255)])[samples] / 255
    found = pixels(png(samples, depth, *chunks, colour=3, interlaced=interlaced))
    np.testing.assert_allclose(found, on_white(palette[samples[..., 0]], opacity), atol=1)


def test_a_palette_that_is_too_short_is_no_fault():
    found = pixels(png([[[0], [200]]], 8, chunk(b"PLTE", b"\x09\x08\x07"), colour=3))
    assert found[0, 0].tolist() == [9, 8, 7]


@pytest.mark.parametrize("key", [b"", b"\0", b"\0\1\0\2"])
def test_a_transparency_that_is_too_short_says_nothing(key):
    assert pixels(png([[[1, 2, 3]]], 8, chunk(b"tRNS", key))).tolist() == [[[1, 2, 3]]]


# Gamma, primaries and profiles


@pytest.mark.parametrize(("count", "depth"), KINDS)
@pytest.mark.parametrize("gamma", [1.0, 0.55555])
def test_gamma_is_that_of_the_samples_not_of_transparency(count, depth, gamma):
    samples = noise(count, depth)
    unit = samples / ((1 << depth) - 1)
    colours = (unit[..., :3] if count >= 3 else unit[..., :1].repeat(3, 2)) ** (1 / gamma / 2.2) * 255
    expected = on_white(colours, unit[..., -1:]) if count in (2, 4) else colours
    found = pixels(png(samples, depth, chunk(b"gAMA", struct.pack(">I", round(gamma * 1e5)))))
    np.testing.assert_allclose(found, expected, atol=1.5)


def test_gamma_reaches_the_colours_of_a_palette():
    found = pixels(png([[[0]]], 8, LINEAR, chunk(b"PLTE", bytes([64, 64, 64])), colour=3))
    np.testing.assert_allclose(found, 255 * (64 / 255) ** (1 / 2.2), atol=1)


def test_dark_light_of_sixteen_bits_is_not_cut_to_eight_first():
    (found,) = pixels(png([[[100, 100, 100]]], 16, LINEAR)).reshape(-1, 3)
    np.testing.assert_allclose(found, 255 * (100 / 65535) ** (1 / 2.2), atol=1)


@pytest.mark.parametrize(
    "chunks",
    [
        (LINEAR, SRGB),
        (SRGB, LINEAR),
        (chunk(b"gAMA", struct.pack(">I", 45_455)),),
        (chunk(b"gAMA", struct.pack(">I", 0)),),
        (chunk(b"gAMA", struct.pack(">I", 2**32 - 1)),),
        (chunk(b"gAMA", b"\0"),),
        (PRIMARIES,),
        (chunk(b"gAMA", struct.pack(">I", 45_455)), chunk(b"cHRM", bytes(32))),
        (chunk(b"gAMA", struct.pack(">I", 45_455)), chunk(b"cHRM", struct.pack(">8I", *[33_333] * 8))),
        (chunk(b"sBIT", b"\5\5\5"),),
        (chunk(b"bKGD", struct.pack(">3H", 1, 2, 3)),),
    ],
)
def test_what_changes_no_colour(chunks):
    assert pixels(png([[[64, 128, 200]]], 8, *chunks)).tolist() == [[[64, 128, 200]]]


def test_a_profile_counts_for_more_than_gamma():
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    embedded = chunk(b"iCCP", b"sRGB\0\0" + zlib.compress(profile))
    np.testing.assert_allclose(pixels(png([[[64, 128, 200]]], 8, LINEAR, embedded)), [[[64, 128, 200]]], atol=1)


def test_primaries_keep_greys_and_change_colours():
    gamma = chunk(b"gAMA", struct.pack(">I", 45_455))
    np.testing.assert_allclose(pixels(png([[[90, 90, 90]]], 8, gamma, PRIMARIES)), 90, atol=1)
    red, green, blue = pixels(png([[[40, 160, 40]]], 8, gamma, PRIMARIES))[0, 0]
    assert green > 165
    assert red < 40
    assert blue <= 40


def test_sixteen_bits_are_rounded_to_eight():
    np.testing.assert_array_equal(
        pixels(png([[[0], [128], [129], [65406], [65407]]], 16))[0, :, 0], [0, 0, 1, 254, 255]
    )


# What surrounds the picture


@pytest.mark.parametrize("kind", [b"iCCP", b"tEXt", b"zTXt", b"iTXt", b"gAMA", b"tIME", b"prVt", b"eXIf"])
@pytest.mark.parametrize("body", [b"", b"\0", b"x" * 40, b"key\0\0" + zlib.compress(bytes(3_000_000))], ids=len)
@pytest.mark.parametrize("checksum", [None, 1])
def test_chunks_that_are_broken_or_huge_cost_no_picture(kind, body, checksum):
    assert pixels(png([[[255, 0, 0]]], 8, chunk(kind, body, checksum))).tolist() == [[[255, 0, 0]]]


@pytest.mark.parametrize("kind", [b"IHDR", b"PLTE"])
def test_chunks_that_make_the_picture_have_to_be_whole(kind):
    data = bytearray(png([[[0]]], 8, chunk(b"PLTE", b"\1\2\3"), colour=3))
    data[data.index(kind) + 6] ^= 1
    with pytest.raises(ImageError):
        decode(bytes(data))


def test_pixels_may_lie_in_pieces_and_the_end_be_missing():
    data = png(noise(3, 8), 8)
    at, end = data.index(b"IDAT"), data.index(b"IEND")
    body = data[at + 4 : end - 8]
    pieces = b"".join(chunk(b"IDAT", body[i : i + 7]) + chunk(b"IDAT", b"") for i in range(0, len(body), 7))
    np.testing.assert_array_equal(pixels(data[: at - 4] + pieces), noise(3, 8))


def test_pixels_that_are_cut_off_are_refused():
    data = png(noise(3, 8), 8)
    with pytest.raises(ImageError, match="cut off"):
        decode(data[: data.index(b"IEND") - 40])


def test_an_animation_s_first_picture_covers_the_canvas():
    control = (
        chunk(b"acTL", struct.pack(">II", 1, 0)),
        chunk(b"fcTL", struct.pack(">5IHHBB", 0, 1, 1, 0, 0, 1, 1, 0, 0)),
    )
    np.testing.assert_array_equal(pixels(png(noise(3, 8), 8, *control)), noise(3, 8))


def test_pillow_reads_the_same_where_it_reads_right():
    """A second reading, of the kinds that Pillow is known to read right."""
    for count, depth in [(1, 8), (2, 8), (3, 8), (4, 8)]:
        data = png(noise(count, depth), depth, filters=True)
        with Image.open(io.BytesIO(data)) as image:
            rgba = image.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        np.testing.assert_allclose(pixels(data), np.asarray(Image.alpha_composite(paper, rgba))[..., :3], atol=1)


@pytest.mark.parametrize("kind", [b"tEXt", b"zTXt"])
def test_the_text_in_which_older_programs_put_exif_turns_the_picture(kind):
    exif = Image.Exif()
    exif[0x112] = 6
    raw = exif.tobytes()
    text = f"\nexif\n{len(raw):8}\n{raw.hex()}\n".encode()
    body = b"Raw profile type exif\0" + (b"\0" + zlib.compress(text) if kind == b"zTXt" else text)
    assert pixels(png([[[1, 2, 3], [4, 5, 6]]], 8, chunk(kind, body))).tolist() == [[[1, 2, 3]], [[4, 5, 6]]]
