"""Pictures of every kind against plain Pillow and NumPy, and files that are no pictures."""

import io
import random
import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms

from stylecore.errors import ImageError
from stylecore.imaging import images
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.scaling import fit, fitted_size
from stylecore.imaging.tensors import to_image, to_tensor

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
RAMP = np.arange(256, dtype=np.uint8).reshape(8, 32)
SMOOTH = np.stack([np.tile(np.arange(0, 240, 8), (20, 1)), np.full((20, 30), 90), np.full((20, 30), 200)], 2)
ORIENTED = {  # EXIF's orientation tag: how an upright picture was stored
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: a.swapaxes(0, 1)[::-1],
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: a.swapaxes(0, 1)[:, ::-1],
}


def noise(height=12, width=17, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def encoded(image, form, **options):
    buffer = io.BytesIO()
    (Image.fromarray(image) if isinstance(image, np.ndarray) else image).save(buffer, form, **options)
    return buffer.getvalue()


def pixels(data):
    image = decode(data)
    assert image.mode == "RGB"
    assert not image.info
    return np.asarray(image).astype(int)


def grey(levels):
    return np.repeat(np.asarray(levels).astype(int)[..., None], 3, 2)


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, rows=b"", *more):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [chunk(b"IHDR", header), *more, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def profile(space="sRGB", swap=()):
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()
    if swap:
        a, b = swap
        data = data.replace(a, b"????", 1).replace(b, a, 1).replace(b"????", b, 1)
    return data


def refusal(call, *arguments):
    with pytest.raises(ImageError) as caught:
        call(*arguments)
    message = str(caught.value)
    assert message.endswith(".")
    assert "\n" not in message
    assert "Error" not in message
    return message


FILES = {
    "png": encoded(noise(), "PNG"),
    "jpeg": encoded(noise(), "JPEG"),
    "progressive": encoded(noise(), "JPEG", progressive=True),
    "webp": encoded(noise(), "WEBP"),
    "gif": encoded(noise(), "GIF"),
    "bmp": encoded(noise(), "BMP"),
    "tiff": encoded(noise(), "TIFF"),
    "deflated tiff": encoded(noise(), "TIFF", compression="tiff_adobe_deflate"),
    "16 bit": encoded(RAMP.astype(np.uint16) * 257, "PNG"),
    "profile and exif": encoded(noise(), "JPEG", icc_profile=profile(), exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"),
}


@pytest.mark.parametrize(
    ("form", "options"),
    [("PNG", {}), ("BMP", {}), ("TIFF", {}), ("TIFF", {"compression": "tiff_lzw"}), ("WEBP", {"lossless": True})],
)
def test_lossless_formats_come_back_exactly(form, options):
    np.testing.assert_array_equal(pixels(encoded(noise(), form, **options)), noise())


@pytest.mark.parametrize(
    ("form", "options", "tolerance"),
    [("JPEG", {"quality": 98}, 4), ("MPO", {"quality": 98}, 4), ("WEBP", {"quality": 98}, 12), ("GIF", {}, 40)],
)
def test_lossy_formats_come_back_nearly(form, options, tolerance):
    picture = SMOOTH.astype(np.uint8)
    assert np.abs(pixels(encoded(picture, form, **options)) - SMOOTH).max() <= tolerance


def test_cmyk_jpeg():
    image = Image.new("CMYK", (16, 16), (0, 255, 255, 0))  # magenta and yellow ink are red
    np.testing.assert_allclose(pixels(encoded(image, "JPEG", quality=98)), np.full((16, 16, 3), RED), atol=3)


@pytest.mark.parametrize(
    "data",
    [
        encoded(RAMP, "PNG"),
        encoded(np.stack([RAMP, RAMP, RAMP], 2), "PNG"),
        encoded(RAMP.astype(np.uint16) * 257, "PNG"),
        encoded(RAMP.astype(np.uint16) * 257, "TIFF"),
        encoded(Image.frombytes("I;16B", (32, 8), (RAMP.astype(">u2") * 257).tobytes()), "TIFF"),
        encoded(RAMP.astype(np.int32) * 257, "TIFF"),
        encoded(RAMP / np.float32(255), "TIFF"),
        encoded(RAMP.astype(np.float32), "TIFF"),
    ],
    ids=["8 bit", "RGB", "16 bit PNG", "16 bit TIFF", "big-endian TIFF", "32 bit TIFF", "unit floats", "wide floats"],
)
def test_every_depth_of_grey_is_scaled_not_clipped(data):
    np.testing.assert_array_equal(pixels(data), grey(RAMP))


def test_floats_a_little_over_one_and_not_a_number():
    floats = RAMP / np.float32(255)
    floats[0, 0], floats[-1, -1] = np.nan, 1.02
    np.testing.assert_array_equal(pixels(encoded(floats, "TIFF")), grey(RAMP))


def test_one_bit():
    bits = noise()[..., 0] > 127
    np.testing.assert_array_equal(pixels(encoded(bits, "PNG")), grey(bits * 255))


@pytest.mark.parametrize("form", ["PNG", "TIFF"])
def test_grey_with_alpha_lies_on_white(form):
    alpha = RAMP[::-1, ::-1]
    expected = np.round(RAMP * (alpha / 255) + 255 * (1 - alpha / 255))
    data = encoded(Image.merge("LA", [Image.fromarray(RAMP), Image.fromarray(alpha)]), form)
    np.testing.assert_allclose(pixels(data), grey(expected), atol=1)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_colour_with_alpha_lies_on_white(form):
    data = encoded(Image.new("RGBA", (4, 4), (255, 0, 0, 51)), form, **({"lossless": True} if form == "WEBP" else {}))
    np.testing.assert_allclose(pixels(data), np.full((4, 4, 3), (255, 204, 204)), atol=1)


@pytest.mark.parametrize("form", ["PNG", "GIF"])
def test_palette_with_transparency_lies_on_white(form):
    image = Image.fromarray(np.array([[0, 1], [1, 0]], np.uint8)).convert("P")
    image.putpalette([*RED, *BLUE])
    np.testing.assert_array_equal(pixels(encoded(image, form, transparency=0)), [[WHITE, BLUE], [BLUE, WHITE]])
    np.testing.assert_array_equal(pixels(encoded(image, form)), [[RED, BLUE], [BLUE, RED]])


def test_one_transparent_colour():
    image = np.array([[RED, BLUE]], np.uint8)
    np.testing.assert_array_equal(pixels(encoded(image, "PNG", transparency=RED)), [[WHITE, BLUE]])


@pytest.mark.parametrize("form", ["PNG", "TIFF", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", ORIENTED)
def test_exif_turns_the_picture_upright(form, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    quadrants = np.kron(np.array([[0, 90, 180], [255, 60, 130]], np.uint8), np.ones((16, 16), np.uint8))
    stored = np.ascontiguousarray(ORIENTED[orientation](np.stack([quadrants] * 3, 2)))
    got = pixels(encoded(stored, form, exif=exif))
    np.testing.assert_allclose(got[8::16, 8::16], grey(quadrants[8::16, 8::16]), atol=3)


@pytest.mark.parametrize("form", ["PNG", "WEBP", "JPEG"])
@pytest.mark.parametrize(
    "exif",
    [
        b"x",
        b"Exif\0\0garbage",
        b"Exif\0\0II*\0\xff\xff\xff\xff",
        b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x02\0\0\0\x04abcd\0\0\0\0",
    ],
)
def test_broken_exif_does_not_cost_the_picture(form, exif):
    picture = SMOOTH.astype(np.uint8)
    np.testing.assert_array_equal(pixels(encoded(picture, form, exif=exif)), pixels(encoded(picture, form)))


@pytest.mark.parametrize(("form", "options"), [("GIF", {}), ("WEBP", {"lossless": True}), ("PNG", {}), ("TIFF", {})])
def test_first_frame_of_an_animation(form, options):
    frames = [Image.new("RGB", (6, 5), colour) for colour in (RED, BLUE, WHITE)]
    data = encoded(frames[0], form, save_all=True, append_images=frames[1:], **options)
    np.testing.assert_array_equal(pixels(data), np.full((5, 6, 3), RED))


@pytest.mark.parametrize(
    ("mode", "form"), [("RGB", "PNG"), ("RGB", "JPEG"), ("RGB", "TIFF"), ("P", "PNG"), ("RGBA", "PNG")]
)
def test_colours_are_converted_by_the_profile(mode, form):
    swapped = profile(swap=(b"rXYZ", b"bXYZ"))  # its red primary is sRGB's blue
    data = encoded(Image.new("RGB", (8, 8), RED).convert(mode), form, icc_profile=swapped)
    np.testing.assert_allclose(pixels(data), np.full((8, 8, 3), BLUE), atol=2)


@pytest.mark.parametrize("icc", [profile(), profile("LAB"), profile("XYZ"), b"nonsense", profile()[:200]], ids=len)
def test_profiles_that_change_nothing_or_do_not_fit(icc):
    np.testing.assert_allclose(pixels(encoded(noise(), "PNG", icc_profile=icc)), noise(), atol=1)


def test_greyscale_keeps_its_levels_under_a_profile_of_colours():
    np.testing.assert_array_equal(pixels(encoded(RAMP, "PNG", icc_profile=profile())), grey(RAMP))


@pytest.mark.parametrize("data", [b"hello", b"\0" * 100, b"GIF", b"RIFF....WAVE"[:8]])
def test_other_files_are_refused_naming_the_formats(data):
    message = refusal(decode, data, "notes.png")
    assert message.startswith("notes.png")
    assert "PNG, JPEG" in message


def test_empty_and_oversized_files(monkeypatch):
    assert "empty" in refusal(decode, b"")
    monkeypatch.setattr(images, "MAX_BYTES", 2**20)
    assert "1 MB" in refusal(decode, FILES["png"].ljust(2**20 + 1, b"\0"))
    assert decode(FILES["png"].ljust(2**20, b"\0"))


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((30_000, 30_000), "80 million"),
        ((10_000, 10_000), "80 million"),
        ((9_000, 9_000), "80 million"),
        ((80_000_001, 1), "too long"),
        ((2**31 - 1, 2**31 - 1), ""),
        ((0, 5), ""),
        ((100, 100), ""),
    ],
)
def test_headers_that_promise_too_much(size, words):
    assert words in refusal(decode, png(*size, b"\0" * 10))


def test_handmade_png_is_fine_when_it_tells_the_truth():
    np.testing.assert_array_equal(pixels(png(2, 1, bytes((0, *RED, *BLUE)))), [[RED, BLUE]])


@pytest.mark.parametrize("name", FILES)
def test_truncated_files_give_a_picture_or_a_refusal(name):
    data, messages = FILES[name], []
    for end in sorted({*range(1, min(len(data), 64)), *range(64, len(data), max(1, len(data) // 60))}):
        try:
            decode(data[:end])
        except ImageError as error:
            messages.append(str(error))
    assert not [message for message in messages if "\n" in message]
    if not data.startswith(b"\xff\xd8"):  # of which viewers show what is there
        refusal(decode, data[: len(data) // 2])


@pytest.mark.parametrize("name", FILES)
def test_flipped_bits_give_a_picture_or_a_refusal(name):
    chance, messages = random.Random(name), []
    for _ in range(60):
        data = bytearray(FILES[name])
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            decode(bytes(data))
        except ImageError as error:
            messages.append(str(error))
    assert 0 < len(messages) < 60
    assert not [message for message in messages if "\n" in message]


@pytest.mark.parametrize("size", [(1, 1), (16, 16), (640, 480), (480, 640), (1000, 7), (33, 4000), (3, 2)])
@pytest.mark.parametrize("longer", [16, 31, 256])
def test_fit_makes_the_longer_side_exact_and_never_stretches(size, longer):
    width, height = fit(Image.new("RGB", size), longer).size
    assert max(width, height) == longer
    shorter = longer * min(size) / max(size)
    assert abs(min(width, height) - max(1, shorter)) <= 0.5
    assert (width - height) * (size[0] - size[1]) >= 0


@pytest.mark.parametrize("size", [(1600, 40), (40, 1600), (1601, 40), (17, 250), (10, 9)])
def test_fit_refuses_what_is_too_narrow_and_names_the_size_that_works(size):
    image = Image.new("RGB", size)
    message = refusal(fit, image, 16, 16, "The content picture")
    enough = int(message.split("at least ")[1].split(",")[0])
    assert min(fit(image, enough, 16).size) == 16
    assert min(fitted_size(size, enough * 15 // 16 - 1)) < 16


def test_fit_names_no_size_that_cannot_be_chosen():
    message = refusal(fit, Image.new("RGB", (2000, 1)), 256, 16)
    assert "size of at least" not in message
    assert "crop" in message


def test_all_levels_survive_the_tensor():
    levels = np.stack([RAMP, RAMP[::-1], RAMP[:, ::-1]], 2)
    tensor = to_tensor(Image.fromarray(levels))
    assert tensor.shape == (1, 3, 8, 32)
    assert tensor.dtype == torch.float32
    np.testing.assert_allclose(tensor[0].permute(1, 2, 0), levels / 255, rtol=1e-6)
    np.testing.assert_array_equal(np.asarray(to_image(tensor[0])), levels)


def test_tensors_outside_the_box_are_clamped_and_halves_rounded():
    tensor = torch.tensor([-1.0, 2.0, 0.6 / 255, 0.4 / 255]).expand(3, 1, 4)
    assert np.asarray(to_image(tensor))[0, :, 0].tolist() == [0, 255, 1, 0]


def test_png_keeps_pixels_and_text():
    with Image.open(io.BytesIO(encode_png(Image.fromarray(noise()), {"stylecore": "λ = 0.2\n × 日本"}))) as image:
        assert image.text == {"stylecore": "λ = 0.2\n × 日本"}
        np.testing.assert_array_equal(np.asarray(image), noise())
