"""The loss L of a batch of images for one pair: targets and weights are computed once, gradients as often as asked."""

from __future__ import annotations

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.calibration import FLOOR, calibrated_weights
from stylecore.transfer.losses import Losses, content_loss, style_loss, variation_loss
from stylecore.transfer.statistics import per_position
from stylecore.transfer.vgg import VGG16, exact_convolutions

ROUNDING = 1e-10  # of a loss, relative to its targets: the square of float32's error in a feature


class Objective:
    """Distance of images from one content and one style picture.

    Attributes:
        content_weights: w_i by layer.
        style_weights: u_i by layer.
        variation_weight: of the smoothness term.
        content_sizes: unweighted loss of all-zero features, by layer.
        style_sizes: unweighted loss of an all-zero statistic, by layer.
    """

    def __init__(self, vgg: VGG16, content: Tensor, style: Tensor, config: TransferConfig) -> None:
        """Computes the targets, and with `loss_weighting="calibrated"` the weights.

        Args:
            vgg: the network; content and style are on its device.
            content: (1, 3, H, W), in [0, 1].
            style: (1, 3, h, w), in [0, 1], of any size.
            config: layers, weights, statistic, pooling, padding and precision are read; "auto" is float32 here, and
                whoever wants the faster one asks `choose_precision` first.

        Raises:
            ValueError: if a picture is too small for the layers.
        """
        self._vgg = vgg
        self._config = config
        self._dtype = torch.bfloat16 if config.precision == "bfloat16" else None
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
        with torch.enable_grad(), exact_convolutions():
            leaf = images.detach().requires_grad_()
            losses = self(leaf)
            (gradient,) = torch.autograd.grad(losses.total(lambdas).sum(), leaf)
        return Losses.concatenated([losses]), gradient

    def _features(self, images: Tensor) -> dict[str, Tensor]:
        config = self._config
        return self._vgg.forward(images, config.layers, config.pooling, config.padding, self._dtype)

    def _statistics(self, features: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """The style layers' statistics per position, (K, C, C) each."""
        return {layer: per_position(features[layer], self._config.statistic) for layer, _ in self._config.style_layers}

    def _calibrate(self, content: Tensor, style: Tensor, content_statistics: Mapping[str, Tensor]) -> None:
        """Makes L_style(c, s) = 1 and L_content(s′, c) = 1, s′ being the style picture resized to the content's size.

        Args:
            content: (1, 3, H, W), in [0, 1].
            style: (1, 3, h, w), in [0, 1].
            content_statistics: of the content picture by style layer, (1, C, C) each.
        """
        resized = F.interpolate(style, content.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)
        of_resized = self._features(resized)
        self.content_weights = calibrated_weights(
            self.content_weights,
            self.content_sizes,
            {layer: content_loss(of_resized[layer], t).item() for layer, t in self._content_targets.items()},
        )
        self.style_weights = calibrated_weights(
            self.style_weights,
            self.style_sizes,
            {layer: style_loss(content_statistics[layer], t).item() for layer, t in self._style_targets.items()},
        )
        # Relative to the content picture's own variation: there the term equals its setting.
        self.variation_weight /= max(variation_loss(content).item(), FLOOR * content.numel())

    def _target_sizes(self) -> tuple[dict[str, float], dict[str, float]]:
        """Unweighted losses of all-zero content features and of an all-zero statistic, by layer."""
        return (
            {layer: content_loss(t, torch.zeros_like(t)).item() for layer, t in self._content_targets.items()},
            {layer: style_loss(t, torch.zeros_like(t)).item() for layer, t in self._style_targets.items()},
        )
