"""Gram and covariance matrices: which channels are strong together."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor

from stylecore.transfer.losses import style_loss
from stylecore.transfer.statistics.description import Distance, of_sums, positions_of


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


def gram(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """Gram matrix G = F·Fᵀ of flattened features (Gatys et al. 2015, equation 3).

    Args:
        features: (K, C, H, W), any range.
        guide: T, (1, 1, H, W), which makes it (F ∘ T)·(F ∘ T)ᵀ; None for 1 everywhere.

    Returns:
        (K, C, C): inner products of the channels, summed over positions.
    """
    rows = features if guide is None else features * guide
    product: Tensor = _Gram.apply(rows.flatten(2))
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


def products_and_sums(features: Tensor, guide: Tensor | None = None) -> Tensor:
    """F·Fᵀ with the channels' own sums as one more column: what first and second moments follow from.

    Args:
        features: (K, C, H, W), any range.
        guide: T, (1, 1, H, W), with which each position counts T²; None for 1 everywhere.

    Returns:
        (K, C, C + 1), summed over positions.
    """
    if guide is not None:
        features = features * guide
    sums = features if guide is None else features * guide
    return torch.cat([gram(features), sums.sum((2, 3)).unsqueeze(2)], dim=2)


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


GRAM = of_sums(
    of=lambda features: gram(features) / positions_of(features),
    distance=_distance,
    sums=gram,
    from_sums=lambda sums, positions: sums / positions,
)
COVARIANCE = of_sums(
    of=lambda features: covariance(features) / positions_of(features),
    distance=_distance,
    sums=products_and_sums,
    from_sums=covariance_from_sums,
)
