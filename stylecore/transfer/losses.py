"""The lecture's formulas (Gatys et al. 2015, equations 1 to 7), one value for each picture of a batch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


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
        if rows.stride(1) == 1:  # channels innermost, as VGG16 leaves them on a CPU: the gradient comes out alike
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
    """Like `gram`, with every channel's mean taken off first: the lecture's drawing labels the arrow COV.

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, C, C): covariances of the channels, summed over positions.
    """
    return gram(features - features.mean((2, 3), keepdim=True))


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
