"""Coarse to fine: the sizes that a run goes through, and how pictures get from one to the next."""

from __future__ import annotations

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.vgg import minimum_side

COARSE_FROM = 256  # longer side of the result, in pixels, from which "auto" begins coarse
FIRST_STEPS = 4  # at half the size: enough for the large shapes, too few to settle for that size's textures
LEVELS_FROM = 512  # the same where the number of sizes was chosen
LEVELS_SHARE = 0.25  # of the updates, at each size together with all smaller ones


class Stage(NamedTuple):
    """One size of a run.

    Attributes:
        scale: of the sides, 1 at full size.
        updates: made at this size.
        ends: whether the run ends here.
    """

    scale: float
    updates: int
    ends: bool


def stages(config: TransferConfig, *sizes: tuple[int, int]) -> list[Stage]:
    """The sizes that a run goes through, coarse to fine, each twice the one before.

    By itself a run begins with a few updates at half the size. Where the number of sizes was chosen, each takes its
    share; so does it in recipes of before 0.3, which mean two sizes, from `LEVELS_FROM` pixels. With "auto", a run that
    continues from a given picture begins at full size: its large shapes are there already.

    Args:
        config: the settings.
        sizes: (width, height) of the content and of the style picture, as `prepare` makes them.
    """
    worthwhile = config.size >= (LEVELS_FROM if config.levels else COARSE_FROM) and config.init != "image"
    coarse = config.coarse_to_fine == "on" or (config.coarse_to_fine == "auto" and worthwhile)
    shortest, least = min(min(size) for size in sizes), minimum_side(config.layers)
    found: list[Stage] = []
    scale, left = 1.0, config.steps
    for more in reversed(range((config.levels or 2) if coarse else 1)):
        smaller = round(left * LEVELS_SHARE) if more and int(shortest * scale / 2) >= least else 0
        if not config.levels:
            smaller = min(smaller, FIRST_STEPS)
        found.insert(0, Stage(scale, left - smaller, not found))
        scale, left = scale / 2, smaller
        if not left:
            break
    return found


class Level:
    """One size of a run, and how pictures get there and back.

    What is carried between two sizes is a picture's change relative to a reference: the picture itself, enlarged, would
    have lost the reference's fine detail.

    Attributes:
        scale: of the sides, 1 at full size.
        reference: (1, 3, h, w), in [0, 1], at this size.
    """

    def __init__(self, scale: float, reference: Tensor) -> None:
        """Resizes the reference.

        Args:
            scale: of the sides, at most 1.
            reference: (1, 3, H, W), in [0, 1], at full size.
        """
        self.scale = scale
        self.reference = resized(reference, scale)
        self._full = reference

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return size_of(self.reference)

    def shrink(self, images: Tensor) -> Tensor:
        """Pictures at this size.

        Args:
            images: (K, 3, H, W), in [0, 1], at full size.

        Returns:
            (K, 3, h, w), in [0, 1].
        """
        return (self.reference + _scaled(images - self._full, self.scale)).clamp(0, 1)

    def enlarge(self, images: Tensor) -> Tensor:
        """Pictures at full size.

        Args:
            images: (K, 3, h, w), in [0, 1], at this size.

        Returns:
            (K, 3, H, W), in [0, 1].
        """
        if self.reference.shape == self._full.shape:
            return images
        change = F.interpolate(images - self.reference, self._full.shape[2:], mode="bicubic")
        return (self._full + change).clamp(0, 1)


def size_of(image: Tensor) -> tuple[int, int]:
    """Width and height of (K, 3, H, W)."""
    return image.shape[3], image.shape[2]


def resized(image: Tensor, scale: float) -> Tensor:
    """A picture at a fraction of its size.

    Args:
        image: (K, 3, H, W), in [0, 1].
        scale: of the sides, at most 1.

    Returns:
        (K, 3, h, w), in [0, 1].
    """
    return _scaled(image, scale).clamp(0, 1)  # bicubic overshoots


def _scaled(values: Tensor, scale: float) -> Tensor:
    """A picture, or the change of one, (K, 3, H, W), at a fraction of its size, in any range."""
    if scale == 1:
        return values
    size = [max(1, round(side * scale)) for side in values.shape[2:]]
    return F.interpolate(values, size, mode="bicubic", antialias=True)
