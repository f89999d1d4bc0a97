"""Guides: how much each position of a layer counts in the statistics of a region (Gatys et al. 2017)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from stylecore.transfer.tiles import Tile


@dataclass(frozen=True, eq=False, slots=True)
class Guide:
    """T of one layer: the mask averaged down to its positions, scaled so that Σ T² = 1.

    Attributes:
        values: (1, 1, h, w), at least 0.
        rows: from the first to the last row in which it is not 0.
        columns: from the first to the last such column.
    """

    values: Tensor
    rows: range
    columns: range

    def cut(self, features: Tensor, tile: Tile | None, stride: int) -> tuple[Tensor, Tensor] | None:
        """The part of the features that the region covers, and T there; None if it covers nothing of them.

        Args:
            features: (K, C, h, w), of the whole picture or a tile's own positions.
            tile: which they are of; None for the whole picture.
            stride: of the layer, in pixels.
        """
        top, left = (0, 0) if tile is None else (tile.rows.start // stride, tile.columns.start // stride)
        rows = _common(self.rows, top, features.shape[2])
        columns = _common(self.columns, left, features.shape[3])
        if not rows or not columns:
            return None
        inside = features[:, :, rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        return inside, self.values[:, :, rows.start : rows.stop, columns.start : columns.stop]


def guides_of(mask: Tensor, sizes: Mapping[str, tuple[int, int]]) -> dict[str, Guide]:
    """The guides of a region by layer; layers that see nothing of it are left out.

    Args:
        mask: M, (1, 1, H, W), in [0, 1].
        sizes: height and width of each layer's features.
    """
    return {layer: guide for layer, size in sizes.items() if (guide := _guide(mask, size)) is not None}


def averaged(mask: Tensor, size: tuple[int, int]) -> Tensor:
    """A mask, (1, 1, H, W), averaged down to the positions of a layer, whose height and width are given."""
    stride = 2 ** int(math.log2(mask.shape[2] / size[0]))  # poolings drop what is left over at the far edges
    return F.avg_pool2d(mask, stride)[:, :, : size[0], : size[1]]


def _guide(mask: Tensor, size: tuple[int, int]) -> Guide | None:
    values = averaged(mask, size)
    length = values.double().square().sum().sqrt()
    if length == 0:
        return None
    covered = values[0, 0] > 0
    rows, columns = ([n for n, is_in in enumerate(covered.any(dim).tolist()) if is_in] for dim in (1, 0))
    return Guide((values / length).to(mask.dtype), range(rows[0], rows[-1] + 1), range(columns[0], columns[-1] + 1))


def _common(span: range, start: int, length: int) -> range:
    """The numbers of a span that are among `length` numbers from `start` on."""
    return range(max(span.start, start), min(span.stop, start + length))
