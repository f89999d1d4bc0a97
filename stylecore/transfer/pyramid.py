"""Coarse to fine: the sizes that a run goes through, and how pictures get from one to the next."""

from __future__ import annotations

from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.vgg import minimum_side

COARSE_FROM = 512  # longer side of the result, in pixels, from which "auto" starts coarse
COARSE_SCALE = 0.5  # of the sides
COARSE_SHARE = 0.25  # of the updates


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
    """The sizes that a run goes through, coarse to fine.

    Args:
        config: the settings.
        sizes: (width, height) of the content and of the style picture, as `prepare` makes them.
    """
    wanted = config.coarse_to_fine == "on" or (config.coarse_to_fine == "auto" and config.size >= COARSE_FROM)
    coarse_updates = round(config.steps * COARSE_SHARE)
    shortest = min(min(size) for size in sizes)
    if not wanted or shortest // 2 < minimum_side(config.layers) or coarse_updates == 0:
        return [Stage(1.0, config.steps, True)]
    return [Stage(COARSE_SCALE, coarse_updates, False), Stage(1.0, config.steps - coarse_updates, True)]


class Level:
    """The content picture at one size of a run, and how pictures get there and back.

    What is carried between two sizes is a picture's change relative to the content: the picture itself, enlarged,
    would have lost the content's fine detail.

    Attributes:
        scale: of the sides, 1 at full size.
        content: (1, 3, h, w), in [0, 1], at this size.
    """

    def __init__(self, scale: float, content: Tensor) -> None:
        """Resizes the content picture.

        Args:
            scale: of the sides, at most 1.
            content: (1, 3, H, W), in [0, 1], at full size.
        """
        self.scale = scale
        self._full = content
        self.content = resized(content, scale).clamp(0, 1)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return size_of(self.content)

    def shrink(self, images: Tensor) -> Tensor:
        """Pictures at this size.

        Args:
            images: (K, 3, H, W), in [0, 1], at full size.

        Returns:
            (K, 3, h, w), in [0, 1].
        """
        return (self.content + resized(images - self._full, self.scale)).clamp(0, 1)

    def enlarge(self, images: Tensor) -> Tensor:
        """Pictures at full size.

        Args:
            images: (K, 3, h, w), in [0, 1], at this size.

        Returns:
            (K, 3, H, W), in [0, 1].
        """
        if self.content.shape == self._full.shape:
            return images
        change = F.interpolate(images - self.content, self._full.shape[2:], mode="bicubic")
        return (self._full + change).clamp(0, 1)


def size_of(image: Tensor) -> tuple[int, int]:
    """Width and height of (K, 3, H, W)."""
    return image.shape[3], image.shape[2]


def resized(image: Tensor, scale: float) -> Tensor:
    """A picture, or the change of one, at a fraction of its size; bicubic, so a picture may overshoot [0, 1].

    Args:
        image: (K, 3, H, W).
        scale: of the sides, at most 1.
    """
    if scale == 1:
        return image
    size = [max(1, round(side * scale)) for side in image.shape[2:]]
    return F.interpolate(image, size, mode="bicubic", antialias=True)
