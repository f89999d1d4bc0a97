"""Decoding, scaling and encoding pictures, with every limit on what comes in and a sentence for every refusal."""

from __future__ import annotations

import contextlib
import io
import math

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from stylecore.config import SETTINGS
from stylecore.errors import UserError
from stylecore.imaging.guards import TooComplex, check_structure

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 25 * 2**20  # of a file
MAX_PIXELS = 50_000_000  # of a picture
PAPER = (255, 255, 255)  # what shows through transparent pixels


class ImageError(UserError, ValueError):
    """A picture can't be used; the message is one plain sentence that says why, and what to do."""


def decode(data: bytes, name: str = "picture") -> Image.Image:
    """Decodes a file's bytes into the picture that a viewer would show.

    Of an animation this is the first frame. The picture is turned as EXIF says, its colours are converted to sRGB with
    the embedded profile, transparent pixels are laid on white, and 16 bits a channel become 8.

    Args:
        data: the whole file; it need not be trusted.
        name: what the message of an error calls the picture.

    Returns:
        An RGB picture without metadata.

    Raises:
        ImageError: if the file is empty, too large, damaged, or of a format that is not accepted.
    """
    if not data:
        raise ImageError(f"{name} is empty: choose another file.")
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} has more than {MAX_BYTES >> 20} MB: save it smaller first.")
    try:
        check_structure(data)
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(image, name)  # before any pixel is decoded
            image.load()
            return as_rgb(_upright(image))
    except ImageError:
        raise
    except TooComplex as error:
        raise ImageError(f"{name} is built of too many parts: save it again in another program first.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name} has too many pixels: save it smaller first.") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} can't be read as a picture: use PNG, JPEG, WebP, GIF, BMP or TIFF.") from error
    except Exception as error:  # on broken files Pillow's decoders raise almost anything
        raise ImageError(f"{name} is damaged or cut off: choose another file or save it again.") from error


def as_rgb(image: Image.Image) -> Image.Image:
    """Converts a picture of any mode to 8-bit sRGB.

    Args:
        image: of any mode; it stays as it is.

    Returns:
        An RGB copy without metadata. An embedded colour profile is applied, transparent pixels are laid on white.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I") or image.mode == "F":
        image = _scaled_to_8_bit(image)
    if image.has_transparency_data:
        rgba = image if image.mode == "RGBA" else image.convert("RGBA")
        image = Image.new("RGB", rgba.size, PAPER)
        image.paste(rgba, mask=rgba.getchannel("A"))
    if image.mode in ("LAB", "YCbCr", "HSV", "P", "PA", "La", "LA", "1"):
        image = image.convert("RGB")
    if profile:
        image = _to_srgb(image, profile)
    rgb = image.convert("RGB")
    rgb.info.clear()
    return rgb


def picture_size(data: bytes, name: str = "picture") -> tuple[int, int]:
    """Width and height from a file's header, without decoding the pixels; EXIF may swap the two.

    Raises:
        ImageError: if the file is not a picture.
    """
    try:
        check_structure(data)
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return image.size
    except Exception as error:  # on broken files Pillow raises almost anything
        raise ImageError(f"{name} can't be read as a picture: use PNG, JPEG, WebP, GIF, BMP or TIFF.") from error


def fitted_size(size: tuple[int, int], longer: int) -> tuple[int, int]:
    """Width and height after scaling to a longer side in pixels; no side becomes less than 1."""
    scale = longer / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def checked_size(
    original: tuple[int, int], size: int, shortest: int = 1, name: str = "picture", scale: float = 1.0
) -> tuple[int, int]:
    """Width and height that `fit` gives a picture of the original size; takes and raises what `fit` does."""
    width, height = fitted_size(original, max(1, round(size * scale)))
    if min(width, height) < shortest:
        enough = math.ceil(shortest * max(original) / min(original) / scale)
        advice = (
            f"choose a size of at least {enough}, or crop it" if enough <= SETTINGS["size"].high else "crop it first"
        )
        raise ImageError(f"{name} would be {width} × {height} pixels, too narrow for these layers of VGG16: {advice}.")
    return width, height


def fit(image: Image.Image, size: int, shortest: int = 1, name: str = "picture", scale: float = 1.0) -> Image.Image:
    """Scales a picture to a longer side, keeping its shape.

    Args:
        image: RGB.
        size: longer side of the result, in pixels; smaller pictures are enlarged.
        shortest: the least that the shorter side of the result may have, in pixels.
        name: what the message of an error calls the picture.
        scale: factor on `size` for this picture.

    Raises:
        ImageError: if the picture is so narrow that its shorter side would be below `shortest`.
    """
    return image.resize(checked_size(image.size, size, shortest, name, scale), Image.Resampling.LANCZOS)


def encode_png(image: Image.Image, text: dict[str, str] | None = None, compress: int = 6) -> bytes:
    """PNG bytes with the given text chunks; `compress` goes from 0 (fast) to 9 (small)."""
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info, compress_level=compress)
    return buffer.getvalue()


def encode_jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """JPEG bytes, for previews; `quality` goes from 1 to 95."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError(f"{name} has no pixels: choose another file.")
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{name} has {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million: save it smaller first."
        )


def _upright(image: Image.Image) -> Image.Image:
    """The picture turned as EXIF says. Broken EXIF is ignored, since the pixels are sound."""
    with contextlib.suppress(Exception):  # on broken metadata, too, Pillow raises almost anything
        if image.mode in ("P", "PA"):
            return ImageOps.exif_transpose(image)  # a copy, which has a grey palette where a broken file has none
        ImageOps.exif_transpose(image, in_place=True)  # no copy: there may be 150 MB of pixels, and nothing to turn
    return image


def _scaled_to_8_bit(image: Image.Image) -> Image.Image:
    """Scales greyscale of 16 bits, 32 bits or floats to 8 bits; Pillow's own conversion would clip it."""
    white = 65535.0
    if image.mode == "F":  # white is 1 or 255; a picture of the first kind may go a little above 1
        wide = image.point(lambda value: value * 1e6 - 2e6).convert("L").getbbox()  # is any value above 2? (NaN is not)
        white = 255.0 if wide else 1.0
    return image.convert("F").point(lambda value: value * (255 / white) + 0.5).convert("L")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Converts to sRGB with the embedded profile; one that is broken or does not fit the mode is ignored."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted or image
