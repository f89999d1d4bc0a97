"""Finishing touches on a finished picture, without a new run: the content's colours, and a blend with the content."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

from stylecore.config import Postprocess
from stylecore.imaging.tensors import to_image, to_tensor


def postprocess(picture: Image.Image, content: Image.Image, finish: Postprocess) -> Image.Image:
    """The picture with the touches on it.

    Args:
        picture: RGB, a run's result.
        content: RGB, the content picture, of any size; it is scaled to the result's.
        finish: the touches; the default ones leave the picture as it is.
    """
    if finish == Postprocess():
        return picture
    if content.size != picture.size:
        content = content.resize(picture.size, Image.Resampling.LANCZOS)  # as `images.fit` did for the run
    if finish.colours == "luminance":
        light = picture.convert("YCbCr").getchannel("Y")
        _, blue, red = content.convert("YCbCr").split()
        picture = Image.merge("YCbCr", (light, blue, red)).convert("RGB")
    elif finish.colours == "statistics":
        picture = to_image(match_statistics(to_tensor(picture), to_tensor(content))[0])
    return Image.blend(picture, content, finish.blend) if finish.blend else picture


def match_statistics(image: Tensor, reference: Tensor) -> Tensor:
    """The image with the colour mean and covariance of another: the linear map that moves colours least.

    The map is A = Σ^-½ (Σ^½ Σ′ Σ^½)^½ Σ^-½, Σ and Σ′ being the covariances of image and reference (Pitié & Kokaram,
    "The linear Monge–Kantorovitch linear colour mapping", 2007).

    Args:
        image: (1, 3, H, W), in [0, 1].
        reference: (1, 3, h, w), in [0, 1].

    Returns:
        (1, 3, H, W), in [0, 1]: what leaves the range is clamped.
    """
    colours, target = image[0].flatten(1).double(), reference[0].flatten(1).double()  # (3, H·W)
    mean, target_mean = colours.mean(1, keepdim=True), target.mean(1, keepdim=True)
    covariance = torch.cov(colours, correction=0) + 1e-6 * torch.eye(
        3, dtype=torch.float64
    )  # a grey picture has no inverse
    root = _power(covariance, 0.5)
    back = _power(covariance, -0.5)
    matrix = back @ _power(root @ torch.cov(target, correction=0) @ root, 0.5) @ back
    moved = matrix @ (colours - mean) + target_mean
    matched: Tensor = moved.clamp(0, 1).float().view_as(image)
    return matched


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """A power of a symmetric, positive matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = vectors @ torch.diag(values.clamp_min(0 if exponent > 0 else 1e-12) ** exponent) @ vectors.T
    return power
