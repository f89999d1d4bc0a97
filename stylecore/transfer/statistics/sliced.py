"""The features' distribution along fixed random directions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.errors import SettingError
from stylecore.transfer.statistics.description import Description, Distance, weighted_sum

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


def guided_projections(features: Tensor, guide: Tensor) -> Tensor:
    """As `sorted_projections` of a part of the positions, of which each counts T².

    The distribution along a direction is cut into N parts of equal weight, and of each there is the mean. So nothing
    jumps where two values change places, and positions that count alike give `sorted_projections` of them.

    Args:
        features: (K, C, H, W), any range.
        guide: T, (1, 1, H, W), Σ T² = 1.

    Returns:
        (K, 64, N), N the number of positions where T is not 0.
    """
    inside = guide.flatten() > 0
    projections = directions_of(features.shape[1]).to(features) @ features.flatten(2)[:, :, inside]
    order = _order(projections.detach())
    ends = guide.flatten()[inside].double().square()[order].cumsum(2)
    ends /= ends[:, :, -1:].clone()
    means: Tensor = _PartMeans.apply(projections.gather(2, order), ends)
    return means


class _PartMeans(torch.autograd.Function):
    """The means of a step function on N equal parts of [0, 1]; its gradient is another such mean."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, ends: Tensor) -> Tensor:  # noqa: ANN401  # torch gives contexts no type
        """Values, (K, 64, N), and where each of them ends, rising to 1 → (K, 64, N)."""
        ctx.save_for_backward(ends)
        parts = [_differences(v, e, _ends_of_parts(e)) for v, e in zip(*map(_some, (values, ends)), strict=True)]
        return torch.cat(parts, dim=1)

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None]:  # noqa: ANN401  # as above
        (ends,) = ctx.saved_tensors
        parts = [_differences(u, _ends_of_parts(e), e) for u, e in zip(*map(_some, (upstream[0], ends)), strict=True)]
        return torch.cat(parts, dim=1), None


def _some(values: Tensor) -> tuple[Tensor, ...]:
    """Some directions at a time, of (K, 64, N): in float64, all would take much memory."""
    return torch.split(values, 8, dim=1)


def _ends_of_parts(ends: Tensor) -> Tensor:
    count = ends.shape[2]
    return (torch.arange(1, count + 1, device=ends.device, dtype=ends.dtype) / count).expand_as(ends).contiguous()


def _differences(values: Tensor, ends: Tensor, places: Tensor) -> Tensor:
    """N times the integral of a step function between each place and the one before.

    Args:
        values: (K, D, N).
        ends: of each value, (K, D, N), float64, rising to 1.
        places: (K, D, N), float64, rising to 1.

    Returns:
        (K, D, N), computed in float64, of the values' type.
    """
    dtype, starts = values.dtype, F.pad(ends[:, :, :-1], (1, 0))
    values, ends = values.double(), ends.contiguous()
    before = F.pad((values * (ends - starts)).cumsum(2)[:, :, :-1], (1, 0))
    step = torch.searchsorted(ends, places.contiguous()).clamp_max(values.shape[2] - 1)
    integral = before.gather(2, step) + (places - starts.gather(2, step)) * values.gather(2, step)
    differences = integral.diff(dim=2, prepend=torch.zeros_like(integral[:, :, :1]))
    return (values.shape[2] * differences).to(dtype)


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
    quantiles = _resampled(target, content)
    return lambda description: (description - quantiles).square().mean((1, 2))


def _blended(descriptions: Sequence[Tensor], shares: Sequence[float], content: Tensor) -> Tensor:
    """The barycentre of the styles along each direction: in one dimension that is the mean of their quantiles."""
    return weighted_sum([_resampled(description, content) for description in descriptions], shares)


def _resampled(description: Tensor, like: Tensor) -> Tensor:
    """Quantiles at as many positions as another description has."""
    return F.interpolate(description, like.shape[2], mode="linear")


def _refuse_tiles(*_: object) -> Tensor:
    raise SettingError(
        "Sliced compares all positions of a picture at once, which can't be taken in tiles: choose another description "
        "of style, or a smaller size."
    )


SLICED = Description(
    of=sorted_projections,
    distance=_distance,
    sums=_refuse_tiles,
    from_sums=_refuse_tiles,
    guided=guided_projections,
    blended=_blended,
)
