"""The loss of a batch of images for one pair: targets and layer weights taken once, gradients as often as asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.losses import content_loss, style_loss, variation_loss
from stylecore.transfer.statistics import per_position
from stylecore.transfer.vgg import VGG16, exact_convolutions

# Relative losses below this are the rounding of two equal pictures, not a difference to calibrate by.
FLOOR = 1e-6
ROUNDING = 1e-10  # of a loss, relative to its targets: the square of float32's error in a feature


@dataclass(frozen=True, eq=False, slots=True)
class Losses:
    """The terms of the loss, each (K,), weighted by layer but not by λ, so that different λ compare.

    Attributes:
        content_layers: by layer; their sum is `content`.
        style_layers: by layer; their sum is `style`.
        variation: smoothness term, already times its weight.
    """

    content_layers: Mapping[str, Tensor]
    style_layers: Mapping[str, Tensor]
    variation: Tensor

    @property
    def content(self) -> Tensor:
        """L_content, (K,)."""
        return self._sum(self.content_layers)

    @property
    def style(self) -> Tensor:
        """L_style, (K,)."""
        return self._sum(self.style_layers)

    def total(self, lambdas: Tensor) -> Tensor:
        """L = λ · L_content + (1 − λ) · L_style, plus the smoothness term; (K,)."""
        return lambdas * self.content + (1 - lambdas) * self.style + self.variation

    def _sum(self, terms: Mapping[str, Tensor]) -> Tensor:
        return torch.stack(tuple(terms.values())).sum(0) if terms else torch.zeros_like(self.variation)


class Objective:
    """Distance of images from one content and one style picture.

    Attributes:
        content_weights: w_i by layer.
        style_weights: u_i by layer.
        variation_weight: of the smoothness term.
        content_sizes: unweighted loss of having nothing of the content, by layer.
        style_sizes: unweighted loss of having nothing of the style, by layer.
    """

    def __init__(self, vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig) -> None:
        """Computes the targets, and with `loss_weighting="calibrated"` the weights.

        Args:
            vgg: the network; content and style are on its device.
            content: (1, 3, H, W), in [0, 1].
            style: (1, 3, h, w), in [0, 1], of any size.
            config: layers, weights, statistic, pooling and padding are read.

        Raises:
            ValueError: if a picture is too small for the layers.
        """
        self._vgg = vgg
        self._config = config
        with torch.no_grad():
            of_content = self._features(content)
            self._content_targets = {layer: of_content[layer] for layer, _ in config.content_layers}
            self._style_targets = self._statistics(self._features(style))
            self.content_weights = dict(config.content_layers)
            self.style_weights = dict(config.style_layers)
            self.variation_weight = config.total_variation
            self.content_sizes, self.style_sizes = self._target_sizes()
            if config.loss_weighting == "calibrated":
                self._calibrate(content, style, self._statistics(of_content))
            self._content_size = sum(self.content_weights[layer] * size for layer, size in self.content_sizes.items())
            self._style_size = sum(self.style_weights[layer] * size for layer, size in self.style_sizes.items())

    def __call__(self, images: Tensor) -> Losses:
        """The losses of images, differentiable.

        Args:
            images: (K, 3, H, W), in [0, 1], H and W those of the content.
        """
        features = self._features(images)
        content = {
            layer: self.content_weights[layer] * content_loss(features[layer], target)
            for layer, target in self._content_targets.items()
        }
        style = {
            layer: self.style_weights[layer] * style_loss(statistic, self._style_targets[layer])
            for layer, statistic in self._statistics(features).items()
        }
        if self.variation_weight:
            variation = self.variation_weight * variation_loss(images)
        else:
            variation = images.new_zeros(len(images))
        return Losses(content, style, variation)

    def rounding(self, lambdas: Tensor) -> Tensor:
        """The loss, (K,), that float32 can't tell from 0: what is left of it has no direction, only noise."""
        return ROUNDING * (lambdas * self._content_size + (1 - lambdas) * self._style_size)

    def gradient(self, images: Tensor, lambdas: Tensor) -> tuple[Losses, Tensor]:
        """Losses and ∂L/∂image of every image.

        On a CPU the images go through the network one by one, which costs no time there, needs the memory of one,
        and gives each the very bits that it would get alone; on a GPU they go together.

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
        return _concatenate([losses for losses, _ in parts]), torch.cat([gradient for _, gradient in parts])

    def _gradient(self, images: Tensor, lambdas: Tensor) -> tuple[Losses, Tensor]:
        with torch.enable_grad(), exact_convolutions():
            leaf = images.detach().requires_grad_()
            losses = self(leaf)
            (gradient,) = torch.autograd.grad(losses.total(lambdas).sum(), leaf)
        return _concatenate([losses]), gradient

    def _features(self, images: Tensor) -> dict[str, Tensor]:
        config = self._config
        return self._vgg.forward(images, config.layers, config.pooling, config.padding)

    def _statistics(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Gram or covariance matrix per position of each style layer, (K, C, C)."""
        return {layer: per_position(features[layer], self._config.statistic) for layer, _ in self._config.style_layers}

    def _calibrate(
        self,
        content: Tensor,
        style: Tensor,
        content_statistics: Mapping[str, Tensor],
    ) -> None:
        """Makes L_style(c, s) = 1 and L_content(s′, c) = 1, s′ being the style picture resized to the content's size.

        Every layer is taken relative to its target, then one common factor follows.
        """
        resized = F.interpolate(style, content.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)
        of_resized = self._features(resized)
        self.content_weights = _relative_weights(
            self.content_weights,
            self.content_sizes,
            {layer: content_loss(of_resized[layer], t).item() for layer, t in self._content_targets.items()},
        )
        self.style_weights = _relative_weights(
            self.style_weights,
            self.style_sizes,
            {layer: style_loss(content_statistics[layer], t).item() for layer, t in self._style_targets.items()},
        )
        # As large at the content picture as all of its content: 1 would be blur and nothing else.
        self.variation_weight /= max(variation_loss(content).item(), FLOOR * content.numel())

    def _target_sizes(self) -> tuple[dict[str, float], dict[str, float]]:
        """Unweighted losses of having nothing of the content, and nothing of the style, by layer."""
        return (
            {layer: content_loss(t, torch.zeros_like(t)).item() for layer, t in self._content_targets.items()},
            {layer: style_loss(t, torch.zeros_like(t)).item() for layer, t in self._style_targets.items()},
        )


def _relative_weights(
    weights: Mapping[str, float], sizes: Mapping[str, float], distances: Mapping[str, float]
) -> dict[str, float]:
    """Weights that make the weighted sum of distances 1, each layer relative to the size of its target.

    A layer whose target is zero (of a black picture, say) is taken relative to its distance; a pair without any
    distance (the same picture twice) keeps the relative weights without the common factor.
    """
    relative = {}
    for layer, weight in weights.items():
        relative[layer] = weight / max(sizes[layer], FLOOR * distances[layer], 1e-30)
    common = sum(relative[layer] * distances[layer] for layer in weights)
    return {layer: value / common if common > FLOOR else value for layer, value in relative.items()}


def _concatenate(parts: list[Losses]) -> Losses:
    """The losses of several parts of a batch as those of the batch, detached."""

    def by_layer(terms: list[Mapping[str, Tensor]]) -> dict[str, Tensor]:
        return {layer: torch.cat([term[layer].detach() for term in terms]) for layer in terms[0]}

    return Losses(
        by_layer([part.content_layers for part in parts]),
        by_layer([part.style_layers for part in parts]),
        torch.cat([part.variation.detach() for part in parts]),
    )
