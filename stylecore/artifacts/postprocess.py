"""Postprocessing of a finished picture, without a new run: the content's colours, and a blend with the content."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

from stylecore.config import Postprocess
from stylecore.imaging.tensors import to_image, to_tensor


def postprocess(picture: Image.Image, content: Image.Image, settings: Postprocess) -> Image.Image:
    """Applies postprocessing to a picture.

    Args:
        picture: RGB, the result of a run.
        content: RGB, the content picture of that run; it is scaled to the size of the result.
        settings: what to do; the defaults leave the picture as it is.
    """
    if settings == Postprocess():
        return picture
    if content.size != picture.size:
        content = content.resize(picture.size, Image.Resampling.LANCZOS)  # as `images.fit` did for the run
    if settings.colours == "luminance":
        light = picture.convert("YCbCr").getchannel("Y")
        _, blue, red = content.convert("YCbCr").split()
        picture = Image.merge("YCbCr", (light, blue, red)).convert("RGB")
    elif settings.colours == "statistics":
        picture = to_image(match_statistics(to_tensor(picture), to_tensor(content))[0])
    return Image.blend(picture, content, settings.blend) if settings.blend else picture


def match_statistics(image: Tensor, reference: Tensor) -> Tensor:
    """Gives an image the colour mean and covariance of another, by the linear map that moves colours least.

    The map is A = Σ^-½ (Σ^½ Σ′ Σ^½)^½ Σ^-½, Σ and Σ′ being the covariances of image and reference (Pitié & Kokaram,
    "The linear Monge–Kantorovitch linear colour mapping", 2007).

    Args:
        image: (1, 3, H, W), in [0, 1].
        reference: (1, 3, h, w), in [0, 1].

    Returns:
        (1, 3, H, W), clamped to [0, 1].
    """
    colours, target = image[0].flatten(1).double(), reference[0].flatten(1).double()  # (3, H·W)
    mean, target_mean = colours.mean(1, keepdim=True), target.mean(1, keepdim=True)
    ridge = 1e-6 * torch.eye(3, dtype=torch.float64)  # without it, the covariance of a grey picture has no inverse
    covariance = torch.cov(colours, correction=0) + ridge
    root = _power(covariance, 0.5)
    back = _power(covariance, -0.5)
    matrix = back @ _power(root @ torch.cov(target, correction=0) @ root, 0.5) @ back
    moved = matrix @ (colours - mean) + target_mean
    matched: Tensor = moved.clamp(0, 1).float().view_as(image)
    return matched


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """A power of a symmetric, positive semi-definite matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = vectors @ torch.diag(values.clamp_min(0 if exponent > 0 else 1e-12) ** exponent) @ vectors.T
    return power
