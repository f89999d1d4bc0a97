"""Postprocessing of a finished picture, without a new run: the content's colours, and a blend with the content."""

from __future__ import annotations

import torch
from PIL import Image
from torch import Tensor

from stylecore.config import Postprocess
from stylecore.imaging.tensors import to_image, to_tensor

PART = 2**20  # pixels whose statistics are taken at a time


def postprocess(picture: Image.Image, content: Image.Image, settings: Postprocess) -> Image.Image:
    """Applies postprocessing to a picture.

    Args:
        picture: RGB, the result of a run.
        content: RGB, the content picture of that run; it is scaled to the size of the result.
        settings: what to do; the defaults leave the picture as it is.
    """
    if settings == Postprocess():
        return picture
    return to_image(postprocess_tensor(to_tensor(picture), content, settings)[0])


def postprocess_tensor(image: Tensor, content: Image.Image, settings: Postprocess) -> Tensor:
    """Applies postprocessing to a picture that is not rounded to 8 bits.

    Args:
        image: (1, 3, H, W), in [0, 1].
        content: RGB, the content picture of its run; it is scaled to the size of the result.
        settings: what to do; the defaults leave the picture as it is.

    Returns:
        (1, 3, H, W), in [0, 1].
    """
    if settings == Postprocess():
        return image
    size = image.shape[3], image.shape[2]
    if content.size != size:
        content = content.resize(size, Image.Resampling.LANCZOS)  # as `images.fit` did for the run
    original = to_tensor(content).to(image.device)
    if settings.colours == "luminance":
        image = (original + (_light(image) - _light(original))).clamp(0, 1)  # Cb and Cr stay if all three move alike
    elif settings.colours == "statistics":
        image = match_statistics(image, original)
    return image.lerp(original, settings.blend) if settings.blend else image


def without_blend(picture: Image.Image, content: Image.Image, share: float) -> Image.Image:
    """What a picture was before its content was blended in, as far as 8 bits tell; the content if nothing was left.

    Args:
        picture: RGB.
        content: RGB; it is scaled to the size of the picture.
        share: of the content in the picture, from 0 to 1.
    """
    if share == 0:
        return picture
    content = content.resize(picture.size, Image.Resampling.LANCZOS)
    if share == 1:
        return content
    blended, original = to_tensor(picture), to_tensor(content)
    return to_image((original + (blended - original) / (1 - share))[0])


def _light(image: Tensor) -> Tensor:
    """Luma, (1, 1, H, W), of (1, 3, H, W): ITU-R BT.601, as in JPEG."""
    return (image * image.new_tensor((0.299, 0.587, 0.114)).view(3, 1, 1)).sum(1, keepdim=True)


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
    mean, covariance = _statistics(image)
    target_mean, target_covariance = _statistics(reference)
    ridge = 1e-6 * torch.eye(3, dtype=torch.float64)  # without it, the covariance of a grey picture has no inverse
    root = _power(covariance + ridge, 0.5)
    back = _power(covariance + ridge, -0.5)
    matrix = back @ _power(root @ target_covariance @ root, 0.5) @ back
    shift = target_mean - matrix @ mean
    moved = torch.addmm(shift.to(image), matrix.to(image), image[0].flatten(1))
    return moved.clamp_(0, 1).view_as(image)


def _statistics(image: Tensor) -> tuple[Tensor, Tensor]:
    """Mean, (3, 1), and covariance, (3, 3), of the colours of (1, 3, H, W), in float64 on the CPU."""
    parts = torch.split(image[0].flatten(1), PART, dim=1)  # a large picture in float64 would take gigabytes
    count = image.shape[2] * image.shape[3]
    mean = torch.stack([part.double().sum(1, keepdim=True) for part in parts]).sum(0) / count
    products = [(part.double() - mean) @ (part.double() - mean).mT for part in parts]
    return mean.cpu(), torch.stack(products).sum(0).cpu() / count


def _power(matrix: Tensor, exponent: float) -> Tensor:
    """A power of a symmetric, positive semi-definite matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    power: Tensor = vectors @ torch.diag(values.clamp_min(0 if exponent > 0 else 1e-12) ** exponent) @ vectors.T
    return power
