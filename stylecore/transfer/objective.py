"""The loss L of a batch of images for one pair: targets and weights are computed once, gradients as often as asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.calibration import FLOOR, calibrated_weights
from stylecore.transfer.encoder import Encoder, added
from stylecore.transfer.losses import Losses, content_loss, variation_loss
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.vgg import VGG16, exact_convolutions

ROUNDING = 1e-10  # of a loss, relative to its targets: the square of float32's error in a feature


class Objective:
    """Distance of images from one content and one style picture.

    Attributes:
        content_weights: w_i by layer.
        style_weights: u_i by layer.
        variation_weight: of the smoothness term.
        content_sizes: unweighted loss of all-zero features, by layer.
        style_sizes: unweighted loss of an all-zero description of style, by layer.
    """

    def __init__(
        self, vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig, tile: int | None = None
    ) -> None:
        """Computes the targets, and with `loss_weighting="calibrated"` the weights.

        Args:
            vgg: the network; content and style are on its device.
            content: (1, 3, H, W), in [0, 1].
            style: (1, 3, h, w), in [0, 1], of any size.
            config: layers, weights, statistic, pooling, padding and precision are read; "auto" is float32 here, and
                whoever wants the faster one asks `choose_precision` first.
            tile: longest side, in pixels, of the pieces in which pictures are taken; None takes them whole. Losses and
                gradients are the same but for rounding, and need the memory of one piece.

        Raises:
            ValueError: if a picture is too small for the layers.
            SettingError: if pictures have to be taken in tiles and the statistic cannot.
        """
        self._encoder = Encoder(vgg, config, tile)
        self._tiles = self._encoder.tiles(content)
        with torch.no_grad():
            self._content_targets, content_descriptions = self._take_in(content, config)
            distance_from = DESCRIPTIONS[config.statistic].distance
            self._style_distances = {
                layer: distance_from(target, content_descriptions[layer])
                for layer, target in self._encoder.describe(style).items()
            }
            self.content_weights = dict(config.content_layers)
            self.style_weights = dict(config.style_layers)
            self.variation_weight = config.total_variation
            self.content_sizes, self.style_sizes = self._target_sizes(content_descriptions)
            if config.loss_weighting == "calibrated":
                self._calibrate(content, style, content_descriptions)
            self._content_size = sum(self.content_weights[layer] * size for layer, size in self.content_sizes.items())
            self._style_size = sum(self.style_weights[layer] * size for layer, size in self.style_sizes.items())

    def __call__(self, images: Tensor) -> Losses:
        """The losses of images, differentiable if they are taken whole.

        Args:
            images: (K, 3, H, W), in [0, 1], H and W those of the content.
        """
        if len(self._tiles) == 1:
            features = self._encoder.features(images)
            return self._losses(self._content_losses(features, 0), self._encoder.descriptions(features), images)
        with torch.no_grad():
            distances, sums = self._survey(images)
            return self._losses(distances, self._encoder.descriptions_from(sums, images), images)

    def rounding(self, lambdas: Tensor) -> Tensor:
        """The loss, (K,), below which float32 leaves no direction to follow, only noise.

        Args:
            lambdas: (K,), in [0, 1].
        """
        return ROUNDING * (lambdas * self._content_size + (1 - lambdas) * self._style_size)

    def gradient(self, images: Tensor, lambdas: Tensor) -> tuple[Losses, Tensor]:
        """Losses and ∂L/∂image of every image.

        On a CPU the images go through the network one by one: this costs no time there, needs the memory of one,
        and gives each image exactly the bits that it would get alone. On a GPU they go together.

        Args:
            images: (K, 3, H, W), in [0, 1].
            lambdas: (K,), in [0, 1].

        Returns:
            The losses, detached, and the gradient, (K, 3, H, W).
        """
        together = 1 if images.device.type == "cpu" else len(images)
        parts = [
            self._gradient(part, lam)
            for part, lam in zip(torch.split(images, together), torch.split(lambdas, together), strict=True)
        ]
        return Losses.concatenated([losses for losses, _ in parts]), torch.cat([gradient for _, gradient in parts])

    def _gradient(self, images: Tensor, lambdas: Tensor) -> tuple[Losses, Tensor]:
        if len(self._tiles) > 1:
            return self._gradient_by_tiles(images.detach(), lambdas)
        with torch.enable_grad(), exact_convolutions():
            leaf = images.detach().requires_grad_()
            losses = self(leaf)
            (gradient,) = torch.autograd.grad(losses.total(lambdas).sum(), leaf)
        return Losses.concatenated([losses]), gradient

    def _gradient_by_tiles(self, images: Tensor, lambdas: Tensor) -> tuple[Losses, Tensor]:
        """Two passes: first the sums S of all tiles and L's slope against them, then each tile's share of the gradient.

        L_style depends on a tile's features F through S alone, so its gradient there is that of ⟨∂L/∂S, S(F)⟩.
        """
        with torch.no_grad():
            distances, sums = self._survey(images)
        with torch.enable_grad():
            variables = [images.clone().requires_grad_(), *(value.requires_grad_() for value in sums.values())]
            losses = self._losses(distances, self._encoder.descriptions_from(sums, images), variables[0])
            total = losses.total(lambdas).sum() + 0 * variables[0].sum()  # a loss of content alone has no slope here
            gradient, *slopes = torch.autograd.grad(total, variables)
        gradient = gradient.clone(memory_format=torch.contiguous_format)  # that of a sum has one element, expanded
        for index, tile in enumerate(self._tiles):
            tile.region(gradient).add_(self._share(images, lambdas, index, slopes))
        return Losses.concatenated([losses]), gradient

    def _share(self, images: Tensor, lambdas: Tensor, index: int, slopes: Sequence[Tensor]) -> Tensor:
        """What one tile adds to the gradient of its region.

        A method of its own, so that nothing of one tile's features is alive while the next one's are computed.
        """
        tile = self._tiles[index]
        with torch.enable_grad(), exact_convolutions():
            part = tile.region(images).clone().requires_grad_()
            features = self._encoder.own_features(part, tile)
            content = [
                (lambdas * self.content_weights[layer] * loss).sum()
                for layer, loss in self._content_losses(features, index).items()
            ]
            of_style = self._encoder.sums(features).values()
            style = [(slope * value).sum() for slope, value in zip(slopes, of_style, strict=True)]
            (share,) = torch.autograd.grad(torch.stack(content + style).sum(), part)
        return share

    def _losses(self, distances: Mapping[str, Tensor], descriptions: Mapping[str, Tensor], images: Tensor) -> Losses:
        """The weighted terms of L, from content losses by layer, descriptions of style by layer, and the pictures."""
        content = {layer: self.content_weights[layer] * distance for layer, distance in distances.items()}
        style = {
            layer: self.style_weights[layer] * self._style_distances[layer](description)
            for layer, description in descriptions.items()
        }
        if self.variation_weight:
            variation = self.variation_weight * variation_loss(images)
        else:
            variation = images.new_zeros(len(images))
        return Losses(content, style, variation)

    def _content_losses(self, features: Mapping[str, Tensor], index: int) -> dict[str, Tensor]:
        """Unweighted content loss by layer, (K,), of the features of one tile."""
        return {layer: content_loss(features[layer], t) for layer, t in self._content_targets[index].items()}

    def _survey(self, images: Tensor) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Unweighted content losses, (K,), and sums of the statistics, by layer, added up over all tiles."""
        found = []
        for index, tile in enumerate(self._tiles):
            features = self._encoder.own_features(tile.region(images), tile)
            found.append((self._content_losses(features, index), self._encoder.sums(features)))
        return added(distances for distances, _ in found), added(sums for _, sums in found)

    def _take_in(self, content: Tensor, config: TransferConfig) -> tuple[list[dict[str, Tensor]], dict[str, Tensor]]:
        """The content targets of each tile, and the content picture's descriptions of style."""
        targets, sums, features = [], [], {}
        for tile in self._tiles:
            features = self._encoder.own_features(tile.region(content), tile)
            # In the dtype that they were computed in, which holds all of them.
            targets.append(
                {layer: features[layer].to(self._encoder.dtype, copy=True) for layer, _ in config.content_layers}
            )
            if len(self._tiles) > 1:
                sums.append(self._encoder.sums(features))
        if len(self._tiles) == 1:
            return targets, self._encoder.descriptions(features)
        return targets, self._encoder.descriptions_from(added(sums), content)

    def _calibrate(self, content: Tensor, style: Tensor, content_descriptions: Mapping[str, Tensor]) -> None:
        """Makes L_style(c, s) = 1 and L_content(s′, c) = 1, s′ being the style picture resized to the content's size.

        Args:
            content: (1, 3, H, W), in [0, 1].
            style: (1, 3, h, w), in [0, 1].
            content_descriptions: of the content picture by style layer, (1, …) each.
        """
        resized = F.interpolate(style, content.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)
        distances = added(
            self._content_losses(self._encoder.own_features(tile.region(resized), tile), index)
            for index, tile in enumerate(self._tiles)
        )
        self.content_weights = calibrated_weights(
            self.content_weights, self.content_sizes, {layer: loss.item() for layer, loss in distances.items()}
        )
        self.style_weights = calibrated_weights(
            self.style_weights,
            self.style_sizes,
            {layer: far(content_descriptions[layer]).item() for layer, far in self._style_distances.items()},
        )
        # Relative to the content picture's own variation: there the term equals its setting.
        self.variation_weight /= max(variation_loss(content).item(), FLOOR * content.numel())

    def _target_sizes(self, content_descriptions: Mapping[str, Tensor]) -> tuple[dict[str, float], dict[str, float]]:
        """Unweighted losses of all-zero content features and of an all-zero description of style, by layer."""
        content = added(
            {layer: content_loss(torch.zeros_like(t, dtype=torch.float32), t) for layer, t in targets.items()}
            for targets in self._content_targets
        )
        return (
            {layer: loss.item() for layer, loss in content.items()},
            {
                layer: far(torch.zeros_like(content_descriptions[layer])).item()
                for layer, far in self._style_distances.items()
            },
        )
