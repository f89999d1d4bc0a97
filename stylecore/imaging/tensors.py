"""Conversion between pictures and tensors: the only module of this package that imports torch."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor
from torchvision.transforms.functional import pil_to_tensor, to_pil_image


def to_tensor(image: Image.Image) -> Tensor:
    """Converts an RGB picture to a float32 tensor, (1, 3, H, W), in [0, 1]."""
    tensor: Tensor = pil_to_tensor(image)
    return tensor.unsqueeze(0).float() / 255


def to_image(tensor: Tensor) -> Image.Image:
    """Converts a (3, H, W) tensor in [0, 1] to an RGB picture, rounded to 8 bits; other values are clamped."""
    levels = (tensor.detach().clamp(0, 1) * 255).round().to(torch.uint8)
    picture: Image.Image = to_pil_image(levels.cpu())  # type: ignore[no-untyped-call]  # torchvision leaves it untyped
    return picture
