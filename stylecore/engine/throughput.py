"""How fast this machine is: measured at the start, and learned from every step."""

from __future__ import annotations

import itertools
import math
import time
from statistics import median

import torch

from stylecore.config import TransferConfig
from stylecore.transfer.objective import Objective
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.vgg import VGG16

PASSES, SECONDS = 5, 1.0  # that are measured at least; the fastest counts, since a machine is often busy at the start
PRECISION_SIDE = 160  # pixels, at which precision is chosen: what pays there pays for larger pictures, too
NEWEST = 9  # steps of a size that count
ENOUGH = 5  # of them, against what was measured at the start: the first ones are made while a page is drawn


class ThroughputEstimator:
    """What is known of a machine's speed: seconds per pixel forward and backward, for pictures of each size.

    Small pictures take longer per pixel, and a machine may get busy, or less so: the median of the newest steps counts.
    """

    def __init__(self, pixels: int = 0, seconds: float = 0.0) -> None:
        """Begins with one measurement, or with none."""
        self._measured: dict[int, float] = {_size(pixels): seconds / pixels} if pixels else {}
        self._steps: dict[int, tuple[float, ...]] = {}

    def learn(self, pixels: int, seconds: float) -> None:
        """Takes a step of a picture of so many pixels into account."""
        size = _size(pixels)
        self._steps[size] = (*self._steps.get(size, ()), seconds / pixels)[-NEWEST:]

    def take(self, other: ThroughputEstimator) -> None:
        """Takes over what another estimator has measured of sizes of which this one has measured nothing."""
        self._measured = other._measured | self._measured

    def of(self, pixels: int) -> float | None:
        """Seconds a pixel for pictures of this size.

        Where no step of the size has been made it is that of the nearest size that is known, but no more than a smaller
        picture has taken: what was measured at the start, on a machine that was busy then, is mended by any real step.
        The other way round a few steps do not count against it.
        """
        steps = self._steps.copy()
        learned = {size: median(newest) for size, newest in steps.items()}
        size = _size(pixels)
        if size in learned:
            measured = self._measured.items() if len(steps[size]) < ENOUGH else ()
            return min([learned[size], *(per_pixel for other, per_pixel in measured if other <= size)])
        known = self._measured | learned
        if not known:
            return None
        nearest = known[min(known, key=lambda other: abs(other - math.log2(pixels)))]
        return min([nearest, *(per_pixel for other, per_pixel in learned.items() if other < size)])


def measure_throughput(vgg: VGG16, side: int = 320, share: float = 1.0) -> ThroughputEstimator:
    """The throughput of the network's device, measured in a second or two.

    Smaller pictures would take longer per pixel, above all beside a page that is drawn just then.

    Args:
        vgg: the network.
        side: of the picture that is measured, in pixels.
        share: of the device, in (0, 1], that a run will have.
    """
    small = min(side, PRECISION_SIDE)
    config = TransferConfig(size=side, precision=choose_precision("auto", vgg, small, small))
    images = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0)).to(vgg.mean.device)
    objective = Objective(vgg, images, images.flip(3), config)
    times = [time.perf_counter()]
    while len(times) <= PASSES or times[-1] < times[0] + SECONDS:
        _, gradient = objective.gradient(images, torch.ones(1, device=images.device))
        gradient.sum().item()  # waits for the device
        times.append(time.perf_counter())
    fastest = min(after - before for before, after in itertools.pairwise(times))
    return ThroughputEstimator(side**2, fastest / share)


def _size(pixels: int) -> int:
    """Sizes that are told apart, by powers of two."""
    return round(math.log2(pixels))
