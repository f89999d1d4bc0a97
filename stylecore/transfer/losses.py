"""The lecture's losses (Gatys et al. 2015) as functions of one layer, one value for each picture of a batch."""

from __future__ import annotations

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
