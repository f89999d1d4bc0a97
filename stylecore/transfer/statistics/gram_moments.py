"""Gram matrix, mean and deviation together."""

from __future__ import annotations

import torch
from torch import Tensor

from stylecore.transfer.calibration import FLOOR
from stylecore.transfer.losses import style_loss
from stylecore.transfer.statistics.description import Distance, of_sums, positions_of
from stylecore.transfer.statistics.matrices import products_and_sums
from stylecore.transfer.statistics.moments import moments_from_sums


def gram_moments_from_sums(sums: Tensor, positions: int) -> Tensor:
    """G, μ and σ of each channel; the mean of a channel's squares is on the diagonal of G.

    Args:
        sums: `products_and_sums`, (K, C, C + 1), of all positions.
        positions: how many there are.

    Returns:
        (K, C, C + 2): G, μ and σ as columns, per position.
    """
    products, sum_ = sums[:, :, :-1], sums[:, :, -1]
    of_channels = torch.stack([sum_, products.diagonal(dim1=1, dim2=2)], dim=2)
    return torch.cat([products / positions, moments_from_sums(of_channels, positions)], dim=2)


def gram_moments(features: Tensor) -> Tensor:
    """Gram matrix with mean and deviation (Galerne et al. 2024, "Scaling Painting Style Transfer").

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, C, C + 2): G, μ and σ as columns, per position.
    """
    return gram_moments_from_sums(products_and_sums(features), positions_of(features))


def _terms(description: Tensor, target: Tensor) -> Tensor:
    """‖ΔG‖² / (4 C²), ‖Δμ‖² and ‖Δσ‖², (K, 3), of (K, C, C + 2) and (1, C, C + 2)."""
    of_channels = (description[:, :, -2:] - target[:, :, -2:]).square().sum(1)
    return torch.cat([style_loss(description[:, :, :-2], target[:, :, :-2]).unsqueeze(1), of_channels], dim=1)


def _distance(target: Tensor, content: Tensor) -> Distance:
    """A third of each term, relative to its value at the content picture: the distance is 1 there.

    So the terms have equal shares on every pair and in every layer, whatever their units: G goes with the square of the
    features, μ and σ with the features themselves.
    """
    nothing = _terms(torch.zeros_like(target), target)
    at_content = torch.maximum(_terms(content, target), FLOOR * nothing)  # two equal pictures are no scale
    scale = 3 * torch.where(at_content > 0, at_content, 1)
    return lambda description: (_terms(description, target) / scale).sum(1)


GRAM_MOMENTS = of_sums(of=gram_moments, distance=_distance, sums=products_and_sums, from_sums=gram_moments_from_sums)
