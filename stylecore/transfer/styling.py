"""What is painted where: styles with their shares, the regions that they share, and what is left alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.errors import UserError
from stylecore.transfer.pyramid import resized


class StylingError(UserError, ValueError):
    """There is nothing to paint, or nothing to paint with; the message says so in one sentence."""


@dataclass(frozen=True, eq=False, slots=True)
class Style:
    """A style picture.

    Attributes:
        image: (1, 3, h, w), in [0, 1].
        mask: (1, 1, h, w), in [0, 1]: which part of it is meant; None if all of it is.
    """

    image: Tensor
    mask: Tensor | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """A part of the picture, and what it is painted with.

    Attributes:
        styles: indices of its styles, at least one.
        share: of the painted area, above 0; those of all regions add up to 1.
        mask: M, (1, 1, H, W), in [0, 1], 0 where the content is left alone; None for all of the picture.
    """

    styles: tuple[int, ...]
    share: float = 1.0
    mask: Tensor | None = None


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Styling:
    """All styles of a run, and where they go.

    Attributes:
        styles: style pictures.
        weights: of the styles, at least 0; within a region only ratios matter, and not all are 0.
        regions: at least one, none of them empty.
        leave: K, (1, 1, H, W), in [0, 1]: where the content is left alone; None for nowhere.
        held: (1, 3, H, W), in [0, 1]: the picture that stays where K is, in place of the content; None for the content.
    """

    styles: tuple[Style, ...]
    weights: tuple[float, ...]
    regions: tuple[Region, ...]
    leave: Tensor | None = None
    held: Tensor | None = None

    @classmethod
    def of(cls, image: Tensor) -> Styling:
        """One style, (1, 3, h, w) in [0, 1], everywhere."""
        return cls(styles=(Style(image),), weights=(1.0,), regions=(Region((0,)),))

    def mixes(self, weights: Sequence[float]) -> list[dict[int, float]]:
        """The share of each style that counts, by its index, for each region; they add up to 1.

        Args:
            weights: of all styles, in place of those of this record.
        """
        mixes = []
        for region in self.regions:
            total = sum(weights[index] for index in region.styles)
            mixes.append({index: weights[index] / total for index in region.styles if weights[index]})
        return mixes

    def shown(self, images: Tensor, content: Tensor) -> Tensor:
        """The pictures that are judged, shown and saved: K·c + (1 − K)·x, equal to c where K is 1.

        Args:
            images: x, (K, 3, H, W), in [0, 1].
            content: c, (1, 3, H, W), in [0, 1]; `held` takes its place.
        """
        if self.leave is None:
            return images
        return torch.lerp(content if self.held is None else self.held, images, 1 - self.leave)

    def uncovered(self, images: Tensor, content: Tensor) -> Tensor:
        """The x of which `shown` makes the given pictures, as near as the range of pixels allows."""
        if self.leave is None:
            return images
        content = content if self.held is None else self.held
        free = (1 - self.leave).clamp_min(1 / 255)
        return torch.where(self.leave < 1, content + (images - content) / free, images).clamp(0, 1)

    def resized(self, scale: float) -> Styling:
        """The same at a fraction of the size: pictures bicubic, masks averaged."""
        if scale == 1:
            return self
        return dataclasses.replace(
            self,
            styles=tuple(Style(resized(style.image, scale), _averaged(style.mask, scale)) for style in self.styles),
            regions=tuple(dataclasses.replace(r, mask=_averaged(r.mask, scale)) for r in self.regions),
            leave=_averaged(self.leave, scale),
            held=None if self.held is None else resized(self.held, scale),
        )

    def to(self, device: torch.device | str) -> Styling:
        """The same with all tensors on a device."""
        return dataclasses.replace(
            self,
            styles=tuple(Style(style.image.to(device), _moved(style.mask, device)) for style in self.styles),
            regions=tuple(dataclasses.replace(r, mask=_moved(r.mask, device)) for r in self.regions),
            leave=_moved(self.leave, device),
            held=_moved(self.held, device),
        )


def regions_of(places: Sequence[tuple[tuple[int, ...], Tensor | None]], leave: Tensor | None) -> tuple[Region, ...]:
    """Regions from masks over the content, which may overlap; those that leave nothing to paint are left out.

    Args:
        places: indices of styles, and their mask, (1, 1, H, W) in [0, 1]; None for all that no other mask takes.
        leave: K, (1, 1, H, W); None for nowhere.

    Raises:
        StylingError: if there is nothing to paint.
    """
    masks = [mask for _, mask in places if mask is not None]
    if leave is None and not masks:
        return tuple(Region(styles) for styles, _ in places)
    rest = 1 - torch.stack(masks).sum(0).clamp_max(1) if masks else torch.ones_like(leave)  # type: ignore[arg-type]
    painted = [(styles, rest if mask is None else mask) for styles, mask in places]
    if leave is not None:
        painted = [(styles, mask * (1 - leave)) for styles, mask in painted]
    areas = [mask.sum(dtype=torch.float64).item() for _, mask in painted]
    if not any(areas):
        raise StylingError("The masks leave nothing to paint: each part is black, or left alone.")
    return tuple(
        Region(styles, area / sum(areas), mask) for (styles, mask), area in zip(painted, areas, strict=True) if area
    )


def _averaged(mask: Tensor | None, scale: float) -> Tensor | None:
    if mask is None:
        return None
    return F.interpolate(mask, [max(1, round(side * scale)) for side in mask.shape[2:]], mode="area")


def _moved(mask: Tensor | None, device: torch.device | str) -> Tensor | None:
    return None if mask is None else mask.to(device)
