"""Scaling pictures to the size of a run."""

from __future__ import annotations

import math

from PIL import Image

from stylecore.config import SETTINGS
from stylecore.errors import ImageError
from stylecore.language import Sentence

TINY = 64  # pixels of a longer side, below which enlarging is worth a word


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
        if enough <= SETTINGS["size"].high:
            advice = Sentence("choose a size of at least {enough}, or crop it", enough=enough)
        else:
            advice = Sentence("crop it first")
        raise ImageError(
            "{name} would be {width} × {height} pixels, too narrow for these layers of VGG16: {advice}.",
            name=name,
            width=width,
            height=height,
            advice=advice,
        )
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


def enlarged_notice(original: tuple[int, int], size: int) -> str:
    """A sentence on a picture that is tiny and will be enlarged; empty for all others.

    Args:
        original: width and height of the file's picture.
        size: longer side that it will have.
    """
    if max(original) >= min(TINY, size):
        return ""
    return Sentence(
        "This picture has only {width} × {height} pixels and is enlarged to {size}: it will look blurred. "
        "Choose a larger one if you have it.",
        width=original[0],
        height=original[1],
        size=size,
    )
