"""A feature map as a picture in false colours."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

# Anchors of the colour map "magma" (van der Walt & Smith 2015), from dark to bright, 0 to 255. Its lightness rises
# evenly, so that a grey print says the same.
_MAGMA = torch.tensor(
    [
        (0, 0, 4),
        (28, 16, 68),
        (79, 18, 123),
        (129, 37, 129),
        (181, 54, 122),
        (229, 80, 100),
        (251, 135, 97),
        (254, 194, 135),
        (252, 253, 191),
    ]
)


def heat(values: Tensor, side: int = 128) -> Image.Image:
    """A heat map: black where the values are 0, bright where they are largest.

    Args:
        values: (H, W), at least 0.
        side: longer side of the picture in pixels; enlarged positions stay squares with sharp edges.

    Returns:
        RGB, in the proportions of `values`.
    """
    values = values.cpu()
    level = values / values.max().clamp_min(1e-12) * (len(_MAGMA) - 1)  # 0 … the number of the last anchor
    lower = level.floor().clamp(max=len(_MAGMA) - 2)
    share = (level - lower).unsqueeze(-1)
    colours = _MAGMA[lower.long()] * (1 - share) + _MAGMA[lower.long() + 1] * share  # (H, W, 3)
    picture = Image.fromarray(colours.round().byte().numpy())
    scale = side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.NEAREST if scale > 1 else Image.Resampling.BOX)
