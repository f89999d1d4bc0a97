"""Bad and odd picture files, made by code: what a stranger, a broken disk or a curious program may hand in."""

from __future__ import annotations

import io
import random
import struct
import warnings
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache

import numpy as np
import pillow_heif
from PIL import Image, ImageCms

from stylecore.artifacts.recipe import CHUNK, sha256
from tests.support import picture_files
from tests.support.hostile_values import recipes

File = tuple[str, bytes]
Category = Callable[[], Iterator[File]]
MEGABYTE = 2**20
SIDE = 8940  # of a square with almost 80 million pixels, which is all that is allowed
HELD_SIDE = 3600  # of a square with almost all the pixels that are allowed where a decoder holds 16 bytes for each
SIGNATURE = b"\x89PNG\r\n\x1a\n"
MODES = (
    "1",
    "L",
    "LA",
    "La",
    "P",
    "PA",
    "RGB",
    "RGBA",
    "RGBa",
    "RGBX",
    "CMYK",
    "YCbCr",
    "LAB",
    "HSV",
    "I",
    "F",
    "I;16",
)
pillow_heif.register_heif_opener()  # so that Pillow can write them
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")


def corpus(categories: Iterable[Category] | None = None) -> Iterator[File]:
    """Every file of some categories, or of all, named `category/what it is`; the same ones every time, no two alike."""
    seen = set()
    for category in CATEGORIES if categories is None else categories:
        for name, data in category():
            if (digest := sha256(data)) not in seen:
                seen.add(digest)
                yield f"{category.__name__}/{name}", data


def seeds() -> dict[str, bytes]:
    """A small, sound file of every kind that is decoded in a way of its own."""
    picture, grey = _noise(), _noise().convert("L")
    frames = [_noise(seed=seed) for seed in (1, 2)]
    sub = picture_files.page(np.ones((9, 9, 1), int))
    return {
        "png": saved(picture, "PNG"),
        "png-palette": saved(picture.quantize(16), "PNG", transparency=3),
        "png-16": saved(Image.fromarray(np.arange(300, dtype=np.uint16).reshape(15, 20) * 200), "PNG"),
        "png-recipe": in_png(next(iter(recipes()))[1]),
        "apng": saved(picture, "PNG", save_all=True, append_images=frames),
        "jpeg": saved(picture, "JPEG", exif=exif(entry(0x112, 3, 1, b"\x06\0")), icc_profile=profile()),
        "jpeg-progressive": saved(picture, "JPEG", progressive=True),
        "jpeg-cmyk": saved(picture.convert("CMYK"), "JPEG"),
        "mpo": saved(picture, "MPO", save_all=True, append_images=frames),
        "webp": saved(picture, "WEBP"),
        "webp-lossless": saved(picture.convert("RGBA"), "WEBP", lossless=True, exif=exif()),
        "webp-frames": saved(picture, "WEBP", save_all=True, append_images=frames),
        "gif": saved(picture, "GIF", save_all=True, append_images=frames, comment=b"hello"),
        "bmp": saved(picture, "BMP"),
        "bmp-rle": bmp(
            8, 4, 8, b"\x08\x01\0\0\x04\x02\x04\x03\0\0\0\x08abcdefgh\0\0\0\x02\x01\x01\x04\x05\0\x01", rle=1
        ),
        "tiff": saved(picture, "TIFF"),
        "tiff-lzw": saved(picture, "TIFF", compression="tiff_lzw"),
        "tiff-jpeg": saved(picture, "TIFF", compression="jpeg"),
        "png-palette-interlaced": picture_files.png(
            np.arange(300).reshape(15, 20, 1) % 16, 4, chunk(b"PLTE", bytes(range(48))), colour=3, interlaced=True
        ),
        "png-16-transparent": picture_files.png(
            np.arange(900).reshape(15, 20, 3) * 70,
            16,
            chunk(b"gAMA", b"\0\1\x86\xa0"),
            chunk(b"tRNS", bytes(6)),
            filters=True,
        ),
        "bmp-masks": picture_files.bmp(np.arange(300).reshape(15, 20), 16, (0xF00, 0xF0, 0xF, 0xF000)),
        "tiff-planar": picture_files.tiff(
            picture_files.page(np.arange(1200).reshape(15, 20, 4) * 50, 16, photometric=2, planar=True, extra=[2])
        ),
        "tiff-tiles": picture_files.tiff(
            picture_files.page(np.arange(900).reshape(15, 20, 3) % 256, photometric=2, tile=(16, 16), deflated=True)
        ),
        "tiff-palette": picture_files.tiff(
            picture_files.page(
                np.arange(300).reshape(15, 20, 1) % 16, 4, photometric=3, t320=("H", [i * 999 for i in range(48)])
            )
        ),
        "tiff-pages": picture_files.tiff(
            picture_files.page(np.zeros((2, 2, 1), int), t254=("I", [1]), subfiles=[sub]),
            picture_files.page(np.random.default_rng(0).random((9, 9, 1)), 64, predictor=3, deflated=True, order=">"),
            order=">",
        ),
        "avif": saved(picture, "AVIF"),
        "heic": saved(picture, "HEIF"),
        "tiff-float": saved(Image.fromarray(np.asarray(grey) / np.float32(255)), "TIFF"),
    }


# What formats are made of


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes = b"", length: int | None = None, crc: int | None = None) -> bytes:
    """A chunk of a PNG, lying about its length or checksum if asked to."""
    told = len(data) if length is None else length
    return struct.pack(">I", told) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def header(width: int, height: int, bits: int = 8, colour: int = 2, interlace: int = 0) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, interlace))


def png(
    *before: bytes, width: int = 1, height: int = 1, rows: bytes = b"\0abc", after: tuple[bytes, ...] = ()
) -> bytes:
    """A picture of one pixel, or what the arguments say, with more chunks before and after its pixels."""
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"".join((SIGNATURE, header(width, height), *before, pixels, *after, chunk(b"IEND")))


def in_png(text: str) -> bytes:
    data = CHUNK.encode() + b"\0\0\0\0\0" + text.encode("utf-8", "surrogatepass")
    return png(chunk(b"iTXt", data))


def segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def entry(tag: int, kind: int, count: int, value: bytes | int) -> bytes:
    """An entry of a little-endian TIFF directory; the value is told in place, or is the offset of it."""
    value = struct.pack("<I", value) if isinstance(value, int) else value.ljust(4, b"\0")
    return struct.pack("<HHI", tag, kind, count) + value


def directory(*entries: bytes, following: int = 0) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)


def exif(*entries: bytes, tail: bytes = b"") -> bytes:
    return b"Exif\0\0II*\0\x08\0\0\0" + directory(*entries) + tail


def tiff(width: int, height: int, *more: bytes, pixels: bytes = b"", following: int = 0, **tags: int) -> bytes:
    """A greyscale TIFF of one strip at byte 8, with its directory behind; more entries are added, or replace."""
    told = {"bits": 8, "compression": 1, "photometric": 1, "samples": 1, "rows": height, "strip": 8} | tags
    numbers = {256: width, 257: height, 258: told["bits"], 259: told["compression"], 262: told["photometric"]}
    numbers |= {273: told["strip"], 277: told["samples"], 278: told["rows"], 279: len(pixels)}
    entries = {tag: entry(tag, 4, 1, value) for tag, value in numbers.items()}
    entries |= {struct.unpack("<H", one[:2])[0]: one for one in more}
    start = struct.pack("<4sI", b"II*\0", 8 + len(pixels))
    return start + pixels + directory(*(entries[tag] for tag in sorted(entries)), following=following)


def bmp(width: int, height: int, bits: int, pixels: bytes, rle: int = 0, colours: int = 0, offset: int = 0) -> bytes:
    palette = b"".join(bytes((i, i, i, 0)) for i in range(1 << bits)) if bits <= 8 else b""
    start = offset or 54 + len(palette)
    told = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, rle, len(pixels), 0, 0, colours, 0)
    return struct.pack("<2sIII", b"BM", start + len(pixels), 0, start) + told + palette + pixels


def gif(width: int, height: int, *blocks: bytes, frame: tuple[int, int, int, int] | None = None) -> bytes:
    """A GIF with blocks before its first frame, which is one colour as far as it goes."""
    image = b"," + struct.pack("<4HB", *(frame or (0, 0, width, height)), 0) + b"\x02\x02\x4c\x01\0"
    screen = struct.pack("<2HBBB", width, height, 0x80, 0, 0) + b"\0\0\0\xff\xff\xff"
    return b"GIF89a" + screen + b"".join(blocks) + image + b";"


def riff(*chunks: tuple[bytes, bytes], size: int | None = None) -> bytes:
    body = b"WEBP" + b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )
    return b"RIFF" + struct.pack("<I", len(body) if size is None else size) + body


def profile(space: str = "sRGB") -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(space)).tobytes()


def blocks_of(data: bytes) -> list[int]:
    """Where the blocks of a file begin: chunks, segments, extensions, directories."""
    if data.startswith(SIGNATURE):
        return _walk(data, 8, lambda at: 12 + int.from_bytes(data[at : at + 4], "big"))
    if data.startswith(b"RIFF"):
        return _walk(data, 12, lambda at: 8 + (int.from_bytes(data[at + 4 : at + 8], "little") + 1) // 2 * 2)
    if data.startswith(b"\xff\xd8"):
        return [at for at in range(len(data) - 1) if data[at] == 0xFF and data[at + 1] not in (0, 0xFF)]
    if data.startswith(b"GIF"):
        return [at for at in range(13, len(data)) if data[at] in b"!,;"][:24]
    if data.startswith(b"II"):
        first = int.from_bytes(data[4:8], "little")
        return [4, 8, *range(first, min(first + 2 + 12 * 16, len(data)), 12)]
    return [2, 10, 14, 18, 26, 30, 34, 54, len(data) // 2]


@cache
def _squeezed() -> bytes:
    """200 MB of nothing, deflated."""
    return zlib.compress(bytes(200 * MEGABYTE), 1)


def _walk(data: bytes, at: int, length: Callable[[int], int]) -> list[int]:
    starts = []
    while at < len(data):
        starts.append(at)
        at += length(at)
    return starts


def _noise(width: int = 20, height: int = 15, seed: int = 0) -> Image.Image:
    return Image.fromarray(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


# The categories


def truncated() -> Iterator[File]:
    """Each kind of file cut at the start of a block, and in the middle of it."""
    for kind, data in seeds().items():
        starts = blocks_of(data)
        cuts = {*starts, *((a + b) // 2 for a, b in zip(starts, [*starts[1:], len(data)], strict=True)), len(data) - 1}
        for cut in sorted(cuts)[:: max(1, len(cuts) // 12)]:
            yield f"{kind}-{cut}", data[:cut]
    yield "nothing", b""


def flipped() -> Iterator[File]:
    """Each kind of file with bits the other way round, anywhere and in its first bytes."""
    for kind, data in seeds().items():
        chance = random.Random(kind)
        for count, within in ((1, len(data)), (4, len(data)), (30, len(data)), (2, 64)):
            broken = bytearray(data)
            for _ in range(count):
                broken[chance.randrange(min(within, len(data)))] ^= 1 << chance.randrange(8)
            yield f"{kind}-{count}-of-{within}", bytes(broken)


def pixels() -> Iterator[File]:
    """Bombs of pixels: headers of more than is allowed, and small files that take long to decode."""
    for width, height in ((30_000, 30_000), (80_000_001, 1), (1, 80_000_001), (2**31 - 1, 2**31 - 1), (8945, 8945)):
        yield f"png-{width}x{height}", png(width=width, height=height)
    jpeg = saved(Image.new("RGB", (8, 8)), "JPEG")
    at = jpeg.index(b"\xff\xc0") + 5
    yield "jpeg-65535", jpeg[:at] + b"\xff\xff\xff\xff" + jpeg[at + 4 :]
    yield "gif-65535", gif(65535, 65535)
    yield "gif-frame-65535", gif(1, 1, frame=(0, 0, 65535, 65535))
    yield "bmp-2-31", bmp(2**31 - 1, 2**31 - 1, 24, b"")
    yield "tiff-2-31", tiff(2**31, 2**31, pixels=b"abc")
    yield (
        "webp-16383",
        riff((b"VP8X", b"\0\0\0\0" + b"\xfe\x3f\0" * 2), (b"VP8L", b"\x2f\xfe\xff\xff\x0f" + b"\0" * 99)),
    )
    progressive = saved(_noise(), "JPEG", progressive=True)
    at, scan = progressive.index(b"\xff\xc2") + 5, progressive.index(b"\xff\xda")
    first = progressive[:scan] + segment(0xDA, b"\x03\x01\0\x02\0\x03\0\0\0\x01")
    large = first[:at] + struct.pack(">HH", SIDE, SIDE) + first[at + 4 :]
    refined = segment(0xDA, b"\x03\x01\0\x02\0\x03\0\0\0\x10")
    yield "jpeg-1000-scans", large + refined * 1000 + b"\xff\xd9"
    yield "jpeg-90-scans", large + refined * 90 + b"\xff\xd9"
    yield "jpeg-9-scans", large + refined * 8 + b"\xff\xd9"
    yield "jpeg-100000-scans-small", first + refined * 100_000 + b"\xff\xd9"
    runs = b"\x01\x01" * (12 * MEGABYTE)
    yield "bmp-rle8-of-ones", bmp(5000, 5000, 8, runs, rle=1)
    yield "bmp-rle4-of-ones", bmp(5000, 5000, 4, runs, rle=2)
    yield "bmp-rle8-lines", bmp(5000, 5000, 8, b"\0\0" * (12 * MEGABYTE), rle=1)
    yield "bmp-rle8-short-lines", bmp(7000, 7000, 8, b"\x01\x01\0\0" * 7000, rle=1)
    yield "bmp-rle4-runs", bmp(7000, 7000, 4, b"\xff\x11" * 200_000, rle=2)
    yield "bmp-rle8-all-that-is-allowed", bmp(3_000, 3_333, 8, b"\x01\x01\0\0" * 3_333, rle=1)
    yield "bmp-rle4-all-that-is-allowed", bmp(3_000, 3_333, 4, b"\xff\x11" * 39_999, rle=2)
    yield "bmp-rle4-of-4-mb", bmp(3_000, 3_333, 4, b"\x01\x01" * 2_090_000, rle=2)
    yield "bmp-rle8-jumps", bmp(7000, 7000, 8, b"\0\x02\xff\xff" * 30, rle=1)


def largest() -> Iterator[File]:
    """Pictures of all the pixels that are allowed, each of a kind that is decoded in its own way."""
    options = {"compress_level": 1}
    for mode in ("RGBA", "I;16"):
        yield f"png-full-{mode}", saved(Image.new(mode, (SIDE, SIDE)), "PNG", **options)
    yield "png-full-profile", saved(Image.new("RGB", (SIDE, SIDE)), "PNG", icc_profile=profile(), **options)
    turned = exif(entry(0x112, 3, 1, b"\x06\0"))
    yield "jpeg-full-turned", saved(Image.new("RGB", (SIDE, SIDE)), "JPEG", exif=turned)
    yield "jpeg-full-cmyk", saved(Image.new("CMYK", (SIDE, SIDE)), "JPEG")
    yield "jpeg-full-progressive", saved(Image.new("RGB", (SIDE, SIDE)), "JPEG", progressive=True)
    yield "gif-full", saved(Image.new("P", (SIDE, SIDE)), "GIF")
    yield "tiff-full-float", saved(Image.new("F", (SIDE, SIDE), 0.5), "TIFF", compression="tiff_adobe_deflate")
    yield "tiff-full-lab", saved(Image.new("LAB", (SIDE, SIDE)), "TIFF", compression="tiff_adobe_deflate")
    yield "tiff-full-lzw-in-one-strip", saved(Image.new("RGB", (4_800, 4_800)), "TIFF", **_one_strip(4_800))
    yield "tiff-full-jpeg", saved(Image.new("RGB", (7_000, 7_000)), "TIFF", compression="jpeg")
    for name, options in (("lossless", {"lossless": True, "quality": 0}), ("lossy", {})):
        yield f"webp-full-{name}", saved(Image.new("RGBA", (HELD_SIDE, HELD_SIDE)), "WEBP", method=0, **options)
        yield f"webp-more-{name}", saved(Image.new("RGBA", (16_000, 3_000)), "WEBP", method=0, **options)
    yield "avif-full", saved(Image.new("RGB", (4_500, 4_500)), "AVIF", speed=10)
    yield "heic-12-million", saved(Image.new("RGB", (4_000, 3_000)), "HEIF")
    yield "jpeg-progressive-444", saved(Image.new("RGB", (5_900, 5_900)), "JPEG", progressive=True, subsampling=0)


def _one_strip(rows: int) -> dict[str, object]:
    return {"compression": "tiff_lzw", "tiffinfo": {278: rows}, "strip_size": 2**31 - 1}


def frames() -> Iterator[File]:
    """Bombs of frames and of parts: many, nested, in circles, or fewer than told."""
    one = gif(1, 1)
    yield "gif-20000", one[:-1] + one[19:-1] * 20_000 + b";"
    yield "gif-1000000-comments", gif(1, 1, b"!\xfe\x01x\0" * 1_000_000)
    yield "gif-4000000-empty-comments", gif(1, 1, b"!\xfe\0" * 4_000_000)
    yield "gif-long-comment", gif(1, 1, b"!\xfe" + (b"\xff" + b"x" * 255) * 90_000 + b"\0")
    yield "gif-comment-of-bytes", gif(1, 1, b"!\xfe" + b"\x01x" * 6_000_000 + b"\0")
    yield "gif-controls", gif(1, 1, b"!\xf9\x04\0\0\0\0\0" * 1_000_000)
    yield "gif-unknown-extensions", gif(1, 1, b"!\x01\x01x\0" * 1_000_000)
    yield "gif-stray-bytes", gif(1, 1, b"\0" * 20_000_000)
    yield "gif-never-ends", gif(1, 1)[:19] + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" * 500_000
    yield "gif-outside", gif(4, 4, frame=(60_000, 60_000, 5, 5))
    yield "gif-no-frame", gif(4, 4)[:19] + b";"
    control = struct.pack(">IIIIIHHBB", 0, 1, 1, 0, 0, 1, 1, 0, 0)
    yield "apng-lies", png(chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0)), chunk(b"fcTL", control))
    yield "apng-none", png(chunk(b"acTL", struct.pack(">II", 0, 0)))
    more = b"".join(
        chunk(b"fcTL", struct.pack(">I", 2 * i + 1) + control[4:])
        + chunk(b"fdAT", struct.pack(">I", 2 * i + 2) + zlib.compress(b"\0abc"))
        for i in range(50_000)
    )
    yield "apng-50000", png(chunk(b"acTL", struct.pack(">II", 50_001, 0)), chunk(b"fcTL", control), after=(more,))
    yield (
        "apng-outside",
        png(
            chunk(b"acTL", struct.pack(">II", 1, 0)),
            chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 9, 9, 9, 9, 1, 1, 0, 0)),
        ),
    )
    yield "png-1500000-chunks", png(chunk(b"prVt") * 1_500_000)
    yield "png-19000-chunks", png(chunk(b"tEXt", b"k\0" + b"x" * 999) * 19_000)
    yield "png-1500000-chunks-after", png(after=(chunk(b"prVt") * 1_500_000,))
    yield "png-1500000-empty-pixels", png(chunk(b"IDAT") * 1_500_000)
    yield (
        "png-pixels-by-the-byte",
        png()[:33]
        + b"".join(chunk(b"IDAT", bytes((byte,))) for byte in zlib.compress(bytes(301 * 100) + b"x" * 30_000, 0)),
    )
    jpeg = saved(_noise(), "JPEG")
    yield "jpeg-6000000-segments", jpeg[:2] + segment(0xFE, b"") * 6_000_000 + jpeg[2:]
    yield "jpeg-exif-in-pieces", jpeg[:2] + segment(0xE1, b"Exif\0\0" + b"x" * 90) * 200_000 + jpeg[2:]
    yield "jpeg-padding", jpeg[:2] + b"\xff" * 24_000_000 + jpeg[2:]
    yield "jpeg-junk", jpeg[:20] + b"\0" * 24_000_000 + jpeg[20:]
    yield "jpeg-100000-tables", jpeg[:2] + segment(0xDB, b"\0" + b"\x01" * 64) * 100_000 + jpeg[2:]
    photoshop = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0\0\0\0\0" * 5_400
    yield "jpeg-resources", jpeg[:2] + segment(0xED, photoshop) * 300 + jpeg[2:]
    yield (
        "jpeg-900-segments",
        jpeg[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + bytes(25_000)) * 900 + jpeg[2:],
    )
    yield "jpeg-restarts", jpeg[:-2] + b"\xff\xd0" * 1_000_000 + jpeg[-2:]
    still = saved(_noise(), "WEBP")[12:]
    canvas, place = b"\x02\0\0\0\x13\0\0\x0e\0\0", b"\0" * 6 + b"\x13\0\0\x0e\0\0" + b"\x01\0\0\0"
    yield "webp-20000", riff((b"VP8X", canvas), (b"ANIM", b"\0" * 6), *[(b"ANMF", place + still)] * 20_000)
    yield "webp-1000000-chunks", riff((b"VP8X", canvas), *[(b"prVt", b"")] * 1_000_000)
    yield "webp-no-frame", riff((b"VP8X", canvas), (b"ANIM", b"\0" * 6))
    yield "tiff-in-circles", tiff(2, 2, pixels=b"abcd", following=12)
    yield "tiff-no-end", tiff(2, 2, pixels=b"abcd", following=2**31)
    yield "tiff-60000-pages", saved(_noise(), "TIFF")[:8] + tiff(2, 2, pixels=b"abcd")[8:] * 60_000
    yield (
        "tiff-strips",
        tiff(
            1,
            5_000_000,
            entry(273, 4, 5_000_000, 8),
            entry(279, 4, 5_000_000, 8),
            pixels=b"\x08\0\0\0" * 5_000_000,
            rows=1,
        ),
    )
    many = (entry(273, 4, 50_000, 8), entry(279, 4, 50_000, 8))
    for name, compression in (("plain", 1), ("packed", 32_773), ("deflated", 8), ("lzw", 5)):
        strips = tiff(9, 50_000, *many, pixels=struct.pack("<I", 9) * 50_000, rows=1, compression=compression)
        yield f"tiff-50000-strips-{name}", strips
    tiles = [entry(322, 4, 1, 1), entry(323, 4, 1, 1), entry(324, 4, 5_000_000, 8), entry(325, 4, 5_000_000, 8)]
    yield "tiff-tiles", tiff(2_500, 2_000, *tiles, pixels=b"\x08\0\0\0" * 5_000_000)
    yield "tiff-65000-tags", tiff(2, 2, *(entry(tag, 4, 1, tag) for tag in range(400, 65_000)), pixels=b"abcd")
    alike = (entry(tag, 4, 5_000_000, 8) for tag in range(400, 3_000))
    yield "tiff-tags-on-each-other", tiff(2, 2, *alike, pixels=b"abcd" * 5_000_000)
    yield "tiff-palette", tiff(2, 2, entry(320, 3, 10_000_000, 8), pixels=b"abcd" * 5_000_000, photometric=3)


def headers() -> Iterator[File]:
    """Headers that lie about sizes, depths, places, checksums."""
    for width, height in ((0, 1), (1, 0), (0, 0), (2, 1), (1, 2), (1000, 1000), (2**32 - 1, 1)):
        yield f"png-{width}x{height}", png(width=width, height=height)
    for bits in (0, 1, 3, 16, 32, 255):
        for colour in (0, 1, 2, 3, 4, 6, 7):
            start = SIGNATURE + header(2, 2, bits, colour)
            yield f"png-bits-{bits}-colour-{colour}", start + png(rows=bytes(60))[33:]
    yield "png-interlaced", SIGNATURE + header(9, 9, interlace=1) + png(rows=bytes(900))[33:]
    yield "png-interlace-2", SIGNATURE + header(1, 1, interlace=2) + png()[33:]
    yield "png-no-palette", SIGNATURE + header(2, 2, 8, 3) + png(rows=b"\0\1\2" * 2)[33:]
    yield "png-odd-palette", SIGNATURE + header(2, 2, 8, 3) + chunk(b"PLTE", b"abcd") + png(rows=b"\0\1\2" * 2)[33:]
    yield "png-long-palette", SIGNATURE + header(2, 2, 8, 3) + chunk(b"PLTE", b"abc" * 999) + png(rows=bytes(6))[33:]
    yield (
        "png-long-transparency",
        SIGNATURE + header(2, 2, 8, 3) + chunk(b"PLTE", b"abc") + chunk(b"tRNS", b"x" * 999) + png(rows=bytes(6))[33:],
    )
    yield "png-short-transparency", png(chunk(b"tRNS", b"\0"))
    yield "png-no-pixels", SIGNATURE + header(1, 1) + chunk(b"IEND")
    yield "png-pixels-that-are-none", SIGNATURE + header(9, 9) + chunk(b"IDAT", b"not deflated") + chunk(b"IEND")
    yield "png-two-headers", png(header(900, 900))
    yield "png-two-headers-bomb", png(header(40_000, 40_000))
    yield "png-palette-after", SIGNATURE + header(1, 1, 8, 3) + png(rows=b"\0\0", after=(chunk(b"PLTE", b"abc"),))[33:]
    yield "png-wrong-sum", png(chunk(b"gAMA", b"\0\0\0\1", crc=0))
    yield "png-wrong-sum-of-pixels", SIGNATURE + header(1, 1) + chunk(b"IDAT", zlib.compress(b"\0abc"), crc=7)
    yield "png-length-2-31", png(chunk(b"tEXt", b"a\0b", length=2**31))
    yield "png-length-2-32", png(chunk(b"tEXt", b"a\0b", length=2**32 - 1))
    yield "png-name-of-zeros", png(chunk(b"\0\0\0\0", b"x"))
    for name, data in {"pHYs": b"\0", "sRGB": b"", "gAMA": b"\0", "cHRM": b"\0" * 9, "iCCP": b"x", "eXIf": b""}.items():
        yield f"png-short-{name}", png(chunk(name.encode(), data))
    yield "png-many-pixels-too-many", png(rows=b"\0abc" * 5_000_000)
    jpeg = saved(_noise(), "JPEG")
    at = jpeg.index(b"\xff\xc0") + 4
    for name, offset, value in (
        ("bits-12", 0, b"\x0c"),
        ("bits-0", 0, b"\0"),
        ("no-height", 1, b"\0\0"),
        ("no-width", 3, b"\0\0"),
        ("tall", 1, b"\x7f\xff"),
        ("components-0", 5, b"\0"),
        ("components-2", 5, b"\x02"),
        ("components-255", 5, b"\xff"),
        ("sampling-0", 7, b"\0"),
        ("sampling-15", 7, b"\xff"),
        ("table-9", 8, b"\x09"),
    ):
        yield f"jpeg-{name}", jpeg[: at + offset] + value + jpeg[at + offset + len(value) :]
    for marker in (0xC3, 0xC5, 0xC9, 0xCA, 0xCB, 0xCF):
        yield f"jpeg-frame-{marker:x}", jpeg[: at - 3] + bytes((marker,)) + jpeg[at - 2 :]
    yield "jpeg-segment-0", jpeg[:2] + b"\xff\xe1\0\0" + jpeg[2:]
    yield "jpeg-segment-1", jpeg[:2] + b"\xff\xfe\0\x01" + jpeg[2:]
    yield "jpeg-segment-65535", jpeg[:2] + b"\xff\xe1\xff\xff" + jpeg[2:]
    yield "jpeg-twice", jpeg[:2] + jpeg
    yield "jpeg-ends-at-once", b"\xff\xd8\xff\xd9"
    yield "jpeg-only-scan", b"\xff\xd8" + jpeg[jpeg.index(b"\xff\xda") :]
    square = b"\x7f" * 300
    for name, data in {
        "bits-2": bmp(4, 4, 2, square),
        "bits-0": bmp(4, 4, 0, square),
        "bits-64": bmp(4, 4, 64, square),
        "upside-down": bmp(4, -4, 24, square),
        "narrow": bmp(-4, 4, 24, square),
        "no-size": bmp(0, 0, 24, square),
        "tall": bmp(4, 2**30, 24, square),
        "height-least": bmp(4, -(2**31), 24, square),
        "short": bmp(400, 400, 24, square),
        "colours-2-31": bmp(4, 4, 8, square, colours=2**31),
        "colours-2": bmp(4, 4, 8, square, colours=2),
        "offset-in-header": bmp(4, 4, 24, square, offset=3),
        "offset-far": bmp(4, 4, 24, square, offset=2**31),
        "rle-of-24": bmp(4, 4, 24, square, rle=1),
        "bitfields": bmp(4, 4, 32, square, rle=3),
        "jpeg-inside": bmp(4, 4, 0, jpeg, rle=4),
        "rle-absolute": bmp(7000, 2, 8, b"\0\xff", rle=1),
        "header-5": b"BM" + bytes(12) + b"\x05" + bytes(90),
        "header-2-31": b"BM" + bytes(12) + b"\0\0\0\x80" + bytes(90),
    }.items():
        yield f"bmp-{name}", data
    plain = b"abcdefghijklmnop"
    for name, tags in {
        "bits-0": {"bits": 0},
        "bits-3": {"bits": 3},
        "bits-65535": {"bits": 65_535},
        "compression-99": {"compression": 99},
        "photometric-99": {"photometric": 99},
        "samples-0": {"samples": 0},
        "samples-5": {"samples": 5},
        "samples-65535": {"samples": 65_535},
        "rows-0": {"rows": 0},
        "rows-2-32": {"rows": 2**32 - 1},
        "strip-far": {"strip": 2**31},
        "strip-header": {"strip": 0},
        **{
            f"compressed-{kind}": {"compression": kind}
            for kind in (2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32809, 34676, 34925)
        },
        **{f"compressed-{kind}": {"compression": kind} for kind in (50000, 50001, 34712, 32946)},
    }.items():
        yield f"tiff-{name}", tiff(4, 4, pixels=plain, **tags)
    yield "tiff-short", tiff(400, 400, pixels=plain)
    yield "tiff-no-size", tiff(0, 0, pixels=plain)
    yield "tiff-width-as-text", tiff(4, 4, entry(256, 2, 4, b"four"), pixels=plain)
    yield "tiff-width-as-fraction", tiff(4, 4, entry(256, 5, 1, 8), pixels=plain)
    yield "tiff-tag-of-kind-99", tiff(4, 4, entry(270, 99, 1, b"x"), pixels=plain)
    yield "tiff-tag-of-4-gb", tiff(4, 4, entry(270, 2, 2**32 - 1, 8), pixels=plain)
    yield "tiff-planes", tiff(4, 4, entry(284, 3, 1, b"\x02"), pixels=plain, samples=3, photometric=2)
    yield "tiff-formats", tiff(4, 4, entry(339, 3, 1, b"\x63"), pixels=plain)
    yield "tiff-extra-samples", tiff(4, 4, entry(338, 3, 200, 8), pixels=plain * 30)
    yield "tiff-big", b"II+\0\x08\0\0\0" + struct.pack("<QQ", 16, 2**63)
    yield "tiff-big-far", b"II+\0\x08\0\0\0" + struct.pack("<Q", 2**64 - 1)
    still = saved(_noise(), "WEBP")
    yield "webp-size-0", still[:4] + b"\0\0\0\0" + still[8:]
    yield "webp-size-2-32", still[:4] + b"\xff\xff\xff\xff" + still[8:]
    yield "webp-no-chunks", riff()
    yield "webp-canvas-too-small", riff((b"VP8X", bytes(10)), (still[12:16], still[20:]))
    yield "webp-other-riff", b"RIFF\x24\0\0\0WAVEfmt " + bytes(40)
    yield "gif-no-size", gif(0, 0)
    yield "gif-code-size-13", gif(4, 4)[:-5] + b"\x0d\x01\0\0;"
    yield "gif-code-size-0", gif(4, 4)[:-5] + b"\0\x01\0\0;"
    yield "gif-version-99z", b"GIF99z" + gif(4, 4)[6:]


def extensions() -> Iterator[File]:
    """Sound files by the name of another kind, and files of kinds that are not taken."""
    sound = seeds()
    for kind, name in (("png", "a.jpg"), ("jpeg", "a.png"), ("gif", "a.bmp"), ("webp", "a.gif"), ("bmp", "a.tif")):
        yield name, sound[kind]
    yield "a.exe", sound["tiff"]
    for form in (
        "PPM",
        "ICO",
        "TGA",
        "PCX",
        "EPS",
        "PDF",
        "JPEG2000",
        "AVIF",
        "SGI",
        "MSP",
        "XBM",
        "DDS",
        "SPIDER",
    ):
        mode = {"MSP": "1", "XBM": "1", "SPIDER": "F"}.get(form, "RGB")
        yield f"{form.lower()}.png", saved(_noise().convert(mode), form)
    for name, data in {
        "text": b"hello\n" * 99,
        "html": b"<!doctype html><script>alert(1)</script>",
        "svg": b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/tmp/x) (w) file\n",
        "zip": b"PK\x03\x04" + bytes(60),
        "elf": b"\x7fELF\x02\x01\x01" + bytes(60),
        "mz": b"MZ" + bytes(90),
        "mp4": b"\0\0\0\x18ftypmp42" + bytes(60),
        "heic": b"\0\0\0\x18ftypheic" + bytes(60),
        "psd": b"8BPS\0\x01" + bytes(60),
        "pickle": b"\x80\x04\x95\x10\0\0\0\0\0\0\0\x8c\x05posix\x8c\x06system",
        "gzip": b"\x1f\x8b\x08" + bytes(60),
        "fli": bytes((0, 0, 0, 0, 0x11, 0xAF, 1, 0)) + bytes(130),
        "mic": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
        "zeros": bytes(MEGABYTE),
        "ones": b"\xff" * MEGABYTE,
        "chance": random.Random(0).randbytes(MEGABYTE),
        "too-large": bytes(25 * MEGABYTE + 1),
    }.items():
        yield f"{name}.png", data


def modes() -> Iterator[File]:
    """Every mode that Pillow writes into every format that is taken, and depths that it only reads."""
    for form in FORMATS:
        for mode in MODES:
            image = Image.new(mode, (7, 5), 1)
            try:
                yield f"{form.lower()}-{mode}", saved(image, form)
            except (OSError, ValueError, KeyError):  # Pillow doesn't write this mode into this format
                continue
    for order in "II", "MM":
        for bits, kind in (
            (1, 1),
            (2, 1),
            (4, 1),
            (8, 1),
            (8, 2),
            (12, 1),
            (16, 1),
            (16, 2),
            (32, 1),
            (32, 2),
            (32, 3),
            (64, 3),
        ):
            data = tiff(8, 4, entry(339, 3, 1, struct.pack("<H", kind)), pixels=bytes(range(256)), bits=bits)
            yield f"tiff-{order}-{bits}-bits-of-kind-{kind}", data if order == "II" else _big_endian(data)
    for photometric in (0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 32803, 32844, 34892):
        yield f"tiff-photometric-{photometric}", tiff(4, 4, pixels=bytes(range(64)), photometric=photometric)
    for bits in (1, 4, 8, 16, 24, 32):
        yield f"bmp-{bits}-bits", bmp(5, 5, bits, bytes(range(200)))
    for value in (float("nan"), float("inf"), -float("inf"), 1e38, -1e38, 1e-45):
        yield f"tiff-floats-{value}", saved(Image.new("F", (3, 3), value), "TIFF")
    for value in (-(2**31), 2**31 - 1, 65_536, -1):
        yield f"tiff-ints-{value}", saved(Image.new("I", (3, 3), value), "TIFF")
    for size in ((1, 1), (1, 20_000), (20_000, 1), (16_384, 1)):
        yield f"png-{size[0]}x{size[1]}", saved(Image.new("RGB", size), "PNG")


def _big_endian(data: bytes) -> bytes:
    """A TIFF of `tiff` in the other byte order."""
    at = int.from_bytes(data[4:8], "little")
    count = int.from_bytes(data[at : at + 2], "little")
    rows = [struct.unpack("<HHI4s", data[at + 2 + 12 * i : at + 14 + 12 * i]) for i in range(count)]
    swapped = b"".join(
        struct.pack(">HHI", tag, kind, number)
        + (value[1::-1] + b"\0\0" if kind == 3 else struct.pack(">I", int.from_bytes(value, "little")))
        for tag, kind, number, value in rows
    )
    return b"MM\0*" + struct.pack(">I", at) + data[8:at] + struct.pack(">H", count) + swapped + bytes(4)


def metadata() -> Iterator[File]:
    """EXIF and ICC profiles that are odd, broken, enormous or in circles."""
    turns: dict[str, bytes] = {
        f"turn-{turn}": exif(entry(0x112, 3, 1, struct.pack("<H", turn))) for turn in (0, 9, 65_535)
    }
    odd = turns | {
        "turn-as-text": exif(entry(0x112, 2, 4, b"six\0")),
        "turn-as-fraction": exif(entry(0x112, 5, 1, 26), tail=bytes(8)),
        "turn-twice": exif(entry(0x112, 3, 1, b"\x06"), entry(0x112, 3, 1, b"\x03")),
        "turn-of-many": exif(entry(0x112, 3, 2, b"\x06\0\x03\0")),
        "turn-of-none": exif(entry(0x112, 3, 0, b"")),
        "turn-as-float": exif(entry(0x112, 11, 1, struct.pack("<f", float("nan")))),
        "in-circles": exif(entry(0x8769, 4, 1, 8), entry(0x112, 3, 1, b"\x06")),
        "gps-in-circles": exif(entry(0x8825, 4, 1, 8), entry(0xA005, 4, 1, 8), entry(0x112, 3, 1, b"\x06")),
        "far": b"Exif\0\0II*\0\xff\xff\xff\xff",
        "too-many": b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + bytes(99),
        "resolution-by-0": exif(entry(0x11A, 5, 1, 50), entry(0x128, 3, 1, b"\x02"), tail=bytes(40)),
        "maker-note": exif(entry(0x8769, 4, 1, 26), tail=directory(entry(0x927C, 7, 9, 0))),
        "tags-on-each-other": exif(*(entry(tag, 1, 60_000, 8) for tag in range(300, 4_800)), tail=bytes(6_000)),
        "other-order": b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0",
        "big": b"Exif\0\0II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0" + b"\xff" * 16,
        "garbage": b"Exif\0\0" + random.Random(1).randbytes(300),
    }
    for name, data in odd.items():
        for form in ("PNG", "JPEG", "WEBP"):
            yield f"exif-{name}-{form.lower()}", saved(_noise(), form, exif=data)
    million = exif(*(entry(tag, 4, 1_000_000, 8) for tag in range(300, 3_300)), tail=bytes(20 * MEGABYTE))[6:]
    yield "exif-20-mb-png", png(chunk(b"eXIf", million))
    yield "exif-20-mb-webp", saved(_noise(), "WEBP", exif=million)
    hexadecimal = b"Raw profile type exif\0\0" + zlib.compress(b"\nexif\n  99\n" + b"4578696600004949\n" * 99)
    yield "exif-as-text-png", png(chunk(b"zTXt", hexadecimal))
    yield (
        "exif-as-text-that-is-none-png",
        png(chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(b"zz\n" * 9))),
    )
    yield "xmp-turn-png", png(chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<x tiff:Orientation='6'/>"))
    srgb = profile()
    entries = struct.pack(">I", 2**32 - 1)
    profiles = {
        "cut": srgb[:150],
        "zeros": bytes(200),
        "size-0": bytes(4) + srgb[4:],
        "size-2-32": b"\xff" * 4 + srgb[4:],
        "tags-2-32": srgb[:128] + entries + srgb[132:],
        "tag-far": srgb[:136] + entries + srgb[140:],
        "of-cmyk": srgb[:16] + b"CMYK" + srgb[20:],
        "of-grey": srgb[:16] + b"GRAY" + srgb[20:],
        "of-15-inks": srgb[:16] + b"FCLR" + srgb[20:],
        "of-device-link": srgb[:12] + b"link" + srgb[16:],
        "of-names": srgb[:12] + b"nmcl" + srgb[16:],
        "of-lab": profile("LAB"),
        "of-xyz": profile("XYZ"),
        "garbage": random.Random(2).randbytes(900),
        "8-mb": srgb + bytes(8 * MEGABYTE),
        "curve-2-32": srgb.replace(b"para\0\0\0\0\0\x03", b"curv\0\0\0\0\xff\xff"),
    }
    for name, data in profiles.items():
        for mode, form in (("RGB", "PNG"), ("L", "PNG"), ("CMYK", "JPEG"), ("RGB", "WEBP"), ("LAB", "TIFF")):
            if name != "8-mb" or form != "PNG":
                yield (
                    f"icc-{name}-{mode}-{form.lower()}",
                    saved(
                        _noise().convert("L").convert("RGB").convert(mode)
                        if mode not in ("LAB",)
                        else Image.new(mode, (5, 5)),
                        form,
                        icc_profile=data,
                    ),
                )
    bomb = b"icc\0\0" + _squeezed()
    yield "icc-bomb-png", png(chunk(b"iCCP", bomb))
    jpeg = saved(_noise(), "JPEG")
    pieces = b"".join(segment(0xE2, b"ICC_PROFILE\0" + bytes((i, 9)) + srgb[:40]) for i in (9, 3, 3, 0, 255))
    yield "icc-in-wrong-pieces-jpeg", jpeg[:2] + pieces + jpeg[2:]
    yield (
        "mpf-lies-jpeg",
        jpeg[:2]
        + segment(0xE2, b"MPF\0II*\0\x08\0\0\0" + directory(entry(0xB001, 4, 1, 2**32 - 1), entry(0xB002, 7, 16, 8)))
        + jpeg[2:],
    )
    yield "adobe-transform-9-jpeg", jpeg[:2] + segment(0xEE, b"Adobe\0\x64\0\0\0\0\x09") + jpeg[2:]
    yield "jfif-density-0-jpeg", jpeg[:2] + segment(0xE0, b"JFIF\0\x09\x09\x02\0\0\0\0\0\0") + jpeg[20:]


def polyglots() -> Iterator[File]:
    """Files that are of two kinds at once."""
    sound = seeds()
    archive = b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18)
    script = b"<script>alert(document.cookie)</script><?php system($_GET['c']); ?>"
    for kind in ("png", "jpeg", "gif", "webp", "bmp", "tiff"):
        yield f"{kind}-and-zip", sound[kind] + archive
        yield f"{kind}-and-script", sound[kind] + script
    yield "png-and-jpeg", sound["png"] + sound["jpeg"]
    yield "jpeg-and-png", sound["jpeg"] + sound["png"]
    yield "gif-and-js", b"GIF89a/*" + sound["gif"][8:] + b"*/=1;alert(1)"
    yield "pdf-then-png", b"%PDF-1.4\n" + sound["png"]
    yield "html-then-png", b"<!-- " + sound["png"] + b" -->"
    yield "bom-then-png", b"\xef\xbb\xbf" + sound["png"]
    yield "newline-then-png", b"\n" + sound["png"]
    yield "png-text-mode", sound["png"].replace(b"\r\n", b"\n")
    yield "bm-and-text", b"BM and then a letter that goes on for a while" * 9
    yield "jpeg-comment-script", sound["jpeg"][:2] + segment(0xFE, script) + sound["jpeg"][2:]
    yield "png-pixels-are-a-zip", png(chunk(b"IDAT", archive))
    yield "tiff-with-jpeg-in-front", sound["tiff"][:8] + sound["jpeg"] + sound["tiff"][8:]
    yield "riff-gif", b"RIFF" + sound["gif"]


def texts() -> Iterator[File]:
    """Text that is huge, squeezed, endless or no text."""
    squeezed = _squeezed()
    almost = zlib.compress(b"x" * (MEGABYTE - 9))
    yield "zTXt-200-mb", png(chunk(b"zTXt", b"key\0\0" + squeezed))
    yield "iTXt-200-mb", png(chunk(b"iTXt", b"key\0\1\0\0\0" + squeezed))
    yield "zTXt-60-of-1-mb", png(*(chunk(b"zTXt", b"k%d\0\0" % i + almost) for i in range(60)))
    yield "zTXt-600-of-1-mb", png(*(chunk(b"zTXt", b"k%d\0\0" % i + almost) for i in range(600)))
    yield "zTXt-600-of-1-mb-after", png(after=tuple(chunk(b"zTXt", b"k%d\0\0" % i + almost) for i in range(600)))
    yield "tEXt-20-mb", png(chunk(b"tEXt", b"key\0" + b"x" * 20 * MEGABYTE))
    yield "tEXt-100000", png(*(chunk(b"tEXt", b"k%d\0v" % i) for i in range(100_000)))
    yield "iTXt-of-no-text", png(chunk(b"iTXt", b"key\0\0\0\0\0\xff\xfe\xfd"))
    yield "iTXt-method-9", png(chunk(b"iTXt", b"key\0\1\x09\0\0abc"))
    yield "iTXt-cut", png(chunk(b"iTXt", b"key\0\1"))
    yield "zTXt-method-9", png(chunk(b"zTXt", b"key\0\x09abc"))
    yield "zTXt-of-nothing", png(chunk(b"zTXt"))
    yield "tEXt-no-key", png(chunk(b"tEXt", b"\0value"))
    yield "tEXt-long-key", png(chunk(b"tEXt", b"k" * 100_000 + b"\0v"))
    yield (
        "tEXt-names-of-settings",
        png(
            *(
                chunk(b"tEXt", b"%s\0x" % k)
                for k in (b"transparency", b"icc_profile", b"exif", b"dpi", b"gamma", b"interlace")
            )
        ),
    )
    yield "recipe-as-tEXt", png(chunk(b"tEXt", CHUNK.encode() + b"\0{}"))
    yield "recipe-squeezed", png(chunk(b"zTXt", CHUNK.encode() + b"\0\0" + squeezed))
    yield "recipe-of-20-mb", png(chunk(b"tEXt", CHUNK.encode() + b"\0" + b"[" * 20 * MEGABYTE))
    jpeg = saved(_noise(), "JPEG")
    yield "jpeg-comments-20-mb", jpeg[:2] + segment(0xFE, b"x" * 65_000) * 330 + jpeg[2:]
    yield "jpeg-xmp-20-mb", jpeg[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + b"<" * 60_000) * 330 + jpeg[2:]
    yield "webp-xmp-20-mb", saved(_noise(), "WEBP", xmp=b"<" * 20 * MEGABYTE)
    yield "tiff-description-20-mb", tiff(2, 2, entry(270, 2, 20 * MEGABYTE, 8), pixels=b"abcd" * 5 * MEGABYTE)


def recipe_files() -> Iterator[File]:
    """Pictures whose recipes are hostile: every ninth of them, since all are tried without a picture, too."""
    for name, text in list(recipes())[::9]:
        yield name, in_png(text)


def layouts() -> Iterator[File]:
    """Samples of which there are more, or fewer, or others than the file says."""
    samples = np.arange(300).reshape(15, 20, 1) % 256
    page = picture_files.page
    for tag, values in {
        254: (0, 1, 4, 2**32 - 1),
        256: (0, 1, 80_001, 2**32 - 1),
        257: (0, 1, 4_000_000, 2**32 - 1),
        258: (0, 1, 7, 12, 31, 33, 64, 65_535),
        259: (0, 2, 3, 4, 5, 6, 7, 8, 34_676, 34_925, 50_000, 65_535),
        262: (0, 2, 3, 5, 6, 8, 9, 10, 32_803, 65_535),
        266: (0, 2, 3),
        273: (0, 5, 2**32 - 1),
        274: (0, 5, 9, 65_535),
        277: (0, 2, 3, 32, 33, 65_535),
        278: (0, 1, 14, 2**32 - 1),
        279: (0, 1, 2**32 - 1),
        284: (0, 2, 3),
        317: (0, 2, 3, 4),
        330: (0, 8, 2**32 - 1),
        338: (0, 1, 2, 999),
        339: (0, 2, 3, 4, 5, 6),
    }.items():
        for value in values:
            for deflated in (False, True):
                changed = page(samples, deflated=deflated)
                changed["tags"][tag] = ("I", [value])
                yield f"tiff-{tag}-{value}-{deflated}", picture_files.tiff(changed)
    for value in (0, 1, 7, 17, 65_520, 2**32 - 16):
        tiled = page(samples, tile=(16, 16))
        tiled["tags"] |= {322: ("I", [value]), 323: ("I", [value])}
        yield f"tiff-tile-{value}", picture_files.tiff(tiled)
    rows = page(np.zeros((40_000, 1, 3), int), photometric=2, planar=True, strip=1, deflated=True)
    yield "tiff-120000-strips", picture_files.tiff(rows)
    for compression in (1, 5, 8, 32_773):
        many = page(np.zeros((200, 200, 1), int), tile=(1, 1)) | {"segments": [zlib.compress(b"\0")] * 40_000}
        many["tags"][259] = ("H", [compression])
        yield f"tiff-40000-tiles-{compression}", picture_files.tiff(many)
    deep = page(np.zeros((2, 2, 32), int), 64, photometric=2) | {"segments": [zlib.compress(bytes(20 * MEGABYTE))]}
    deep["tags"] |= {256: ("I", [9_000]), 257: ("I", [8_800]), 278: ("I", [8_800]), 259: ("H", [8])}
    yield "tiff-20-gb-of-samples", picture_files.tiff(deep)
    chain = [page(samples[:2, :2], t254=("I", [1])) for _ in range(3_000)]
    yield "tiff-3000-pages", picture_files.tiff(*chain)
    yield "tiff-3000-subfiles", picture_files.tiff(page(samples, subfiles=chain))
    for bits in (1, 2, 4, 8):
        for number in (0, 1, 255, 65_535):
            key = struct.pack(">H", number)
            for colour, chunks in ((0, ()), (3, (chunk(b"PLTE", b"abc"),))):
                one = picture_files.png(samples % (1 << bits), bits, *chunks, chunk(b"tRNS", key), colour=colour)
                yield f"png-{colour}-{bits}-key-{number}", one
    for gamma in (0, 1, 5_000, 100_000, 2_000_000, 2**32 - 1):
        for primaries in (bytes(32), b"\xff" * 32, struct.pack(">8I", *range(8)), struct.pack(">8I", *[33_333] * 8)):
            chunks = chunk(b"gAMA", struct.pack(">I", gamma)), chunk(b"cHRM", primaries)
            yield f"png-gamma-{gamma}-{primaries[-4:].hex()}", picture_files.png(samples.repeat(3, 2), 8, *chunks)
    yield "png-profile-of-200-mb", png(chunk(b"iCCP", b"p\0\0" + _squeezed()))
    for bits in (16, 24, 32):
        for masks in ((0, 0, 0), (1, 2, 4), (2**32 - 1,) * 3, (2**32 - 1,) * 4, (5, 10, 2**31), (0x55555555,) * 4):
            yield f"bmp-{bits}-{len(masks)}-{masks[0]}-{masks[2]}", picture_files.bmp(samples[..., 0], bits, masks)
    for brand in (b"avif", b"heic", b"mif1", b"crx ", b"jxl ", b"isom", b"\0\0\0\0"):
        for length in (0, 8, 12, 16, 2**31):
            yield f"box-{brand.hex()}-{length}", struct.pack(">I4s4s", length, b"ftyp", brand) + bytes(40)
    cut = saved(_noise(400, 300), "JPEG", progressive=True)
    for at in (len(cut) // 2, *(cut.rindex(b"\xff\xda") + i for i in range(12))):
        yield f"jpeg-cut-{at}", cut[:at]


CATEGORIES = (
    truncated,
    flipped,
    pixels,
    largest,
    frames,
    headers,
    extensions,
    modes,
    metadata,
    polyglots,
    layouts,
    texts,
    recipe_files,
)

warnings.filterwarnings("ignore", module="PIL")  # the odd files are meant
