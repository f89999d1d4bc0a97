"""Questions about one layer's features: its strongest channels, how far it is from another, what if it is shuffled."""

from __future__ import annotations

import torch
from torch import Tensor


def strongest(features: Tensor) -> list[int]:
    """Channels by their mean, the strongest first.

    Args:
        features: (1, C, H, W), after ReLU.
    """
    return features.mean((0, 2, 3)).argsort(descending=True, stable=True).tolist()


def distance(one: Tensor, other: Tensor) -> float:
    """‖one − other‖ / ‖other‖: 0 if they are equal, 1 if `one` is zero everywhere.

    Args:
        one: any shape.
        other: the same shape.
    """
    return float((one - other).norm() / other.norm().clamp_min(1e-12))


def shuffled(features: Tensor, seed: int) -> Tensor:
    """The same features at other places: each position's vector of channels moves as a whole.

    Args:
        features: (1, C, H, W).
        seed: of the permutation.
    """
    flat = features.flatten(2)  # (1, C, H·W)
    order = torch.randperm(flat.shape[2], generator=torch.Generator().manual_seed(seed))
    return flat[:, :, order.to(flat.device)].view_as(features)
