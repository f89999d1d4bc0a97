"""What L_content compares with: the content's features, and how much each position counts where regions differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.calibration import calibrated_weights
from stylecore.transfer.encoder import STRIDES, Key, Part, added
from stylecore.transfer.guides import averaged
from stylecore.transfer.losses import content_loss
from stylecore.transfer.styling import Styling
from stylecore.transfer.tiles import Tile


class ContentTargets:
    """L_content = Σ_i w_i · ½ ‖F − T‖².

    With masks and `loss_weighting="calibrated"`, w_i differs over the picture, w_i = Σ_r a_r · w_ri · M_r:
    each region's share is 1 at its own styles, as if it were alone, and so λ means the same in all of them.

    Attributes:
        weights: w_i by layer; their mean where they go over the picture.
        sizes: unweighted loss of all-zero features, by layer.
    """

    def __init__(
        self, targets: Sequence[Mapping[str, Tensor]], tiles: Sequence[Tile], styling: Styling, config: TransferConfig
    ) -> None:
        """Takes the targets; `calibrate` and `mix` set the weights.

        Args:
            targets: T by layer, (1, C, h, w), of each tile's own positions.
            tiles: where they are; a single one is the whole picture.
            styling: which regions have which styles.
            config: `content_layers` and `loss_weighting` are read.
        """
        self._targets, self._tiles, self._styling, self._config = targets, tiles, styling, config
        self._calibrated = config.loss_weighting == "calibrated"
        self._varies = self._calibrated and styling.regions[0].mask is not None  # then all of them have one
        self._masks = {layer: self._masks_at(layer) for layer, _ in config.content_layers} if self._varies else {}
        self._maps: dict[str, Tensor] = {}
        self._of_nothing = _as_numbers(
            self.distances({layer: torch.zeros_like(t, dtype=torch.float32) for layer, t in part.items()}, index)
            for index, part in enumerate(targets)
        )
        self._of_styles: list[dict[Part, float]] = []
        self.sizes = _as_numbers(
            {layer: content_loss(torch.zeros_like(t, dtype=torch.float32), t) for layer, t in part.items()}
            for part in targets
        )
        self.weights = dict(config.content_layers)

    @property
    def size(self) -> float:
        """The weighted loss of having nothing of the content."""
        return sum(self.weights[layer] * size for layer, size in self.sizes.items())

    def calibrate(self, of_styles: Iterable[Iterable[Mapping[Part, Tensor]]]) -> None:
        """Notes the `distances` of each style picture, tile by tile, when it is stretched over the content."""
        self._of_styles = [_as_numbers(tiles) for tiles in of_styles]

    def mix(self, weights: Sequence[float]) -> None:
        """Sets the weights, calibrated for this mix of styles: the loss of the styles themselves is 1 in each region.

        Args:
            weights: of all styles.
        """
        if not self._calibrated:
            return
        mixes = self._styling.mixes(weights)
        if not self._varies:
            at_styles = self._mixed(0, mixes[0])
            self.weights = calibrated_weights(dict(self._config.content_layers), self._nothing(0), at_styles)
            return
        found = []
        for number, mix in enumerate(mixes):
            nothing = self._nothing(number)
            calibrated = calibrated_weights(dict(self._config.content_layers), nothing, self._mixed(number, mix))
            # Of a region so small that a layer has no position in it, nothing can be weighed there.
            found.append({layer: weight * (nothing[layer] > 0) for layer, weight in calibrated.items()})
        shares = [region.share for region in self._styling.regions]
        for layer, masks in self._masks.items():
            # Where no region is, the content counts as it does on average.
            each = [share * one[layer] for share, one in zip(shares, found, strict=True)]
            mean = sum(share * weight for share, weight in zip(shares, each, strict=True))
            rest = (1 - torch.stack(masks).sum(0)).clamp_min(0)
            self._maps[layer] = rest * mean + torch.stack([w * m for w, m in zip(each, masks, strict=True)]).sum(0)
            self.weights[layer] = mean

    def losses(self, features: Mapping[str, Tensor], index: int) -> dict[str, Tensor]:
        """L_content by layer, (K,), of the features of one tile."""
        found = {}
        for layer, target in self._targets[index].items():
            if self._varies:
                squares = (features[layer] - target).square().sum(1, keepdim=True)
                found[layer] = 0.5 * (squares * self._own(self._maps[layer], layer, index)).sum((1, 2, 3))
            else:
                found[layer] = self.weights[layer] * content_loss(features[layer], target)
        return found

    def distances(self, features: Mapping[str, Tensor], index: int) -> dict[Part, Tensor]:
        """Unweighted losses, (K,), of the features of one tile, by region and layer."""
        found = {}
        for layer, target in self._targets[index].items():
            if not self._varies:
                found[0, layer] = content_loss(features[layer], target)
                continue
            squares = 0.5 * (features[layer] - target).square().sum(1, keepdim=True)
            for number, mask in enumerate(self._masks[layer]):
                found[number, layer] = (squares * self._own(mask, layer, index)).sum((1, 2, 3))
        return found

    def _masks_at(self, layer: str) -> list[Tensor]:
        """Each region's mask at the positions of a layer, (1, 1, h, w)."""
        masks = [region.mask for region in self._styling.regions if region.mask is not None]
        height, width = masks[0].shape[2] // STRIDES[layer], masks[0].shape[3] // STRIDES[layer]
        if len(self._tiles) == 1:
            height, width = self._targets[0][layer].shape[2:]
        return [averaged(mask, (height, width)) for mask in masks]

    def _own(self, values: Tensor, layer: str, index: int) -> Tensor:
        """The values of a tile's own positions."""
        return values if len(self._tiles) == 1 else self._tiles[index].positions(values, STRIDES[layer])

    def _nothing(self, number: int) -> dict[str, float]:
        return {layer: size for (region, layer), size in self._of_nothing.items() if region == number}

    def _mixed(self, number: int, mix: Mapping[int, float]) -> dict[str, float]:
        """The distances of a region's styles, by their shares."""
        return {
            layer: sum(share * self._of_styles[index][number, layer] for index, share in mix.items())
            for layer, _ in self._config.content_layers
        }


def _as_numbers(parts: Iterable[Mapping[Key, Tensor]]) -> dict[Key, float]:
    """The sums of one-element tensors over all tiles."""
    return {key: value.item() for key, value in added(parts).items()}
