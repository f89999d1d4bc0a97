"""What the losses see of a picture: its features and descriptions of style by layer, whole or tile by tile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.tiles import Tile, tiles_of
from stylecore.transfer.vgg import VGG16, layer_facts

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

    def descriptions(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The style layers' descriptions, (K, …) each, of the features of whole pictures."""
        return {layer: self._description.of(features[layer]) for layer in self._style_layers}

    def sums(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """What the style layers' descriptions follow from and adds up over tiles.

        Raises:
            SettingError: if the statistic is not made of sums over positions.
        """
        return {layer: self._description.sums(features[layer]) for layer in self._style_layers}

    def descriptions_from(self, sums: Mapping[str, Tensor], images: Tensor) -> dict[str, Tensor]:
        """The style layers' descriptions, (K, …) each, from the sums of all tiles of these pictures."""
        found = {}
        for layer, value in sums.items():
            positions = (images.shape[2] // STRIDES[layer]) * (images.shape[3] // STRIDES[layer])
            found[layer] = self._description.from_sums(value, positions)
        return found

    def describe(self, images: Tensor) -> dict[str, Tensor]:
        """The style layers' descriptions, (K, …) each, of pictures of any size."""
        tiles = self.tiles(images)
        if len(tiles) == 1:
            return self.descriptions(self.features(images))
        parts = (self.sums(self.own_features(tile.region(images), tile)) for tile in tiles)
        return self.descriptions_from(added(parts), images)


def added(parts: Iterable[Mapping[str, Tensor]]) -> dict[str, Tensor]:
    """The sum of tensors by layer, one part after the other."""
    total: dict[str, Tensor] = {}
    for part in parts:
        for layer, value in part.items():
            total[layer] = total[layer] + value if layer in total else value
    return total
