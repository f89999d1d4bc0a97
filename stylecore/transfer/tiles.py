"""Pictures of any size in pieces: tiles whose features, at their own positions, are those of the whole picture.

A tile goes through the network together with a margin of the pixels around it, and only the features of its own
positions count. Tiles begin at multiples of 16 pixels, where every pooling begins anew, so the positions of all tiles
together are exactly those of the whole picture. The margin is half of the receptive field of the deepest layer in use
but for two pixels: what a position sees at the rim of its field has next to no weight.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from torch import Tensor

from stylecore.transfer.vgg import layer_facts

ALIGNMENT = 16  # pixels: the stride of the deepest layers
FAINT = 2  # pixels at the rim of a receptive field that need not be there


@dataclass(frozen=True, slots=True)
class Span:
    """One side of a tile, in pixels of the picture.

    Attributes:
        start: of the tile's own pixels.
        stop: after the last of them; None where the picture ends.
        first: of the pixels that go through the network.
        last: after the last of them.
    """

    start: int
    stop: int | None
    first: int
    last: int

    def own(self, stride: int) -> slice:
        """The tile's own positions among the features of a layer with this stride."""
        stop = None if self.stop is None else (self.stop - self.first) // stride
        return slice((self.start - self.first) // stride, stop)


@dataclass(frozen=True, slots=True)
class Tile:
    """A piece of a picture.

    Attributes:
        rows: its height.
        columns: its width.
    """

    rows: Span
    columns: Span

    def region(self, images: Tensor) -> Tensor:
        """The pixels that go through the network, as a view.

        Args:
            images: (K, 3, H, W).
        """
        return images[:, :, self.rows.first : self.rows.last, self.columns.first : self.columns.last]

    def positions(self, values: Tensor, stride: int) -> Tensor:
        """What belongs to the tile's own positions, as a view.

        Args:
            values: (K, C, h, w), of all positions of the picture.
            stride: of their layer, in pixels.
        """
        rows, columns = (
            slice(span.start // stride, None if span.stop is None else span.stop // stride)
            for span in (self.rows, self.columns)
        )
        return values[:, :, rows, columns]

    def own(self, features: Tensor, stride: int) -> Tensor:
        """The features of the tile's own positions, as a view.

        Args:
            features: (K, C, h, w), of the region.
            stride: of their layer, in pixels.
        """
        return features[:, :, self.rows.own(stride), self.columns.own(stride)]


def tiles_of(height: int, width: int, inner: int | None, layers: Collection[str]) -> list[Tile]:
    """The tiles of a picture, all of about the same size.

    Args:
        height: in pixels.
        width: in pixels.
        inner: the longest side of a tile without its margin; None for the whole picture as one tile.
        layers: in use.
    """
    return [
        Tile(rows, columns) for rows in spans_of(height, inner, layers) for columns in spans_of(width, inner, layers)
    ]


def spans_of(length: int, inner: int | None, layers: Collection[str]) -> list[Span]:
    """The tiles' sides along one side of a picture; see `tiles_of`."""
    if inner is None or length <= inner:
        return [Span(0, None, 0, length)]
    margin = margin_of(layers)
    count = math.ceil(length / inner)
    side = ALIGNMENT * math.ceil(length / count / ALIGNMENT)
    return [
        Span(
            start,
            None if start + side >= length else start + side,
            max(0, start - margin),
            min(length, start + side + margin),
        )
        for start in range(0, length, side)
    ]


def margin_of(layers: Collection[str]) -> int:
    """Pixels around a tile that its features depend on, but for what is too faint to matter."""
    facts = layer_facts(1, 1)
    field = max(facts[layer].receptive_field for layer in layers)
    return ALIGNMENT * math.ceil((field / 2 - FAINT) / ALIGNMENT)
