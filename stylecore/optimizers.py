"""Descent inside the box [0, 1]: one picture, one gradient, the next picture."""

from __future__ import annotations

from collections import deque
from typing import Protocol

import torch
from torch import Tensor

from stylecore.config import TransferConfig


class Optimizer(Protocol):
    """Keeps what it learns about one picture; never changes a tensor that it is given."""

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """The next picture.

        Args:
            image: (3, H, W), in [0, 1].
            gradient: (3, H, W), of the loss at `image`.

        Returns:
            (3, H, W), in [0, 1].
        """

    def forget(self) -> None:
        """Drops what was learnt, because the loss has become another one."""


def make_optimizer(config: TransferConfig) -> Optimizer:
    """The optimizer that the settings ask for."""
    if config.optimizer == "lbfgs":
        return ProjectedLBFGS(config.history)
    return Adam(config.learning_rate, config.learning_rate_decay, config.decay_every)


class ProjectedLBFGS:
    """L-BFGS (Nocedal & Wright, algorithm 7.4) that keeps the pixels in [0, 1] while it runs; no line search."""

    FIRST_CHANGE = 0.1  # largest change of a pixel while there is no curvature to scale by
    LARGEST_CHANGE = 0.25

    def __init__(self, history: int) -> None:
        self._pairs: deque[tuple[Tensor, Tensor]] = deque(maxlen=history)  # (change, change of gradient)
        self._last: tuple[Tensor, Tensor] | None = None

    def forget(self) -> None:
        """See `Optimizer`."""
        self._pairs.clear()
        self._last = None

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """See `Optimizer`."""
        if self._last is not None:
            self._learn(image - self._last[0], gradient - self._last[1])
        self._last = (image, gradient)
        # A pixel at a bound whose gradient points outward is frozen for this step.
        free = ~(((image <= 0) & (gradient > 0)) | ((image >= 1) & (gradient < 0)))
        direction = self._direction(gradient * free) * free
        largest = direction.abs().max()
        limit = self.LARGEST_CHANGE if self._pairs else self.FIRST_CHANGE
        scale = torch.where(largest > limit, limit / largest, torch.ones_like(largest))
        return (image + scale * direction).clamp(0, 1)

    def _learn(self, change: Tensor, bend: Tensor) -> None:
        """Keeps the change that really happened, if the loss curves upward along it."""
        if torch.sum(change * bend) > 1e-10 * bend.square().sum():
            self._pairs.append((change, bend))

    def _direction(self, gradient: Tensor) -> Tensor:
        """−H·gradient, H being the inverse Hessian that the pairs suggest: the two-loop recursion."""
        if not self._pairs:
            return -gradient * (self.FIRST_CHANGE / gradient.abs().max().clamp_min(1e-30))
        q = gradient
        shares = []
        for change, bend in reversed(self._pairs):
            share = torch.sum(change * q) / torch.sum(change * bend)
            q = q - share * bend
            shares.append(share)
        change, bend = self._pairs[-1]
        q = q * (torch.sum(change * bend) / bend.square().sum())
        for (change, bend), share in zip(self._pairs, reversed(shares), strict=True):
            q = q + change * (share - torch.sum(bend * q) / torch.sum(change * bend))
        return -q


class Adam:
    """Adam (Kingma & Ba 2014) with β₂ = 0.99, the pixels clamped after every step."""

    def __init__(self, learning_rate: float, decay: float = 1.0, decay_every: int = 1) -> None:
        self._settings = (learning_rate, decay, decay_every)
        self.forget()

    def forget(self) -> None:
        """See `Optimizer`."""
        self._steps = 0
        self._moments: tuple[Tensor, Tensor] | None = None

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """See `Optimizer`."""
        zeros = torch.zeros_like(gradient)
        mean, square = self._moments or (zeros, zeros)
        rate, decay, every = self._settings
        rate *= decay ** (self._steps // every)
        self._steps += 1
        mean = mean.lerp(gradient, 0.1)
        square = square.lerp(gradient.square(), 0.01)
        self._moments = (mean, square)
        unbiased = square / (1 - 0.99**self._steps)
        change = mean / (1 - 0.9**self._steps) / (unbiased.sqrt() + 1e-30)
        return (image - rate * change).clamp(0, 1)
