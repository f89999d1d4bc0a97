"""Descriptions of style: what is kept of a layer's features once their places are forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from stylecore.config import Statistic

Description = Callable[[Tensor], Tensor]  # features (K, C, H, W) → (K, C, C)


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


def description(statistic: Statistic) -> Description:
    """The function that computes a statistic, summed over positions.

    Args:
        statistic: its name in `TransferConfig`.
    """
    return gram if statistic == "gram" else covariance


def per_position(features: Tensor, statistic: Statistic) -> Tensor:
    """A statistic divided by the number of positions, so that pictures of different sizes compare.

    Args:
        features: (K, C, H, W), any range.
        statistic: its name in `TransferConfig`.

    Returns:
        (K, C, C).
    """
    return description(statistic)(features) / features[0, 0].numel()


def sums_of(features: Tensor, statistic: Statistic) -> Tensor:
    """What a statistic is made of and adds up over positions, so that a picture can be taken in tiles.

    Args:
        features: (K, C, H, W), any range.
        statistic: its name in `TransferConfig`.

    Returns:
        F·Fᵀ, (K, C, C); for covariances with the channels' own sums as one more column, (K, C, C + 1).
    """
    products = gram(features)
    if statistic == "gram":
        return products
    return torch.cat([products, features.sum((2, 3)).unsqueeze(2)], dim=2)


def from_sums(sums: Tensor, positions: int, statistic: Statistic) -> Tensor:
    """A statistic per position from the `sums_of` all tiles: equal to `per_position` of the whole, but for rounding.

    Args:
        sums: added up over all tiles.
        positions: of the whole picture.
        statistic: its name in `TransferConfig`.

    Returns:
        (K, C, C).
    """
    if statistic == "gram":
        return sums / positions
    mean = sums[:, :, -1:] / positions
    return sums[:, :, :-1] / positions - mean @ mean.mT
