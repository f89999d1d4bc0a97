"""Mean and deviation of each channel: how strong it is, and how much that varies."""

from __future__ import annotations

from functools import partial

import torch
from torch import Tensor

from stylecore.transfer.statistics.description import Distance, of_sums, positions_of

NOISE = 1e-6  # of a mean square: a variance below this is what float32's rounding leaves of two equal numbers


def moments_from_sums(sums: Tensor, positions: int) -> Tensor:
    """Mean μ and deviation σ = √(mean of squares − μ²), no channel's deviation below rounding.

    Args:
        sums: of each channel and of its squares, (K, C, 2), over all positions.
        positions: how many there are.

    Returns:
        (K, C, 2): μ and σ. A channel that does not vary has σ = 0, and a gradient of 0 there, the least of those that
        the root has at 0.
    """
    mean, square = (sums / positions).unbind(2)
    variance = square - mean.square()
    varies = variance > NOISE * square
    deviation = torch.where(varies, variance, 1).sqrt() * varies
    return torch.stack([mean, deviation], dim=2)


def _sums(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """Sums over positions, (K, C, 2), of features (K, C, H, W) and of their squares, times the guide's squares."""
    squares = features.square()
    if guide is not None:
        features, squares = features * guide.square(), squares * guide.square()
    return torch.stack([features.sum((2, 3)), squares.sum((2, 3))], dim=2)


def moments(features: Tensor) -> Tensor:
    """Mean and deviation of each channel (Li et al. 2017, "Demystifying Neural Style Transfer").

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, C, 2): μ and σ.
    """
    return moments_from_sums(_sums(features), positions_of(features))


def moments_loss(description: Tensor, target: Tensor) -> Tensor:
    """‖Δμ‖² + ‖Δσ‖²; Li et al. divide by the number of channels, which the weights of the layers may do.

    Args:
        description: (K, C, 2).
        target: (1, C, 2), the style picture's.

    Returns:
        (K,), unweighted.
    """
    return (description - target).square().sum((1, 2))


def _distance(target: Tensor, _: Tensor) -> Distance:
    return partial(moments_loss, target=target)


MOMENTS = of_sums(of=moments, distance=_distance, sums=_sums, from_sums=moments_from_sums)
