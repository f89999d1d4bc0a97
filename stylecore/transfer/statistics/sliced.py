"""The features' distribution along fixed random directions."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.errors import SettingError
from stylecore.transfer.statistics.description import Description, Distance

DIRECTIONS = 64
SEED = 0  # of the directions, which are the same in every run: losses compare, and L-BFGS needs one loss, not many


def directions_of(channels: int) -> Tensor:
    """Fixed random directions in the space of the channels.

    Args:
        channels: of the layer, C.

    Returns:
        (64, C), each of length 1, drawn on the CPU: the same on every device.
    """
    generator = torch.Generator().manual_seed(SEED)
    return F.normalize(torch.randn(DIRECTIONS, channels, generator=generator), dim=1)


def sorted_projections(features: Tensor) -> Tensor:
    """What is seen of the positions along each direction, in rising order.

    Heitz et al. 2021, "A Sliced Wasserstein Loss for Neural Texture Synthesis", draw new directions in every step; here
    they are fixed.

    This is not a sum over positions, so a picture cannot be taken in tiles.

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, 64, H · W).
    """
    projections = directions_of(features.shape[1]).to(features) @ features.flatten(2)
    return projections.gather(2, _order(projections.detach()))


def _order(values: Tensor) -> Tensor:
    """The places of the values, (K, 64, N), in rising order along N.

    On a CPU, torch sorts a single row of integers about three times as fast as floats. The bits of floats, read as
    integers, rise as they do, once those of the negative ones are turned around.
    """
    if values.device.type != "cpu" or values.dtype != torch.float32:
        return values.argsort(stable=True)
    order = torch.empty_like(values, dtype=torch.int64)
    for row, places in zip(values.flatten(0, 1), order.flatten(0, 1), strict=True):
        bits = row.view(torch.int32)
        places.copy_(torch.where(bits < 0, bits ^ 0x7FFFFFFF, bits).argsort(stable=True))
    return order


def _distance(target: Tensor, content: Tensor) -> Distance:
    """Mean square of the differences: the squared 2-Wasserstein distance of each projection, on average.

    A style picture with another number of positions is compared by its quantiles, between which lines are drawn.
    """
    quantiles = F.interpolate(target, content.shape[2], mode="linear")
    return lambda description: (description - quantiles).square().mean((1, 2))


def _refuse_tiles(*_: object) -> Tensor:
    raise SettingError(
        "Sliced compares all positions of a picture at once, which can't be taken in tiles: choose another description "
        "of style, or a smaller size."
    )


SLICED = Description(of=sorted_projections, distance=_distance, sums=_refuse_tiles, from_sums=_refuse_tiles)
