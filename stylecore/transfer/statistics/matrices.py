"""Gram and covariance matrices: which channels are strong together."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor

from stylecore.transfer.losses import style_loss
from stylecore.transfer.statistics.description import Description, Distance, positions_of


class _Gram(torch.autograd.Function):
    """F·Fᵀ whose gradient, (D + Dᵀ)·F, is one matrix product where autograd's own rule makes two."""

    @staticmethod
    def forward(ctx: Any, rows: Tensor) -> Tensor:  # noqa: ANN401  # torch gives contexts no type that can be named
        ctx.save_for_backward(rows)
        return rows @ rows.mT

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> Tensor:  # noqa: ANN401  # as above
        rows: Tensor = ctx.saved_tensors[0]
        symmetric = upstream[0] + upstream[0].mT
        if rows.stride(1) == 1:  # channels innermost, as VGG16 leaves them on a CPU: the gradient has the same layout
            return (rows.mT @ symmetric).mT
        return symmetric @ rows


def gram(features: Tensor) -> Tensor:
    """Gram matrix G = F·Fᵀ of flattened features (Gatys et al. 2015, equation 3).

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, C, C): inner products of the channels, summed over positions.
    """
    product: Tensor = _Gram.apply(features.flatten(2))
    return product


def covariance(features: Tensor) -> Tensor:
    """Gram matrix of centred features: each channel's mean is subtracted first.

    The paper does not centre; the lecture's drawing labels the arrow COV.

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, C, C): covariances of the channels, summed over positions.
    """
    return gram(features - features.mean((2, 3), keepdim=True))


def products_and_sums(features: Tensor) -> Tensor:
    """F·Fᵀ with the channels' own sums as one more column: what first and second moments follow from.

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, C, C + 1), summed over positions.
    """
    return torch.cat([gram(features), features.sum((2, 3)).unsqueeze(2)], dim=2)


def covariance_from_sums(sums: Tensor, positions: int) -> Tensor:
    """Covariances per position, Σ = F·Fᵀ/N − μ·μᵀ.

    Args:
        sums: `products_and_sums`, (K, C, C + 1), of all positions.
        positions: how many there are, N.

    Returns:
        (K, C, C).
    """
    mean = sums[:, :, -1:] / positions
    return sums[:, :, :-1] / positions - mean @ mean.mT


def _distance(target: Tensor, _: Tensor) -> Distance:
    return partial(style_loss, target=target)


GRAM = Description(
    of=lambda features: gram(features) / positions_of(features),
    distance=_distance,
    sums=gram,
    from_sums=lambda sums, positions: sums / positions,
)
COVARIANCE = Description(
    of=lambda features: covariance(features) / positions_of(features),
    distance=_distance,
    sums=products_and_sums,
    from_sums=covariance_from_sums,
)
