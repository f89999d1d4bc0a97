"""Bytes ↔ pictures ↔ tensors: every limit on a picture, and every refusal of a bad one."""

from __future__ import annotations

import io
import math
import os
import tempfile
from pathlib import Path

from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError
from PIL.PngImagePlugin import PngInfo

from stylecore.config import SETTINGS
from stylecore.errors import UserError
from stylecore.imaging.guards import TooManyParts, check_parts

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF")
MAX_BYTES = 25 * 2**20
MAX_PIXELS = 50_000_000
PAPER = (255, 255, 255)  # what shows through transparent pixels


class ImageError(UserError, ValueError):
    """A picture can't be used; the message is one plain sentence that says why, and what to do."""


def decode(data: bytes, name: str = "picture") -> Image.Image:
    """A picture out of a file's bytes, as the eye should see it.

    The first frame of an animation; turned as EXIF says; colours converted to sRGB by the embedded profile;
    transparency laid on white; 16 bits scaled to 8.

    Args:
        data: the whole file, of any origin.
        name: how to call the picture in a refusal.

    Returns:
        An RGB picture without metadata.

    Raises:
        ImageError: if it is empty, too large, of another format, or damaged.
    """
    if not data:
        raise ImageError(f"{name} is empty: choose another file.")
    if len(data) > MAX_BYTES:
        raise ImageError(f"{name} has more than {MAX_BYTES >> 20} MB: save it smaller first.")
    try:
        check_parts(data)
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            _check_size(image, name)  # before any pixel is decoded
            image.load()
            return _as_rgb(_upright(image))
    except ImageError:
        raise
    except TooManyParts as error:
        raise ImageError(f"{name} is built of too many parts: save it again in another program first.") from error
    except Image.DecompressionBombError as error:
        raise ImageError(f"{name} has too many pixels: save it smaller first.") from error
    except UnidentifiedImageError as error:
        raise ImageError(f"{name} can't be read as a picture: use PNG, JPEG, WebP, GIF, BMP or TIFF.") from error
    except Exception as error:  # on broken files Pillow's decoders raise almost anything
        raise ImageError(f"{name} is damaged or cut off: choose another file or save it again.") from error


def picture_size(data: bytes, name: str = "picture") -> tuple[int, int]:
    """Width and height that a file's header tells, without decoding it; EXIF may turn them.

    Raises:
        ImageError: if it is no picture.
    """
    try:
        check_parts(data)
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            return image.size
    except Exception as error:  # on broken files Pillow raises almost anything
        raise ImageError(f"{name} can't be read as a picture: use PNG, JPEG, WebP, GIF, BMP or TIFF.") from error


def read(path: str | Path) -> bytes:
    """The bytes of a picture file.

    Raises:
        ImageError: if it can't be read, or is too large to be.
    """
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ImageError(f"{path} can't be read: {error.strerror or error}.") from error


def fitted_size(size: tuple[int, int], longer: int) -> tuple[int, int]:
    """Width and height with the given longer side and the same shape, no side under 1."""
    scale = longer / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def checked_size(
    original: tuple[int, int], size: int, shortest: int = 1, name: str = "picture", scale: float = 1.0
) -> tuple[int, int]:
    """Width and height that `fit` gives a picture of an original size; raises as it does."""
    width, height = fitted_size(original, max(1, round(size * scale)))
    if min(width, height) < shortest:
        enough = math.ceil(shortest * max(original) / min(original) / scale)
        advice = (
            f"choose a size of at least {enough}, or crop it" if enough <= SETTINGS["size"].high else "crop it first"
        )
        raise ImageError(f"{name} would be {width} × {height} pixels, too narrow for these layers of VGG16: {advice}.")
    return width, height


def fit(image: Image.Image, size: int, shortest: int = 1, name: str = "picture", scale: float = 1.0) -> Image.Image:
    """The picture scaled to a longer side, never stretched.

    Args:
        image: RGB.
        size: pixels of the longer side to come; smaller pictures are enlarged.
        shortest: pixels that the shorter side must have then.
        name: how to call the picture in a refusal.
        scale: of this picture, relative to `size`.

    Raises:
        ImageError: if the picture is so narrow that its shorter side would be under `shortest`.
    """
    return image.resize(checked_size(image.size, size, shortest, name, scale), Image.Resampling.LANCZOS)


def encode_png(image: Image.Image, text: dict[str, str] | None = None, compress: int = 6) -> bytes:
    """PNG bytes, with the given text chunks; `compress` is 0 (fast) to 9 (small)."""
    info = PngInfo()
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info, compress_level=compress)
    return buffer.getvalue()


def encode_jpeg(image: Image.Image, quality: int = 85) -> bytes:
    """JPEG bytes, for previews."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file that appears whole or not at all, even if the disk fills or the process is killed.

    Raises:
        OSError: in a sentence, if it can't be written; then nothing is left behind.
    """
    try:
        _write_whole(path, data)
    except OSError as error:
        raise type(error)(f"{path} can't be written: {error.strerror or error}.") from error


def _write_whole(path: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # mkstemp's files are the owner's alone
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _check_size(image: Image.Image, name: str) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise ImageError(f"{name} has no pixels: choose another file.")
    if width * height > MAX_PIXELS:
        raise ImageError(
            f"{name} has {width} × {height} pixels, more than {MAX_PIXELS // 10**6} million: save it smaller first."
        )


def _upright(image: Image.Image) -> Image.Image:
    """Turned as EXIF says; EXIF that is broken is passed over, since the pixels are whole."""
    try:
        return ImageOps.exif_transpose(image)
    except Exception:  # on broken metadata, too, Pillow raises almost anything
        return image


def _as_rgb(image: Image.Image) -> Image.Image:
    """8-bit sRGB on white, from any mode."""
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


def _scaled_to_8_bit(image: Image.Image) -> Image.Image:
    """Greyscale of 16 bits, 32 bits or floats, which Pillow's own conversion would clip instead of scale."""
    white = 65535.0
    if image.mode == "F":  # of either range; 1 is overshot now and then
        wide = image.point(lambda value: value * 1e6 - 2e6).convert("L").getbbox()  # whether any is over 2; NaN is not
        white = 255.0 if wide else 1.0
    return image.convert("F").point(lambda value: value * (255 / white) + 0.5).convert("L")


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Colours by the embedded profile; a profile that is broken or of another kind of colour is passed over."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        converted = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return image
    return converted or image
