"""Masks to start from, without any model: plain shapes, and what has the colours of a part that was marked."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from stylecore.errors import ImageError
from stylecore.imaging.mask_files import LONGEST
from stylecore.imaging.scaling import fitted_size

Array = NDArray[np.float64]

SOFT = 0.08  # of the shorter side: half the width of a soft edge
ROUNDS = 5  # of GrabCut; more change next to nothing
MARKED = 128  # level from which a mark counts


def everything(size: tuple[int, int]) -> Image.Image:
    """White all over.

    Args:
        size: width and height of the photograph, in pixels.

    Returns:
        In mode L, of the photograph's shape and at most 256 pixels, as all masks here.
    """
    return Image.new("L", _small(size), 255)


def nothing(size: tuple[int, int]) -> Image.Image:
    """Black all over."""
    return Image.new("L", _small(size), 0)


def middle(size: tuple[int, int]) -> Image.Image:
    """White in an ellipse of three quarters of each side, with a soft edge."""
    x, y = _places(size)
    radius = np.hypot((x - 0.5) / 0.375, (y - 0.5) / 0.375)
    return _soft((1 - radius) * 0.375 * min(_small(size)), size)


def upper_part(size: tuple[int, int]) -> Image.Image:
    """White in the upper half, with a soft edge."""
    return _soft((0.5 - _places(size)[1]) * _small(size)[1], size)


def lower_part(size: tuple[int, int]) -> Image.Image:
    """White in the lower half, with a soft edge."""
    return _soft((_places(size)[1] - 0.5) * _small(size)[1], size)


def by_colour(photograph: Image.Image, marks: Image.Image) -> Image.Image:
    """The thing of which a part was marked: what has its colours, up to the edges in the photograph.

    GrabCut (Rother, Kolmogorov & Blake 2004) in OpenCV's form. Marks are certain; beyond them the thing may reach as
    far as the bounds of all marks, widened by a fifth of the picture.

    Args:
        photograph: RGB.
        marks: mode L, of any size: white on some of the thing, black elsewhere.

    Returns:
        White on the thing; black all over where nothing was marked.

    Raises:
        ImageError: if OpenCV is not installed.
    """
    try:
        import cv2
    except ImportError as error:
        raise ImageError(
            "Selecting by colour needs OpenCV (150 MB), which is not here: pip install opencv-python-headless."
        ) from error
    size = _small(photograph.size)
    colours = np.ascontiguousarray(np.asarray(photograph.convert("RGB").resize(size, Image.Resampling.BOX))[..., ::-1])
    marked = np.asarray(marks.convert("L").resize(size, Image.Resampling.BILINEAR)) >= MARKED
    if not marked.any() or marked.all():
        return everything(size) if marked.all() else nothing(size)
    cut = np.full(marked.shape, cv2.GC_BGD, np.uint8)
    cut[_bounds(marked)] = cv2.GC_PR_FGD
    cut[marked] = cv2.GC_FGD
    if (cut != cv2.GC_BGD).all():  # it needs something that the thing is not
        cut[~marked] = cv2.GC_PR_BGD
        if len(np.unique(colours[~marked], axis=0)) < 2 or len(np.unique(colours[marked], axis=0)) < 2:
            return Image.fromarray(np.where(marked, 255, 0).astype(np.uint8))
    cv2.setRNGSeed(0)  # it begins with clusters that are drawn
    cv2.grabCut(colours, cut, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.isin(cut, (cv2.GC_FGD, cv2.GC_PR_FGD))
    return Image.fromarray(np.where(found, 255, 0).astype(np.uint8))


def _bounds(marked: NDArray[np.bool_]) -> tuple[slice, slice]:
    """Rows and columns of all marks, widened by a fifth of the picture on each side."""
    slices = []
    for axis in (1, 0):
        places = np.flatnonzero(marked.any(axis))
        more = marked.shape[1 - axis] // 5
        slices.append(slice(max(0, int(places[0]) - more), int(places[-1]) + 1 + more))
    return slices[0], slices[1]


def _small(size: tuple[int, int]) -> tuple[int, int]:
    return fitted_size(size, min(LONGEST, max(size)))


def _places(size: tuple[int, int]) -> tuple[Array, Array]:
    """The middle of each pixel, from 0 to 1 across and down, (1, W) and (H, 1)."""
    width, height = _small(size)
    return (np.arange(width)[None, :] + 0.5) / width, (np.arange(height)[:, None] + 0.5) / height


def _soft(inside: Array, size: tuple[int, int]) -> Image.Image:
    """A mask from how many pixels each place lies inside; below 0 outside."""
    width, height = _small(size)
    edge = SOFT * min(width, height)
    levels = np.clip((inside / edge + 1) / 2, 0, 1) * 255
    return Image.fromarray(np.broadcast_to(levels.round().astype(np.uint8), (height, width)).copy())
