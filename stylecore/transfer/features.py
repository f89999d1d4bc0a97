"""What a layer says of a picture, made visible: channels by strength, maps of heat, distances; pure."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

# Anchors of the colour map "magma" (van der Walt & Smith 2015): even in lightness, so that a grey print says the same.
_MAGMA = torch.tensor(
    [(0, 0, 4), (28, 16, 68), (79, 18, 123), (129, 37, 129), (181, 54, 122), (229, 80, 100), (251, 135, 97)]
    + [(254, 194, 135), (252, 253, 191)]
)


def strongest(features: Tensor) -> list[int]:
    """Channels by their mean, the strongest first.

    Args:
        features: (1, C, H, W), after ReLU.
    """
    return features.mean((0, 2, 3)).argsort(descending=True, stable=True).tolist()


def heat(values: Tensor, side: int = 128) -> Image.Image:
    """A feature map as a picture: black where it is 0, bright where it is at its largest.

    Args:
        values: (H, W), at least 0.
        side: pixels of the longer side to come; positions stay squares with sharp edges.
    """
    values = values.cpu()
    level = values / values.max().clamp_min(1e-12) * (len(_MAGMA) - 1)
    low = level.floor().clamp(max=len(_MAGMA) - 2)
    share = (level - low).unsqueeze(-1)
    colours = _MAGMA[low.long()] * (1 - share) + _MAGMA[low.long() + 1] * share  # (H, W, 3)
    picture = Image.fromarray(colours.round().byte().numpy())
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX)


def distance(one: Tensor, other: Tensor) -> float:
    """‖one − other‖ / ‖other‖: 0 if they are equal, 1 if `one` is nothing at all."""
    return float((one - other).norm() / other.norm().clamp_min(1e-12))


def shuffled(features: Tensor, seed: int) -> Tensor:
    """The same features at other places: every position keeps its vector of channels and gets a new place.

    Args:
        features: (1, C, H, W).
        seed: of the permutation.
    """
    flat = features.flatten(2)  # (1, C, H·W)
    order = torch.randperm(flat.shape[2], generator=torch.Generator().manual_seed(seed))
    return flat[:, :, order.to(flat.device)].view_as(features)
