"""The lecture's losses (Gatys et al. 2015): of one layer, and all terms of a batch together as L."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


def content_loss(features: Tensor, target: Tensor) -> Tensor:
    """½ ‖F − T‖² for one layer (Gatys et al. 2015, equation 1).

    Args:
        features: (K, C, H, W), any range.
        target: (1, C, H, W), the content picture's features.

    Returns:
        (K,), unweighted.
    """
    return 0.5 * (features - target).square().sum((1, 2, 3))


def style_loss(statistic: Tensor, target: Tensor) -> Tensor:
    """‖G − A‖² / (4 C²) for one layer, G and A already divided by their numbers of positions.

    With pictures of one size this is equation 4 of Gatys et al. 2015, 1/(4 C² H² W²) · ‖G − A‖². Dividing each matrix
    by its own number of positions first lets the style picture keep its own size.

    Args:
        statistic: (K, C, C), Gram or covariance matrices per position.
        target: (1, C, C), the style picture's.

    Returns:
        (K,), unweighted.
    """
    return (statistic - target).square().sum((1, 2)) / (4 * target.shape[-1] ** 2)


def variation_loss(images: Tensor) -> Tensor:
    """Sum of squared differences of neighbouring pixels (Mahendran & Vedaldi 2014, β = 2).

    Args:
        images: (K, 3, H, W), in [0, 1].

    Returns:
        (K,), unweighted.
    """
    down = images[:, :, 1:] - images[:, :, :-1]
    right = images[:, :, :, 1:] - images[:, :, :, :-1]
    return down.square().sum((1, 2, 3)) + right.square().sum((1, 2, 3))


@dataclass(frozen=True, eq=False, slots=True)
class Losses:
    """The terms of L, each (K,), weighted by layer but not by λ, so that pictures of different λ compare.

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
        """L = λ · L_content + (1 − λ) · L_style, plus the smoothness term.

        Args:
            lambdas: (K,), in [0, 1].

        Returns:
            (K,).
        """
        return lambdas * self.content + (1 - lambdas) * self.style + self.variation

    @classmethod
    def concatenated(cls, parts: Sequence[Losses]) -> Losses:
        """The losses of a batch from those of its parts, detached from their graphs."""

        def by_layer(terms: list[Mapping[str, Tensor]]) -> dict[str, Tensor]:
            return {layer: torch.cat([term[layer].detach() for term in terms]) for layer in terms[0]}

        return cls(
            by_layer([part.content_layers for part in parts]),
            by_layer([part.style_layers for part in parts]),
            torch.cat([part.variation.detach() for part in parts]),
        )

    def _sum(self, terms: Mapping[str, Tensor]) -> Tensor:
        return torch.stack(tuple(terms.values())).sum(0) if terms else torch.zeros_like(self.variation)
