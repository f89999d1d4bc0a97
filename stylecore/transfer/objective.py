"""The loss L of a batch of images for one content and its styles: targets once, gradients as often as asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.calibration import FLOOR
from stylecore.transfer.content_targets import ContentTargets
from stylecore.transfer.encoder import Encoder, Part, added
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.losses import Losses, variation_loss
from stylecore.transfer.style_targets import StyleTargets
from stylecore.transfer.styling import Styling
from stylecore.transfer.vgg import VGG16, exact_convolutions

ROUNDING = 1e-10  # of a loss, relative to its targets: the square of float32's error in a feature


class Objective:
    """Distance of images from a content picture and the styles that it is painted in.

    Attributes:
        variation_weight: of the smoothness term.
    """

    def __init__(
        self,
        vgg: VGG16,
        content: Tensor,
        style: Tensor | Styling,
        config: TransferConfig,
        tile: int | None = None,
        known: KnownStyles | None = None,
    ) -> None:
        """Computes the targets, and with `loss_weighting="calibrated"` the weights.

        Args:
            vgg: the network; content and style are on its device.
            content: (1, 3, H, W), in [0, 1].
            style: (1, 3, h, w), in [0, 1], of any size, for one style everywhere; else what is painted where.
            config: layers, weights, statistic, pooling, padding and precision are read; "auto" is float32 here, and
                whoever wants the faster one asks `choose_precision` first.
            tile: longest side, in pixels, of the pieces in which pictures are taken; None takes them whole. Losses and
                gradients are the same but for rounding, and need the memory of one piece.
            known: descriptions of styles that other runs of the same network have computed; None knows none.

        Raises:
            ValueError: if a picture is too small for the layers.
            SettingError: if pictures have to be taken in tiles and the statistic cannot.
        """
        self._styling = style if isinstance(style, Styling) else Styling.of(style)
        self._content, self._config = content, config
        self._encoder = Encoder(vgg, config, tile)
        self._tiles = self._encoder.tiles(content)
        with torch.no_grad():
            targets, of_content = self._take_in(content)
            of_styles = [
                self._encoder.describe(style.image, style.mask)
                if known is None
                else known.describe(self._encoder, style)
                for style in self._styling.styles
            ]
            self._style = StyleTargets(self._styling, of_styles, of_content, config)
            self._targets = ContentTargets(targets, self._tiles, self._styling, config)
            self.variation_weight = config.total_variation
            if config.loss_weighting == "calibrated":
                self._targets.calibrate(self._content_distances(style.image) for style in self._styling.styles)
                # Relative to the content picture's own variation: there the term equals its setting.
                self.variation_weight /= max(variation_loss(content).item(), FLOOR * content.numel())
            self.mix(self._styling.weights)

    @property
    def content_weights(self) -> dict[str, float]:
        """w_i by layer; their mean where regions have others."""
        return self._targets.weights

    @property
    def content_sizes(self) -> dict[str, float]:
        """Unweighted loss of all-zero features, by layer."""
        return self._targets.sizes

    @property
    def style_weights(self) -> dict[str, float]:
        """u_i by layer, added up over the regions."""
        return self._by_layer(self._style.weights)

    @property
    def style_sizes(self) -> dict[str, float]:
        """Unweighted loss of an all-zero description of style, by layer, added up over the regions."""
        return self._by_layer(self._style.sizes)

    def mix(self, weights: Sequence[float]) -> None:
        """Gives the styles other weights, without a pass through the network.

        Args:
            weights: of all styles.
        """
        self._style.mix(weights)
        self._targets.mix(weights)

    def __call__(self, images: Tensor) -> Losses:
        """The losses of images, differentiable if they are taken whole.

        Args:
            images: (K, 3, H, W), in [0, 1], H and W those of the content.
        """
        return self._judged(self._styling.shown(images, self._content))

    def _judged(self, images: Tensor) -> Losses:
        """The losses of pictures as they are shown."""
        if len(self._tiles) == 1:
            features = self._encoder.features(images)
            descriptions = self._encoder.descriptions(features, self._guides)
            return self._losses(self._targets.losses(features, 0), descriptions, images)
        with torch.no_grad():
            distances, sums = self._survey(images)
            return self._losses(distances, self._encoder.descriptions_from(sums, images, self._guides), images)

    def rounding(self, lambdas: Tensor) -> Tensor:
        """The loss, (K,), below which float32 leaves no direction to follow, only noise.

        Args:
            lambdas: (K,), in [0, 1].
        """
        return ROUNDING * (lambdas * self._targets.size + (1 - lambdas) * self._style.size)

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
        images = self._styling.shown(images.detach(), self._content)
        parts = [
            self._gradient(part, lam)
            for part, lam in zip(torch.split(images, together), torch.split(lambdas, together), strict=True)
        ]
        gradient = torch.cat([gradient for _, gradient in parts])
        if self._styling.leave is not None:
            gradient *= 1 - self._styling.leave  # from that of what is shown
        return Losses.concatenated([losses for losses, _ in parts]), gradient

    def _gradient(self, images: Tensor, lambdas: Tensor) -> tuple[Losses, Tensor]:
        if len(self._tiles) > 1:
            return self._gradient_by_tiles(images, lambdas)
        with torch.enable_grad(), exact_convolutions():
            leaf = images.detach().requires_grad_()
            losses = self._judged(leaf)
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
            descriptions = self._encoder.descriptions_from(sums, images, self._guides)
            losses = self._losses(distances, descriptions, variables[0])
            total = losses.total(lambdas).sum() + 0 * variables[0].sum()  # a loss of content alone has no slope here
            gradient, *found = torch.autograd.grad(total, variables, allow_unused=True)
        slopes = dict(zip(sums, found, strict=True))
        gradient = gradient.clone(memory_format=torch.contiguous_format)  # that of a sum has one element, expanded
        for index, tile in enumerate(self._tiles):
            tile.region(gradient).add_(self._share(images, lambdas, index, slopes))
        return Losses.concatenated([losses]), gradient

    def _share(self, images: Tensor, lambdas: Tensor, index: int, slopes: Mapping[Part, Tensor | None]) -> Tensor:
        """What one tile adds to the gradient of its region.

        A method of its own, so that nothing of one tile's features is alive while the next one's are computed.
        """
        tile = self._tiles[index]
        with torch.enable_grad(), exact_convolutions():
            part = tile.region(images).clone().requires_grad_()
            features = self._encoder.own_features(part, tile)
            content = [(lambdas * loss).sum() for loss in self._targets.losses(features, index).values()]
            of_style = self._encoder.sums(features, tile, self._guides)
            style = [(slope * value).sum() for key, value in of_style.items() if (slope := slopes[key]) is not None]
            (share,) = torch.autograd.grad(torch.stack(content + style).sum(), part)
        return share

    def _losses(self, content: dict[str, Tensor], descriptions: Mapping[Part, Tensor], images: Tensor) -> Losses:
        """The weighted terms of L, from those of the content, descriptions by region and layer, and the pictures."""
        if self.variation_weight:
            variation = self.variation_weight * variation_loss(images)
        else:
            variation = images.new_zeros(len(images))
        return Losses(content, self._style.losses(descriptions), variation)

    def _survey(self, images: Tensor) -> tuple[dict[str, Tensor], dict[Part, Tensor]]:
        """L_content by layer, (K,), and sums of the statistics, added up over all tiles."""
        found = []
        for index, tile in enumerate(self._tiles):
            features = self._encoder.own_features(tile.region(images), tile)
            found.append((self._targets.losses(features, index), self._encoder.sums(features, tile, self._guides)))
        return added(distances for distances, _ in found), added(sums for _, sums in found)

    def _take_in(self, content: Tensor) -> tuple[list[dict[str, Tensor]], dict[Part, Tensor]]:
        """The content's features by tile, and its descriptions of style; keeps the guides of the regions."""
        targets: list[dict[str, Tensor]] = []
        masks, whole = [region.mask for region in self._styling.regions], len(self._tiles) == 1
        if not whole:
            self._guides = [self._encoder.guides(mask) for mask in masks]
        sums, features = [], {}
        for tile in self._tiles:
            features = self._encoder.own_features(tile.region(content), tile)
            # In the dtype that they were computed in, which holds all of them.
            targets.append(
                {layer: features[layer].to(self._encoder.dtype, copy=True) for layer, _ in self._config.content_layers}
            )
            if not whole:
                sums.append(self._encoder.sums(features, tile, self._guides))
        if not whole:
            return targets, self._encoder.descriptions_from(added(sums), content, self._guides)
        self._guides = [self._encoder.guides(mask, features) for mask in masks]
        return targets, self._encoder.descriptions(features, self._guides)

    def _content_distances(self, style: Tensor) -> list[dict[Part, Tensor]]:
        """How far a style picture, (1, 3, h, w), stretched over the content, is from it, by tile."""
        images = F.interpolate(style, self._content.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)
        return [
            self._targets.distances(self._encoder.own_features(tile.region(images), tile), index)
            for index, tile in enumerate(self._tiles)
        ]

    @staticmethod
    def _by_layer(values: Mapping[Part, float]) -> dict[str, float]:
        total: dict[str, float] = {}
        for (_, layer), value in values.items():
            total[layer] = total.get(layer, 0.0) + value
        return total
