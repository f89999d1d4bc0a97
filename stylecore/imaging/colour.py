"""From the colours of a file to sRGB on white paper: profiles, gamma, transparency, and ranges of numbers."""

from __future__ import annotations

import io
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms

PAPER = (255, 255, 255)  # what shows through transparent pixels
SCREEN_GAMMA = 2.2  # of sRGB, near enough; with it, a file that says 1 / 2.2 stays as it is
SRGB_PRIMARIES = (0.3127, 0.3290, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)  # x and y of white, red, green, blue

Array = NDArray[Any]
Bytes = NDArray[np.uint8]


class Profile:
    """An embedded colour profile, ready to convert the bands of a picture; one that is broken changes nothing."""

    def __init__(self, data: bytes | None) -> None:
        self._source: Any = None
        self._transforms: dict[str, Any] = {}
        if data:
            try:
                self._source = ImageCms.ImageCmsProfile(io.BytesIO(data))
            except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
                self._source = None

    @property
    def usable(self) -> bool:
        """Whether there is a profile, and it can be read."""
        return self._source is not None

    def to_srgb(self, image: Image.Image) -> Image.Image:
        """Converts a picture without transparency to RGB; a profile that does not fit its mode is ignored."""
        transform = self._transform(image.mode)
        converted = transform.apply(image) if transform is not None else image
        return converted if converted.mode == "RGB" else converted.convert("RGB")

    def _transform(self, mode: str) -> Any:  # noqa: ANN401  # ImageCmsTransform is untyped
        if self._source is None:
            return None
        if mode not in self._transforms:
            try:
                self._transforms[mode] = ImageCms.buildTransform(self._source, _srgb(), mode, "RGB")
            except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
                self._transforms[mode] = None
        return self._transforms[mode]


@cache
def _srgb() -> Any:  # noqa: ANN401  # as above
    return ImageCms.createProfile("sRGB")


def as_rgb(image: Image.Image, profile: Profile | None = None) -> Image.Image:
    """Converts a picture of any mode to 8-bit sRGB on white paper; takes what `as_srgb` does, and returns RGB."""
    return on_paper(as_srgb(image, profile))


def as_srgb(image: Image.Image, profile: Profile | None = None) -> Image.Image:
    """Converts a picture of any mode to 8-bit sRGB.

    Args:
        image: of any mode; it stays as it is.
        profile: of its colours; None takes the one that the picture carries.

    Returns:
        A copy without metadata: RGB, or RGBA if the picture knows transparency.
    """
    profile = profile or Profile(image.info.get("icc_profile"))
    alpha = None
    if image.mode.startswith("I") or image.mode == "F":
        levels = np.asarray(image)
        key = image.info.get("transparency")
        if isinstance(key, int):
            alpha = Image.fromarray(np.where(levels == key, 0, 255).astype(np.uint8))
        image = Image.fromarray(to_levels(levels, range_of(levels)))
    elif image.mode == "La":
        image = image.convert("LA")
    if image.has_transparency_data and alpha is None:
        image = image.convert("RGBA")
        alpha = image.getchannel("A")
    if image.mode not in ("L", "RGB", "CMYK", "LAB"):
        image = image.convert("RGB")
    rgb = profile.to_srgb(image)
    rgb = rgb.copy() if rgb is image else rgb
    rgb.info.clear()
    return with_alpha(rgb, alpha)


def with_alpha(image: Image.Image, alpha: Image.Image | None) -> Image.Image:
    """An RGB picture as RGBA, with `alpha` (mode L), which is 0 where it is transparent; as it is if that is None."""
    if alpha is None:
        return image
    image = image.copy()
    image.putalpha(alpha)
    return image


def on_paper(image: Image.Image) -> Image.Image:
    """Lays an RGBA picture on white, which shows where it is transparent; any other is returned as it is."""
    if image.mode != "RGBA":
        return image
    paper = Image.new("RGB", image.size, PAPER)
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return paper


def unmultiplied(colours: Bytes, alpha: Bytes) -> Bytes:
    """Colours, (H, W, C), that had been multiplied by alpha, (H, W)."""
    divisor = np.maximum(alpha, 1).astype(np.uint16)[..., None]
    straight: Bytes = np.minimum((colours.astype(np.uint16) * 255 + divisor // 2) // divisor, 255).astype(np.uint8)
    return straight


def range_of(numbers: Array) -> tuple[float, float]:
    """Which numbers are black and white in a picture of any numbers; see `black_and_white`."""
    return black_and_white(numbers.dtype, *extremes(numbers))


def extremes(numbers: Array) -> tuple[float, float]:
    """The least and the greatest number; infinite ones and NaN do not count."""
    finite = numbers[np.isfinite(numbers)] if numbers.dtype.kind == "f" else numbers
    return (float(finite.min()), float(finite.max())) if finite.size else (0.0, 0.0)


def black_and_white(dtype: np.dtype[Any], low: float, high: float) -> tuple[float, float]:
    """Which numbers are black and white.

    Unsigned ones of up to 16 bits have all their range. Others are told by what occurs: floats go to 1, some a little
    above; others may hold levels of 8, 16, or all of their bits. All else are measured values, such as heights, which
    go from the least to the greatest.

    Args:
        dtype: of the numbers.
        low: the least one.
        high: the greatest one.
    """
    if dtype.kind == "u" and dtype.itemsize <= 2:
        return 0.0, float(np.iinfo(dtype).max)
    if dtype.kind == "f" and low >= -1 and high <= 2:
        return 0.0, 1.0
    whites = [255.0, 65535.0] if dtype.itemsize > 2 else []
    if dtype.kind in "iu":
        whites.append(float(np.iinfo(dtype).max))
    for white in whites:
        if low >= 0 and white / 2 < high <= white:
            return 0.0, white
    return (low, high) if low < high else (min(low, 0.0), max(high, 1.0))


def to_levels(numbers: Array, ends: tuple[float, float]) -> Bytes:
    """Scales numbers to 0 to 255, so that the ends become black and white; NaN becomes black."""
    black, white = ends
    if numbers.dtype == np.uint8 and ends == (0, 255):
        return numbers
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (numbers.astype(np.float64) - black) * (255 / (white - black))
    levels: Bytes = np.clip(np.nan_to_num(scaled, nan=0, posinf=255, neginf=0) + 0.5, 0, 255).astype(np.uint8)
    return levels


class Gamma:
    """Conversion to sRGB of colours whose file names a gamma, and perhaps primaries, but no profile.

    Source: PNG specification, third edition, 11.3.2.1 and 11.3.2.2. Browsers and libpng do the same.
    """

    def __init__(self, gamma: float, primaries: tuple[float, ...] | None, largest: int) -> None:
        """Makes the tables.

        Args:
            gamma: exponent with which light became sample, such as 0.45455.
            primaries: x and y of white, red, green and blue; None for those of sRGB.
            largest: value of a sample that is white.
        """
        self._matrix = None if primaries is None else _between(primaries)
        levels = np.arange(largest + 1) / largest
        exponent = 1 / gamma
        if self._matrix is None:
            exponent /= SCREEN_GAMMA
        table = levels**exponent
        self._table: Array = (table * 255 + 0.5).astype(np.uint8) if self._matrix is None else table.astype(np.float32)

    def __call__(self, samples: Array) -> Bytes:
        """Levels of sRGB; the last axis of the samples is that of the colours, 1 or 3."""
        found: Array = self._table[samples]
        if self._matrix is None or samples.shape[-1] != 3:
            return found if found.dtype == np.uint8 else self._encoded(found)
        return self._encoded(found @ self._matrix.T)

    @staticmethod
    def _encoded(light: Array) -> Bytes:
        levels: Bytes = (np.clip(light, 0, 1) ** (1 / SCREEN_GAMMA) * 255 + 0.5).astype(np.uint8)
        return levels


def gamma_of(gamma: float, primaries: tuple[float, ...] | None, largest: int) -> Gamma | None:
    """The conversion; None where it would change nothing that one sees, or the numbers make no sense."""
    if not 0.05 <= gamma <= 20:
        return None
    if primaries is not None and (_is_srgb(primaries) or _between(primaries) is None):
        primaries = None
    if primaries is None and abs(gamma * SCREEN_GAMMA - 1) < 0.05:  # libpng's threshold
        return None
    return Gamma(gamma, primaries, largest)


def _is_srgb(primaries: tuple[float, ...]) -> bool:
    return bool(np.allclose(primaries, SRGB_PRIMARIES, atol=0.01))


def _between(primaries: tuple[float, ...]) -> NDArray[np.float32] | None:
    """The matrix, (3, 3), from light of these primaries to that of sRGB, white to white; None if there is none."""
    try:
        matrix = np.linalg.solve(_to_xyz(SRGB_PRIMARIES), _to_xyz(primaries))
    except (np.linalg.LinAlgError, ZeroDivisionError):
        return None
    matrix = matrix / matrix.sum(axis=1, keepdims=True)
    return matrix.astype(np.float32) if np.isfinite(matrix).all() and np.abs(matrix).max() < 10 else None


def _to_xyz(primaries: tuple[float, ...]) -> Array:
    white, *colours = (np.array((x / y, 1.0, (1 - x - y) / y)) for x, y in zip(*[iter(primaries)] * 2, strict=True))
    columns = np.stack(colours, 1)
    found: Array = columns * np.linalg.solve(columns, white)
    return found
