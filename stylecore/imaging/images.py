"""Decoding and encoding pictures, with every limit on what comes in and a sentence for every refusal."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from stylecore.errors import ImageError
from stylecore.imaging.bands import Reading, TooLarge, assemble
from stylecore.imaging.bmp import is_compressed, open_bmp
from stylecore.imaging.formats import Kind, kind_of
from stylecore.imaging.frames import open_frame, open_heic
from stylecore.imaging.guards import TooComplex, check_structure
from stylecore.imaging.heap import give_back
from stylecore.imaging.jpeg import open_jpeg
from stylecore.imaging.png import open_png
from stylecore.imaging.tiff import open_tiff
from stylecore.language import Sentence

MAX_BYTES = 25 * 2**20  # of a file
MAX_SIDE = 100_000  # pixels; a row is held at a time
MAX_PIXELS = 80_000_000  # of a picture; the largest that cameras make without stitching have 64 million

LARGE = 4_000_000  # pixels, from which what decoding took is given back at once

_decoder = threading.Lock()  # one picture at a time, so that what decoding takes is taken once


@dataclass(frozen=True, slots=True)
class Decoded:
    """A picture that has been decoded.

    Attributes:
        image: RGB, or RGBA if that was asked for, without metadata.
        size: width and height of the file's picture, upright.
        notices: sentences on what is wrong with it, though it can be used.
    """

    image: Image.Image
    size: tuple[int, int]
    notices: tuple[Sentence, ...]


def decode(data: bytes, name: str = "picture", longest: int | None = None) -> Image.Image:
    """The picture of a file; see `decode_with_notices`, which takes and raises the same."""
    return decode_with_notices(data, name, longest).image


def decode_transparent(data: bytes, name: str = "picture", longest: int | None = None) -> Image.Image:
    """The picture of a file as RGBA, its transparency kept; takes and raises what `decode_with_notices` does."""
    return decode_with_notices(data, name, longest, transparent=True).image


def decode_with_notices(
    data: bytes,
    name: str = "picture",
    longest: int | None = None,
    most: int | None = None,
    *,
    transparent: bool = False,
) -> Decoded:
    """Decodes a file's bytes into the picture that a viewer would show.

    Of an animation this is the first frame, of a file of several pages the picture itself, not its thumbnail. It is
    turned as EXIF says, its colours are converted to sRGB with the embedded profile or gamma, transparent pixels are
    laid on white, and samples of any depth become 8 bits.

    Args:
        data: the whole file; it need not be trusted.
        name: what the message of an error calls the picture.
        longest: the longer side that is needed, in pixels. A larger picture comes back with just that, and is never
            held as a whole if its format allows; None gives all pixels.
        most: bytes that the file may have; None for `MAX_BYTES`.
        transparent: whether the picture is to be RGBA; see `bands.assemble`.

    Raises:
        ImageError: if the file is empty, too large, damaged, or of a format that is not accepted.
    """
    if not data:
        raise ImageError("{name} is empty: choose another file.", name=name)
    most = MAX_BYTES if most is None else most
    if len(data) > most:
        raise ImageError("{name} has more than {most} MB: save it smaller first.", name=name, most=most >> 20)
    kind = kind_of(data, name)
    with _decoder:
        with refusals(name, kind):
            decoded = _decoded(data, kind, name, longest, transparent)
        if decoded.size[0] * decoded.size[1] > LARGE:
            give_back()
        return decoded


def picture_size(data: bytes, name: str = "picture") -> tuple[int, int]:
    """Width and height of a file's picture, upright, without decoding the pixels.

    Raises:
        ImageError: if the file is not a picture.
    """
    kind = kind_of(data, name)
    with refusals(name, kind):
        check_structure(data)
        return _opened(data, kind, name, longest=1).upright_size


def may_be_transparent(data: bytes) -> bool:
    """Whether a picture file may know transparency, as far as can be told without decoding it."""
    if kind_of(data, "picture") == "JPEG":
        return False
    try:
        with Image.open(io.BytesIO(data), formats=("PNG", "WEBP", "GIF", "AVIF")) as image:
            return image.has_transparency_data
    except Exception:  # of another format, or odd in a way that only Pillow minds
        return True


def encode_png(
    image: Image.Image, text: dict[str, str] | None = None, compress: int = 6, dots_per_inch: int | None = None
) -> bytes:
    """PNG bytes.

    Args:
        image: of sRGB colours, which the file says.
        text: chunks of text by their key.
        compress: from 0 (fast) to 9 (small).
        dots_per_inch: at which the picture is to be printed, if that is to be said.
    """
    info = PngInfo()
    info.add(b"sRGB", b"\0")
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    buffer = io.BytesIO()
    dots = {} if dots_per_inch is None else {"dpi": (dots_per_inch, dots_per_inch)}
    image.save(buffer, "PNG", pnginfo=info, compress_level=compress, **dots)
    return buffer.getvalue()


def encode_jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """JPEG bytes, for previews; `quality` goes from 1 to 95."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _decoded(data: bytes, kind: Kind, name: str, longest: int | None, transparent: bool) -> Decoded:
    check_structure(data)
    reading = _opened(data, kind, name, longest)
    check_size(reading.size, name)  # before any pixel is decoded
    image = assemble(reading, longest, transparent=transparent)
    return Decoded(image, reading.upright_size, tuple(reading.notices))


def _opened(data: bytes, kind: Kind, name: str, longest: int | None) -> Reading:
    if kind == "PNG":
        return open_png(data)
    if kind == "JPEG":
        return open_jpeg(data, longest)
    if kind == "TIFF":
        return open_tiff(data, name)
    if kind == "HEIC":
        return open_heic(data, name)
    if kind == "BMP" and not is_compressed(data):
        return open_bmp(data)
    return open_frame(data, kind)


@contextlib.contextmanager
def refusals(name: str, kind: Kind) -> Iterator[None]:
    """Turns whatever goes wrong with a file into one sentence."""
    try:
        yield
    except ImageError:
        raise
    except TooComplex as error:
        raise ImageError(
            "{name} is built of too many parts: save it again in another program first.", name=name
        ) from error
    except (TooLarge, Image.DecompressionBombError) as error:
        raise ImageError(
            "{name} has too many pixels for a {kind} file of its kind: save it smaller first.", name=name, kind=kind
        ) from error
    except Exception as error:  # on broken files Pillow's decoders raise almost anything
        raise ImageError(
            "{name} is a {kind} file that is damaged, cut off, or of a rare kind: choose another, or save it "
            "again as {other}.",
            name=name,
            kind=kind,
            other="PNG" if kind == "JPEG" else "JPEG",
        ) from error


def check_size(size: tuple[int, int], name: str) -> None:
    """Checks width and height of a picture before any pixel is decoded.

    Raises:
        ImageError: if there are too many pixels, or none.
    """
    width, height = size
    if width < 1 or height < 1:
        raise ImageError("{name} has no pixels: choose another file.", name=name)
    if max(width, height) > MAX_SIDE:
        raise ImageError(
            "{name} has {width} × {height} pixels, which is too long: crop it first.",
            name=name,
            width=width,
            height=height,
        )
    if width * height > MAX_PIXELS:
        raise ImageError(
            "{name} has {width} × {height} pixels, more than {most} million: save it smaller first.",
            name=name,
            width=width,
            height=height,
            most=MAX_PIXELS // 10**6,
        )
