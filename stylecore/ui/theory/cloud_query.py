"""A query: which values do the positions of both pictures have in a layer's strongest channels?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.engine.queries import Work
from stylecore.engine.view_pictures import ViewPictures
from stylecore.imaging.tensors import to_tensor
from stylecore.language import Sentence
from stylecore.transfer.features import strongest
from stylecore.transfer.vgg import VGG16, minimum_side

CHANNELS = 12  # of a layer, to choose two from
POINTS = 1200  # positions of a picture, drawn at random where there are more


@dataclass(frozen=True, eq=False, slots=True)
class Clouds:
    """The features of both pictures in some channels of one layer, without their places.

    Attributes:
        channels: their numbers, the style picture's strongest first.
        content: (channels, positions), of the photograph.
        style: (channels, positions), of the style picture.
    """

    channels: tuple[int, ...]
    content: NDArray[np.float32]
    style: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CloudQuery:
    """Which values do the positions of both pictures have in the channels that are strongest in the style?"""

    content: bytes
    style: bytes
    layer: str
    config: TransferConfig

    def work(self, vgg: VGG16, pictures: ViewPictures) -> Work[Clouds]:
        """Answers it; see `Query`."""
        style = self._features(vgg, pictures, self.style, self.config.style_scale)
        yield
        content = self._features(vgg, pictures, self.content)
        yield
        channels = strongest(style)[:CHANNELS]
        return Clouds(tuple(channels), _columns(content, channels), _columns(style, channels))

    def _features(self, vgg: VGG16, pictures: ViewPictures, picture: bytes, scale: float = 1.0) -> Tensor:
        """(1, C, H, W)."""
        shortest = minimum_side([self.layer])
        image = to_tensor(pictures.get(picture, self.config.size, shortest, Sentence("This picture"), scale))
        with torch.no_grad():
            found = vgg.forward(image.to(vgg.mean.device), [self.layer], self.config.pooling, self.config.padding)
        return found[self.layer]


def _columns(features: Tensor, channels: list[int]) -> NDArray[np.float32]:
    """Some channels at so many positions at the most, (channels, positions)."""
    rows = features[0, channels].flatten(1)
    order = torch.randperm(rows.shape[1], generator=torch.Generator().manual_seed(0))[:POINTS]
    columns: NDArray[np.float32] = rows[:, order.to(rows.device)].cpu().numpy()
    return columns
