"""TIFF files of every layout and meaning of samples."""

import io
import itertools
import struct

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.imaging.images import decode, picture_size
from tests.support.picture_files import page, tiff

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE, INKS, YCBCR, CIE_LAB, ICC_LAB = 0, 1, 2, 3, 5, 6, 8, 9
REDUCED = {"t254": ("I", [1])}


def noise(count, bits, height=21, width=19):
    return np.random.default_rng(bits).integers(0, 1 << bits, (height, width, count), dtype=np.uint64)


def pixels(data):
    return np.asarray(decode(data)).astype(int)


def levels(samples, bits):
    return np.round(samples.astype(float) * (255 / ((1 << bits) - 1)))


def grey(values):
    return np.asarray(values)[..., :1].repeat(3, -1)


def one_row(values, bits, photometric=BLACK_IS_ZERO, dtype=None, **options):
    """The red levels of a file with one row of greys."""
    samples = np.array(values, dtype)[None, :, None]
    return pixels(tiff(page(samples, bits, photometric=photometric, **options)))[0, :, 0].tolist()


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [1, 2, 3, 4, 6, 8, 10, 12, 14, 16, 24, 32])
def test_every_depth_of_grey_and_colour(bits, order):
    samples = noise(3, bits)
    samples.ravel()[:2] = 0, (1 << bits) - 1
    expected = levels(samples, bits)
    np.testing.assert_allclose(
        pixels(tiff(page(samples, bits, photometric=RGB, order=order), order=order)), expected, atol=1
    )
    ones = samples[..., :1]
    for photometric, values in ((BLACK_IS_ZERO, expected), (WHITE_IS_ZERO, 255 - expected)):
        data = tiff(page(ones, bits, photometric=photometric, order=order), order=order)
        np.testing.assert_allclose(pixels(data), grey(values), atol=1)


@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("cut", [{}, {"strip": 1}, {"strip": 5}, {"strip": 100}, {"tile": (16, 16)}, {"tile": (32, 8)}])
@pytest.mark.parametrize("bits", [4, 8, 16])
def test_every_layout_gives_the_same_picture(planar, deflated, cut, bits):
    samples = noise(3, bits)
    for order, big in itertools.product("<>", (False, True)):
        one = page(samples, bits, photometric=RGB, planar=planar, deflated=deflated, order=order, **cut)
        np.testing.assert_allclose(pixels(tiff(one, order=order, big=big)), levels(samples, bits), atol=1)


@pytest.mark.parametrize("cut", [{}, {"strip": 4}, {"tile": (16, 16)}])
@pytest.mark.parametrize(
    ("bits", "predictor", "kind"), [(8, 2, "u"), (16, 2, "u"), (32, 2, "u"), (16, 3, "f"), (32, 3, "f"), (64, 3, "f")]
)
def test_predictors(bits, predictor, kind, cut, monkeypatch):
    monkeypatch.setattr("stylecore.imaging.bands.BAND_PIXELS", 60)
    unit = np.random.default_rng(0).random((21, 19, 3))
    unit.ravel()[:2] = 0, 1
    samples = unit.astype(f"f{bits // 8}") if kind == "f" else (unit * (2.0**bits - 1)).astype(f"u{bits // 8}")
    for order in "<>":
        one = page(samples, bits, photometric=RGB, deflated=True, predictor=predictor, order=order, **cut)
        np.testing.assert_allclose(pixels(tiff(one, order=order)), unit * 255, atol=1)


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("bits", [1, 4, 8])
def test_the_lowest_bit_may_come_first(bits, deflated):
    data = tiff(page(noise(1, bits), bits, reversed_bits=True, deflated=deflated))
    np.testing.assert_allclose(pixels(data), grey(levels(noise(1, bits), bits)), atol=1)


@pytest.mark.parametrize("compression", ["tiff_lzw", "packbits", "tiff_adobe_deflate", "lzma", "zstd", "jpeg"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_compressions_that_pillow_writes(compression, mode):
    image = Image.fromarray(np.kron(noise(3, 8, 4, 4).astype(np.uint8), np.ones((16, 16, 1), np.uint8))).convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, "TIFF", compression=compression)
    tolerance = 60 if compression == "jpeg" else 0
    np.testing.assert_allclose(pixels(buffer.getvalue()), np.asarray(image.convert("RGB")), atol=tolerance)


@pytest.mark.parametrize("compression", ["tiff_ccitt", "group3", "group4"])
def test_fax(compression):
    image = Image.fromarray(np.kron(noise(1, 1, 6, 5)[..., 0].astype(np.uint8), np.ones((8, 8), np.uint8)) * 255)
    buffer = io.BytesIO()
    image.convert("1").save(buffer, "TIFF", compression=compression)
    np.testing.assert_array_equal(pixels(buffer.getvalue())[..., 0], np.asarray(image))


# Ranges of numbers


@pytest.mark.parametrize(
    ("values", "bits", "dtype"),
    [
        ([0, 16384, 32767], 16, np.int16),
        ([0, 2**30, 2**31 - 1], 32, np.int32),
        ([0, 2**31, 2**32 - 1], 32, np.uint32),
        ([0, 2**63, 2**64 - 1], 64, np.uint64),
        ([0, 32768, 65535], 32, np.int32),
        ([0, 0.5, 1], 16, np.float16),
        ([0, 0.5, 1], 32, np.float32),
        ([0, 0.5, 1], 64, np.float64),
        ([0, 128, 255], 32, np.float32),
        ([0, 32768, 65535], 32, np.float32),
        ([0, 2, 4], 32, np.float32),
        ([0, 5000, 10_000], 64, np.float64),
        ([-100, 50, 200], 32, np.float32),
        ([-100, 50, 200], 16, np.int16),
        ([1000, 1250, 1500], 32, np.float32),
    ],
)
def test_black_and_white_are_where_the_numbers_say(values, bits, dtype):
    for order in "<>":
        found = pixels(tiff(page(np.array(values, dtype)[None, :, None], bits, order=order), order=order))
        np.testing.assert_allclose(found[0, :, 0], [0, 128, 255], atol=1)


def test_floats_of_a_render_keep_their_darkness_and_clip():
    assert one_row([0, 0.2, 0.4], 32, dtype=np.float32) == [0, 51, 102]
    assert one_row([-0.1, 0.5, 1.7], 32, dtype=np.float32) == [0, 128, 255]
    assert one_row([np.nan, 0.5, np.inf], 32, dtype=np.float32) == [0, 128, 255]
    assert one_row([np.nan, np.nan], 32, dtype=np.float32) == [0, 0]
    assert one_row([7, 7], 64, dtype=np.float64) == [255, 255]


def test_floats_may_be_colours_inks_and_white_as_zero():
    unit = np.array([[[0, 0.5, 1]]])
    assert pixels(tiff(page(unit.astype("f4"), 32, photometric=RGB))).tolist() == [[[0, 128, 255]]]
    assert one_row([0, 0.25, 1], 32, WHITE_IS_ZERO, np.float32) == [255, 191, 0]


# Palettes, inks and other spaces


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 12, 16])
@pytest.mark.parametrize("scale", [1, 257])
def test_palettes_of_either_scale(bits, scale):
    palette = np.random.default_rng(0).integers(0, 256, (3, 1 << bits))
    palette[0, 0] = 255
    samples = noise(1, bits)
    data = tiff(page(samples, bits, photometric=PALETTE, t320=("H", (palette * scale).ravel().tolist())))
    np.testing.assert_allclose(pixels(data), palette.T[samples[..., 0]], atol=1)


def test_a_palette_that_is_too_short_is_refused():
    with pytest.raises(ImageError):
        decode(tiff(page([[[3]]], 8, photometric=PALETTE, t320=("H", [0] * 30))))


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [False, True])
def test_inks(bits, planar):
    samples = noise(4, bits)
    unit = samples / ((1 << bits) - 1)
    expected = 255 * (1 - unit[..., :3]) * (1 - unit[..., 3:])
    np.testing.assert_allclose(pixels(tiff(page(samples, bits, photometric=INKS, planar=planar))), expected, atol=2.5)


@pytest.mark.parametrize("bits", [8, 16])
def test_lab(bits):
    scale = 1 << (bits - 8)
    mid, zero = [128 * scale, 0, 0], [255 * scale, 0, 0]
    found = pixels(tiff(page([[zero, mid, [128 * scale, 60 * scale, 0]]], bits, photometric=CIE_LAB)))
    np.testing.assert_allclose(found[0, :2], [[255] * 3, [119] * 3], atol=3)
    assert found[0, 2, 0] > found[0, 2, 1] + 50  # a is red against green
    moved = [[255 * scale, 128 * scale, 128 * scale], [128 * scale] * 3, [128 * scale, 188 * scale, 128 * scale]]
    np.testing.assert_allclose(pixels(tiff(page([moved], bits, photometric=ICC_LAB))), found, atol=1)


@pytest.mark.parametrize("group", [(1, 1), (2, 1), (2, 2), (1, 2), (4, 2)])
@pytest.mark.parametrize("size", [(16, 16), (13, 11)])
def test_colours_that_are_shared_by_several_pixels(group, size):
    height, width = size
    across, down = group
    small = noise(3, 8, -(-height // down), -(-width // across)).astype(np.uint8)
    luma = noise(1, 7, len(small) * down, small.shape[1] * across).astype(np.uint8)[..., 0] + 60
    wide = small.repeat(down, 0).repeat(across, 1)
    full = np.stack([luma, *wide[..., 1:].transpose(2, 0, 1)], 2)[:height, :width]
    blocks = luma.reshape(len(small), down, -1, across).swapaxes(1, 2).reshape(*small.shape[:2], -1)
    one = page(np.concatenate([blocks, small[..., 1:]], 2), 8, photometric=YCBCR, t530=("H", group))
    one["tags"] |= {
        256: ("I", [width]),
        257: ("I", [height]),
        258: ("H", [8] * 3),
        277: ("H", [3]),
        278: ("I", [height]),
    }
    expected = np.asarray(Image.frombytes("YCbCr", (width, height), full.tobytes()).convert("RGB"))
    np.testing.assert_array_equal(pixels(tiff(one)), expected)


# Transparency


@pytest.mark.parametrize("bits", [8, 16])
@pytest.mark.parametrize("planar", [False, True])
@pytest.mark.parametrize(("count", "photometric"), [(1, BLACK_IS_ZERO), (3, RGB)])
def test_extra_samples(count, photometric, planar, bits):
    white = (1 << bits) - 1
    samples = noise(count + 1, bits)
    colours, alpha = levels(samples[..., :count], bits), samples[..., -1:] / white
    found = {
        kind: pixels(tiff(page(samples, bits, photometric=photometric, planar=planar, extra=[kind]))) for kind in (0, 2)
    }
    full = colours if count == 3 else grey(colours)
    np.testing.assert_allclose(found[0], full, atol=1)
    np.testing.assert_allclose(found[2], full * alpha + 255 * (1 - alpha), atol=1)
    multiplied = (samples[..., :count] * alpha).round().astype(np.uint64)
    data = tiff(page(np.concatenate([multiplied, samples[..., -1:]], 2), bits, photometric=photometric, extra=[1]))
    np.testing.assert_allclose(pixels(data), full * alpha + 255 * (1 - alpha), atol=2)


def test_white_as_zero_and_floats_may_have_transparency():
    assert pixels(tiff(page([[[0, 255], [255, 255], [255, 0]]], photometric=WHITE_IS_ZERO, extra=[2])))[
        0, :, 0
    ].tolist() == [255, 0, 255]
    floats = np.array([[[0, 0, 0, 0.5]]], np.float32)
    assert pixels(tiff(page(floats, 32, photometric=RGB, extra=[2]))).tolist() == [[[127] * 3]]


def test_which_of_several_extra_samples_is_the_transparency():
    assert pixels(tiff(page([[[9, 99, 0]]], extra=[0, 2]))).tolist() == [[[255] * 3]]
    assert pixels(tiff(page([[[9, 99, 0]]], extra=[0, 0]))).tolist() == [[[9] * 3]]


# Pages


def flat(width, height, level, **options):
    return page(np.full((height, width, 1), level), **options)


@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "pages",
    [
        [flat(40, 30, 200)],
        [flat(4, 3, 1, **REDUCED), flat(40, 30, 200)],
        [flat(4, 3, 1), flat(40, 30, 200)],
        [flat(40, 30, 200), flat(4, 3, 1, **REDUCED)],
        [flat(40, 30, 200), flat(400, 300, 1, t254=("I", [4]))],
        [flat(40, 30, 200), flat(40, 30, 1)],
        [flat(40, 30, 200), flat(41, 31, 1)],
        [flat(4, 3, 1, **REDUCED, subfiles=[flat(40, 30, 200)])],
        [flat(40, 30, 200, subfiles=[flat(20, 15, 1, **REDUCED), flat(10, 7, 1, **REDUCED)])],
    ],
)
def test_the_picture_is_neither_a_thumbnail_nor_a_mask(pages, order, big):
    data = tiff(*pages, order=order, big=big)
    assert picture_size(data) == (40, 30)
    np.testing.assert_array_equal(pixels(data), np.full((30, 40, 3), 200))


def test_a_thumbnail_beside_a_picture_that_pillow_decompresses():
    buffer = io.BytesIO()
    picture = Image.new("RGB", (64, 48), (200, 100, 50))
    picture.save(buffer, "TIFF", compression="jpeg")
    data = bytearray(buffer.getvalue())
    (first,) = struct.unpack_from("<I", data, 4)
    count = struct.unpack_from("<H", data, first)[0]
    assert struct.unpack_from("<I", data, first + 2 + 12 * count)[0] == 0
    small = page([[[1]]], **REDUCED)["tags"] | {273: ("I", [8]), 279: ("I", [1])}
    directory = struct.pack("<H", len(small))
    for tag, (kind, values) in sorted(small.items()):
        directory += struct.pack("<HHII", tag, {"H": 3, "I": 4}[kind], 1, values[0])
    data[4:8] = struct.pack("<I", len(data))
    data += directory + struct.pack("<I", first)
    np.testing.assert_allclose(pixels(bytes(data)), np.asarray(picture), atol=4)


def test_pages_in_a_circle_end():
    data = bytearray(tiff(flat(4, 3, 7), flat(4, 3, 9)))
    first = struct.unpack_from("<I", data, 4)[0]
    data[-4:] = struct.pack("<I", first)
    assert pixels(bytes(data))[0, 0, 0] == 7


def test_a_camera_s_raw_file_is_told_by_name():
    raw = page(noise(1, 14), 14, photometric=32803)
    with pytest.raises(ImageError, match="camera raw"):
        decode(tiff(flat(4, 3, 1, **REDUCED, subfiles=[raw])), "IMG.dng")


@pytest.mark.parametrize("turn", range(1, 9))
def test_it_is_turned_as_it_says(turn):
    data = tiff(page(noise(1, 8), t274=("H", [turn])))
    image = Image.fromarray(noise(1, 8)[..., 0].astype(np.uint8))
    exif = Image.Exif()
    exif[0x112] = turn
    buffer = io.BytesIO()
    image.save(buffer, "PNG", exif=exif)
    np.testing.assert_array_equal(pixels(data), pixels(buffer.getvalue()))
    assert picture_size(data) == decode(data).size


# What can't be read


@pytest.mark.parametrize(
    "one",
    [
        page(noise(1, 8), photometric=32844),
        page(noise(2, 8), photometric=RGB),
        page(noise(1, 8), t339=("H", [5])),
        page(noise(3, 8), photometric=RGB, t258=("H", [8, 8, 16])),
    ],
)
def test_what_is_not_known_is_refused_and_said(one):
    with pytest.raises(ImageError, match=r"is a TIFF of .*which can't be read here: save it as PNG"):
        decode(tiff(one), "scan")


@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("cut", [{}, {"strip": 3}, {"tile": (16, 16)}])
def test_missing_pixels_are_refused(deflated, cut):
    one = page(noise(3, 8), photometric=RGB, deflated=deflated, **cut)
    one["segments"][-1] = one["segments"][-1][:10]
    data = tiff(one)
    at = data.index(one["segments"][-1])
    with pytest.raises(ImageError, match="cut off"):
        decode(data[:at] + (b"" if not deflated else data[at:]))


def test_planes_that_mean_nothing_are_not_read():
    one = page(noise(2, 8), planar=True, extra=[0])
    one["segments"][1] = b""
    np.testing.assert_array_equal(pixels(tiff(one)), grey(noise(2, 8)).astype(int))


def test_bytes_that_are_called_signed_are_levels():
    assert one_row([0, 100, 200], 8, t339=("H", [2])) == [0, 100, 200]
