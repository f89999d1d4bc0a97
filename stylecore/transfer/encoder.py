"""What the losses see of a picture: its features and descriptions of style by layer, whole or tile by tile."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

import torch
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.guides import Guide, guides_of
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.tiles import Tile, tiles_of
from stylecore.transfer.vgg import VGG16, layer_facts

Guides = Mapping[str, Guide]  # of one region, by layer
Part = tuple[int, str]  # number of a region, layer
EVERYWHERE: tuple[None] = (None,)
Key = TypeVar("Key")

STRIDES = {layer: facts.stride for layer, facts in layer_facts(1, 1).items()}


class Encoder:
    """VGG16 with the layers, the statistic and the precision of one run, and the tiles that its memory allows.

    Attributes:
        dtype: in which the convolutions are computed.
    """

    def __init__(self, vgg: VGG16, config: TransferConfig, tile: int | None = None) -> None:
        """Computes nothing yet.

        Args:
            vgg: the network.
            config: layers, statistic, pooling, padding and precision are read; "auto" counts as float32.
            tile: longest side of a tile without its margin, in pixels; None takes pictures whole.
        """
        self._vgg, self._config, self._tile = vgg, config, tile
        self.dtype = torch.bfloat16 if config.precision == "bfloat16" else vgg.mean.dtype
        self._description = DESCRIPTIONS[config.statistic]
        self._style_layers = [layer for layer, _ in config.style_layers]

    @property
    def identity(self) -> Hashable:
        """All that decides what `describe` makes of a picture: equal for encoders that give the same bits."""
        config = self._config
        chosen = config.statistic, config.pooling, config.padding, self.dtype, self._tile
        return self._vgg, tuple(self._style_layers), config.layers, chosen

    def tiles(self, images: Tensor) -> list[Tile]:
        """The tiles of pictures, (K, 3, H, W); a single one stands for the whole."""
        return tiles_of(images.shape[2], images.shape[3], self._tile, self._config.layers)

    def features(self, images: Tensor) -> dict[str, Tensor]:
        """Features by layer, (K, C, h, w), of pictures or of the region of a tile, (K, 3, H, W) in [0, 1]."""
        config = self._config
        return self._vgg.forward(images, config.layers, config.pooling, config.padding, self.dtype)

    def own_features(self, region: Tensor, tile: Tile) -> dict[str, Tensor]:
        """Features by layer of a tile's own positions.

        Args:
            region: (K, 3, H, W), in [0, 1], the tile with its margin.
            tile: where it is.
        """
        return {layer: tile.own(values, STRIDES[layer]) for layer, values in self.features(region).items()}

    def guides(self, mask: Tensor | None, features: Mapping[str, Tensor] | None = None) -> Guides | None:
        """The guides of the style layers.

        Args:
            mask: (1, 1, H, W), in [0, 1]; None for all of the picture, which needs no guides.
            features: of the whole picture, by layer; None where there are only those of its tiles.
        """
        if mask is None:
            return None
        sizes = {}
        for layer in self._style_layers:
            stride = STRIDES[layer]
            shape = mask.shape[2] // stride, mask.shape[3] // stride
            sizes[layer] = shape if features is None else (features[layer].shape[2], features[layer].shape[3])
        return guides_of(mask, sizes)

    def descriptions(
        self, features: Mapping[str, Tensor], regions: Sequence[Guides | None] = EVERYWHERE
    ) -> dict[Part, Tensor]:
        """The descriptions of each region in the style layers, (K, …) each, of the features of whole pictures."""
        found = {}
        for number, layer, guide in self._parts(regions):
            if guide is None:
                found[number, layer] = self._description.of(features[layer])
            elif (inside := guide.cut(features[layer], None, 1)) is not None:
                found[number, layer] = self._description.guided(*inside)
        return found

    def sums(
        self, features: Mapping[str, Tensor], tile: Tile, regions: Sequence[Guides | None] = EVERYWHERE
    ) -> dict[Part, Tensor]:
        """What the descriptions follow from and adds up over tiles; regions that a tile does not touch are missing.

        Args:
            features: by layer, (K, C, h, w), of the tile's own positions.
            tile: where it is.
            regions: their guides.

        Raises:
            SettingError: if the statistic is not made of sums over positions.
        """
        found = {}
        for number, layer, guide in self._parts(regions):
            if guide is None:
                found[number, layer] = self._description.sums(features[layer], None)
            elif (inside := guide.cut(features[layer], tile, STRIDES[layer])) is not None:
                found[number, layer] = self._description.sums(*inside)
        return found

    def descriptions_from(
        self, sums: Mapping[Part, Tensor], images: Tensor, regions: Sequence[Guides | None] = EVERYWHERE
    ) -> dict[Part, Tensor]:
        """The descriptions, (K, …) each, from the sums of all tiles of these pictures."""
        found = {}
        for (number, layer), value in sums.items():
            positions = (images.shape[2] // STRIDES[layer]) * (images.shape[3] // STRIDES[layer])
            found[number, layer] = self._description.from_sums(value, positions if regions[number] is None else 1)
        return found

    def describe(self, images: Tensor, mask: Tensor | None = None) -> dict[str, Tensor]:
        """The style layers' descriptions, (K, …) each, of pictures of any size.

        Args:
            images: (K, 3, H, W), in [0, 1].
            mask: (1, 1, H, W), in [0, 1], the part that is described; None for all.
        """
        tiles = self.tiles(images)
        if len(tiles) == 1:
            features = self.features(images)
            found = self.descriptions(features, [self.guides(mask, features)])
        else:
            guides = [self.guides(mask)]
            parts = (self.sums(self.own_features(tile.region(images), tile), tile, guides) for tile in tiles)
            found = self.descriptions_from(added(parts), images, guides)
        return {layer: description for (_, layer), description in found.items()}

    def _parts(self, regions: Sequence[Guides | None]) -> list[tuple[int, str, Guide | None]]:
        """Number, layer and guide of each part that is described."""
        return [
            (number, layer, None if guides is None else guides[layer])
            for number, guides in enumerate(regions)
            for layer in self._style_layers
            if guides is None or layer in guides
        ]


def added(parts: Iterable[Mapping[Key, Tensor]]) -> dict[Key, Tensor]:
    """The sum of tensors by what they belong to, one part after the other."""
    total: dict[Key, Tensor] = {}
    for part in parts:
        for key, value in part.items():
            total[key] = total[key] + value if key in total else value
    return total
