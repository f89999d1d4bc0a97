"""Conversion between pictures and tensors: the only module of this package that imports torch."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor


def to_tensor(image: Image.Image) -> Tensor:
    """Converts an RGB picture to a float32 tensor, (1, 3, H, W), in [0, 1]."""
    levels = torch.from_numpy(np.array(image)).permute(2, 0, 1).contiguous()
    return levels.unsqueeze(0).float() / 255


def mask_to_tensor(mask: Image.Image) -> Tensor:
    """Converts a picture of mode L to a float32 tensor, (1, 1, H, W), in [0, 1]."""
    return torch.from_numpy(np.array(mask)).view(1, 1, mask.height, mask.width).float() / 255


def to_image(tensor: Tensor) -> Image.Image:
    """Converts a (3, H, W) tensor in [0, 1] to an RGB picture, rounded to 8 bits; other values are clamped."""
    levels = (tensor.detach().clamp(0, 1) * 255).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).contiguous().cpu().numpy())


def to_deep_levels(tensor: Tensor) -> NDArray[np.uint16]:
    """Converts a (3, H, W) tensor in [0, 1] to levels of 16 bits, (H, W, 3); other values are clamped."""
    levels = (tensor.detach().clamp(0, 1) * 65535).round().to(torch.int32)  # uint16 knows little but copying
    return np.ascontiguousarray(levels.permute(1, 2, 0).cpu().numpy(), dtype=np.uint16)
