"""Queries about what the layers see in pictures: what the pages Layers and Theory ask the engine."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.artifacts.heatmaps import heat
from stylecore.config import Statistic, TransferConfig
from stylecore.engine.queries import Work
from stylecore.engine.view_pictures import ViewPictures
from stylecore.imaging.images import encode_png
from stylecore.imaging.tensors import to_tensor
from stylecore.language import Sentence
from stylecore.transfer.features import distance, shuffled, strongest
from stylecore.transfer.losses import content_loss
from stylecore.transfer.objective import Objective
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.matrices import gram
from stylecore.transfer.vgg import VGG16, minimum_side

VIEW_SIZE = 384  # longer side, in pixels, at which pictures are looked at, at the most
MAPS = 24  # channels of a layer that are shown
MATRICES: tuple[Statistic, ...] = ("gram", "covariance")  # statistics that are a matrix of channels, and can be drawn
MATRIX = 40  # channels of a matrix that are shown

Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class FeatureMaps:
    """A layer's view of one picture.

    Attributes:
        channels: numbers of the strongest channels, the strongest first.
        means: of these channels.
        maps: each as PNG bytes.
        silent: channels of the layer that are 0 everywhere.
        size: width and height of the features.
    """

    channels: tuple[int, ...]
    means: tuple[float, ...]
    maps: tuple[bytes, ...]
    silent: int
    size: tuple[int, int]


@dataclass(frozen=True, slots=True)
class FeatureMapsQuery:
    """What are the strongest channels of a layer, and where do they see something?"""

    picture: bytes
    layer: str
    config: TransferConfig

    def work(self, vgg: VGG16, pictures: ViewPictures) -> Work[FeatureMaps]:
        """Answers it; see `Query`."""
        features = _features(vgg, _tensor(pictures, self.picture, self.layer, self.config), self.layer, self.config)
        yield
        means = features.mean((0, 2, 3))
        channels = strongest(features)[:MAPS]
        return FeatureMaps(
            channels=tuple(channels),
            means=tuple(means[channels].tolist()),
            maps=tuple(encode_png(heat(features[0, channel])) for channel in channels),
            silent=int((means == 0).sum()),
            size=(features.shape[3], features.shape[2]),
        )


@dataclass(frozen=True, slots=True)
class Statistics:
    """The Gram matrices, or covariances, of one layer per position, and how far they are from the style's.

    Attributes:
        channels: that are shown, the style picture's strongest first.
        matrices: of these channels, by picture: "content", "style" and, where there is one, "result".
        distances: ‖G − G(style)‖ / ‖G(style)‖ of all channels, by picture.
        trajectory: (step, distance, matrix − the style's) for pictures of the run, oldest first.
    """

    channels: tuple[int, ...]
    matrices: dict[str, Matrix]
    distances: dict[str, float]
    trajectory: tuple[tuple[int, float, Matrix], ...]


@dataclass(frozen=True, slots=True)
class StatisticsQuery:
    """What does a layer know of the style of both pictures, of the result, and of what was on the way?

    `trajectory` has (step, picture) pairs; the statistic of `config` must be one of `MATRICES`.
    """

    content: bytes
    style: bytes
    result: bytes
    trajectory: tuple[tuple[int, bytes], ...]
    layer: str
    config: TransferConfig

    def work(self, vgg: VGG16, pictures: ViewPictures) -> Work[Statistics]:
        """Answers it; see `Query`."""
        style = self._statistic(vgg, pictures, self.style, self.config.style_scale)
        yield
        channels = style.diagonal().argsort(descending=True, stable=True)[:MATRIX]
        matrices, distances = {"style": _shown(style, channels)}, {"style": 0.0}
        for name, picture in (("content", self.content), ("result", self.result)):
            if picture:
                matrix = self._statistic(vgg, pictures, picture)
                matrices[name], distances[name] = _shown(matrix, channels), distance(matrix, style)
                yield
        trajectory = []
        for step, picture in self.trajectory:
            matrix = self._statistic(vgg, pictures, picture)
            trajectory.append((step, distance(matrix, style), _shown(matrix - style, channels)))
            yield
        return Statistics(tuple(channels.tolist()), matrices, distances, tuple(trajectory))

    def _statistic(self, vgg: VGG16, pictures: ViewPictures, picture: bytes, scale: float = 1.0) -> Tensor:
        """(C, C)."""
        features = _features(vgg, _tensor(pictures, picture, self.layer, self.config, scale), self.layer, self.config)
        return DESCRIPTIONS[self.config.statistic].of(features)[0]


@dataclass(frozen=True, slots=True)
class Calibration:
    """The weights of one pair, and what they were measured on; each by layer.

    Attributes:
        content_sizes: unweighted loss of having nothing of the content, ½‖f(c)‖².
        content_distances: unweighted L_content(s′, c), s′ being the style picture at the content's size.
        content_weights: w_i.
        style_sizes: unweighted loss of having nothing of the style.
        style_distances: unweighted L_style(c, s).
        style_weights: u_i.
    """

    content_sizes: dict[str, float]
    content_distances: dict[str, float]
    content_weights: dict[str, float]
    style_sizes: dict[str, float]
    style_distances: dict[str, float]
    style_weights: dict[str, float]


@dataclass(frozen=True, slots=True)
class CalibrationQuery:
    """Which weights make both losses 1 at the opposite picture of this pair?"""

    content: bytes
    style: bytes
    config: TransferConfig

    def work(self, vgg: VGG16, pictures: ViewPictures) -> Work[Calibration]:
        """Answers it; see `Query`."""
        device = vgg.mean.device
        config = _at_view_size(self.config)
        shortest = minimum_side(config.layers)
        content, style = (
            to_tensor(pictures.get(data, config.size, shortest, name, scale)).to(device)
            for data, name, scale in (
                (self.content, "The content picture", 1.0),
                (self.style, "The style picture", config.style_scale),
            )
        )
        objective = Objective(vgg, content, style, config)
        yield
        opposite = F.interpolate(style, content.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)
        with torch.no_grad():
            at_style = objective(opposite).content_layers
        yield
        with torch.no_grad():  # not across the yield: others compute there
            at_content = objective(content).style_layers

        def unweighted(losses: dict[str, Tensor], weights: dict[str, float]) -> dict[str, float]:
            return {layer: loss.item() / weights[layer] if weights[layer] else 0.0 for layer, loss in losses.items()}

        return Calibration(
            content_sizes=objective.content_sizes,
            content_distances=unweighted(dict(at_style), objective.content_weights),
            content_weights=objective.content_weights,
            style_sizes=objective.style_sizes,
            style_distances=unweighted(dict(at_content), objective.style_weights),
            style_weights=objective.style_weights,
        )


@dataclass(frozen=True, slots=True)
class Shuffled:
    """A feature map whose positions have been shuffled, and what the two losses think of it.

    Attributes:
        before: the strongest channel as PNG bytes.
        after: the same channel, shuffled.
        channel: its number.
        content: ½‖f − f̃‖² / ½‖f‖²: the content loss, relative to having nothing.
        style: ‖G(f) − G(f̃)‖ / ‖G(f)‖: 0 but for rounding.
    """

    before: bytes
    after: bytes
    channel: int
    content: float
    style: float


@dataclass(frozen=True, slots=True)
class ShuffleQuery:
    """What if the positions of a picture's feature map were shuffled?"""

    picture: bytes
    layer: str
    seed: int
    config: TransferConfig

    def work(self, vgg: VGG16, pictures: ViewPictures) -> Work[Shuffled]:
        """Answers it; see `Query`."""
        features = _features(vgg, _tensor(pictures, self.picture, self.layer, self.config), self.layer, self.config)
        yield
        moved = shuffled(features, self.seed)
        channel = strongest(features)[0]
        nothing = content_loss(torch.zeros_like(features), features)
        return Shuffled(
            before=encode_png(heat(features[0, channel], 256)),
            after=encode_png(heat(moved[0, channel], 256)),
            channel=channel,
            content=float(content_loss(moved, features) / nothing.clamp_min(1e-12)),
            style=distance(gram(moved), gram(features)),
        )


def _at_view_size(config: TransferConfig) -> TransferConfig:
    return TransferConfig.from_dict({**config.to_dict(), "size": min(config.size, VIEW_SIZE)})


def _tensor(pictures: ViewPictures, picture: bytes, layer: str, config: TransferConfig, scale: float = 1.0) -> Tensor:
    """(1, 3, H, W), in [0, 1]."""
    size = min(config.size, VIEW_SIZE)
    return to_tensor(pictures.get(picture, size, minimum_side([layer]), Sentence("This picture"), scale))


def _features(vgg: VGG16, image: Tensor, layer: str, config: TransferConfig) -> Tensor:
    """(1, C, H, W)."""
    with torch.no_grad():
        return vgg.forward(image.to(vgg.mean.device), [layer], config.pooling, config.padding)[layer]


def _shown(matrix: Tensor, channels: Tensor) -> Matrix:
    """The part of a matrix, (C, C), that is shown; five digits are enough for a colour."""
    return tuple(tuple(float(f"{v:.5g}") for v in row) for row in matrix[channels][:, channels].tolist())
