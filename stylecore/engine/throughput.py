"""How fast this machine is: measured at the start, and learned from every step."""

from __future__ import annotations

import math
import time

import torch

from stylecore.config import TransferConfig
from stylecore.transfer.objective import Objective
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.vgg import VGG16


class ThroughputEstimator:
    """What is known of a machine's speed: seconds per pixel forward and backward, for pictures of each size.

    Small pictures take longer per pixel, and a machine may get busy: every step that is made counts a little.
    """

    NEWEST_SHARE = 0.05  # weight of the newest step in the estimate

    def __init__(self, pixels: int = 0, seconds: float = 0.0) -> None:
        """Begins with one measurement, or with none."""
        self._known: dict[int, float] = {}
        if pixels:
            self.learn(pixels, seconds)

    def learn(self, pixels: int, seconds: float) -> None:
        """Takes a step of a picture of so many pixels into account."""
        size = round(math.log2(pixels))
        per_pixel = seconds / pixels
        known = self._known.get(size, per_pixel)
        self._known[size] = known + self.NEWEST_SHARE * (per_pixel - known)

    def take(self, other: ThroughputEstimator) -> None:
        """Takes over what another estimator knows of sizes that this one has seen nothing of."""
        self._known = other._known | self._known

    def of(self, pixels: int) -> float | None:
        """Seconds a pixel for pictures of this size, or of the nearest size that is known."""
        if not self._known:
            return None
        return self._known[min(list(self._known), key=lambda size: abs(size - math.log2(pixels)))]


def measure_throughput(vgg: VGG16, side: int = 160) -> ThroughputEstimator:
    """The throughput of the network's device, measured in less than a second."""
    config = TransferConfig(size=side, precision=choose_precision("auto", vgg, side, side))
    images = torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0)).to(vgg.mean.device)
    objective = Objective(vgg, images, images.flip(3), config)
    best = float("inf")
    for _ in range(3):
        began = time.perf_counter()
        _, gradient = objective.gradient(images, torch.ones(1, device=images.device))
        gradient.sum().item()  # waits for the device
        best = min(best, time.perf_counter() - began)
    return ThroughputEstimator(side**2, best)
