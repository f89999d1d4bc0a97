"""Changes that reach over blocks of growing size: they move brightness and large patches of colour at once."""

from __future__ import annotations

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

TAPS = (0.125, 0.375, 0.375, 0.125)  # binomial filter, sums to 1


def with_scales(values: Tensor, gains: Sequence[float]) -> Tensor:
    """Adds smoothed copies to values: v + Σ_k g_k S_k v, where S_k smooths over about 2^k pixels.

    S_k = 4^k Dᵀ…D, with k times D: smoothing by the binomial filter and taking every second position. So S_k is
    symmetric and no eigenvalue is negative; a constant stays what it is, but near the border, beyond which all is 0.
    This is a pyramid (Burt & Adelson 1983), whose levels are added up on the way back.

    Args:
        values: (3, H, W), any range.
        gains: g_1, g_2, …, at least 0; none of them leave v as it is.

    Returns:
        (3, H, W).
    """
    if not gains:
        return values
    height, width = values.shape[1:]
    block = 2 ** len(gains)
    taps = values.new_tensor(TAPS)
    kernel = torch.outer(taps, taps).expand(3, 1, 4, 4)
    level = F.pad(values[None], (0, -width % block, 0, -height % block))
    levels = []
    for _ in gains:
        level = F.conv2d(level, kernel, stride=2, padding=1, groups=3)
        levels.append(level)
    total = torch.zeros_like(level)
    for gain, level in zip(reversed(gains), reversed(levels), strict=True):
        total = F.conv_transpose2d(total + gain * level, 4 * kernel, stride=2, padding=1, groups=3)
    return values + total[0, :, :height, :width]
