"""Keeping a large picture like the small one that it was made from."""

from __future__ import annotations

import dataclasses

import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare, prepare_initial
from stylecore.transfer.style_pictures import StylePictures
from stylecore.transfer.vgg import VGG16


class Preview:
    """How a picture looks when it is seen small: large pictures are brought back to it where they have drifted away.

    What is best at a large size is, seen small, not what was best there: strokes become finer and average out. So the
    large picture's difference from the preview, taken at the preview's size, is enlarged and taken off, as far as is
    needed for L at that size to stay near the preview's. What is finer than the preview stays as it was painted.
    """

    ALLOWED = 1.1  # times the preview's L, at its size
    SHARE = 0.25  # of the difference that is taken off at a time, until it is enough
    MOST = 16  # times

    def __init__(
        self,
        vgg: VGG16,
        content: Image.Image,
        style: Image.Image | StylePictures,
        config: TransferConfig,
        picture: Image.Image,
    ) -> None:
        """Prepares the losses at the preview's size.

        Args:
            vgg: the network.
            content: RGB, of any size.
            style: RGB, of any size, or several with their masks.
            config: the settings of the run.
            picture: RGB, the preview.
        """
        config = dataclasses.replace(config, size=max(picture.size))
        content_tensor, style_tensors = prepare(content, style, config)
        device = vgg.mean.device
        self._objective = Objective(vgg, content_tensor.to(device), style_tensors.to(device), config)
        self._picture = prepare_initial(picture, content_tensor).to(device)

    def bring_back(self, images: Tensor, lambdas: tuple[float, ...], style_weights: tuple[float, ...] = ()) -> Tensor:
        """Brings pictures back.

        Args:
            images: (K, 3, H, W), in [0, 1].
            lambdas: of each.
            style_weights: of all styles, if there are several.

        Returns:
            (K, 3, H, W), in [0, 1].
        """
        if style_weights:
            self._objective.mix(style_weights)
        return torch.cat([self._one(image.unsqueeze(0), lam) for image, lam in zip(images, lambdas, strict=True)])

    def _one(self, image: Tensor, lam: float) -> Tensor:
        allowed = self.ALLOWED * self._loss(self._picture, lam)
        for _ in range(self.MOST):
            seen = self._seen(image)
            if self._loss(seen, lam) <= allowed:
                break
            change = F.interpolate(self.SHARE * (self._picture - seen), image.shape[2:], mode="bicubic")
            image = (image + change).clamp(0, 1)
        return image

    def _seen(self, image: Tensor) -> Tensor:
        """A picture at the preview's size."""
        return F.interpolate(image, self._picture.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)

    def _loss(self, image: Tensor, lam: float) -> float:
        with torch.no_grad():
            return self._objective(image).total(torch.tensor([lam], device=image.device)).item()
