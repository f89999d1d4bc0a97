"""Descent inside the box [0, 1]: one picture, one gradient, the next picture."""

from __future__ import annotations

from collections import deque
from typing import Protocol

import torch
from torch import Tensor

from stylecore.config import TransferConfig


class Optimizer(Protocol):
    """What it learns holds for one picture and one loss; it never changes a tensor that it is given."""

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """The next picture.

        Args:
            image: (3, H, W), in [0, 1].
            gradient: (3, H, W), of the loss at `image`.

        Returns:
            (3, H, W), in [0, 1].
        """


def make_optimizer(config: TransferConfig) -> Optimizer:
    """The optimizer that the settings ask for."""
    if config.optimizer == "lbfgs":
        return ProjectedLBFGS(config.lbfgs_memory)
    return Adam(config.learning_rate, config.learning_rate_decay, config.decay_every)


class ProjectedLBFGS:
    """L-BFGS that keeps the pixels in [0, 1] while it runs, and knows curvature by place.

    The two-loop recursion (Nocedal & Wright, algorithm 7.4) without a line search, with two differences:

    - The box: a pixel at a bound whose gradient points outward is frozen for the step, and what is remembered is the
      change that happened after clamping.
    - Curvature by place: a sky and a crowd want steps of very different length. So every inner product of the recursion
      is taken in overlapping windows, weighted by hats that sum to 1, and its result is spread back by the same hats.
      The inverse Hessian stays symmetric and positive, for a pair counts only in windows where it shows positive
      curvature. One window as large as the picture is the ordinary method.
    """

    WINDOW = 32  # pixels between two windows' centres
    FIRST_CHANGE = 0.1  # largest change of a pixel while there is no curvature to scale by
    LARGEST_CHANGE = 0.1
    CLEAR = 0.05  # cosine of change and bend from which a window's curvature counts

    def __init__(self, history: int, window: float = WINDOW) -> None:
        self._pairs: deque[tuple[Tensor, Tensor, Tensor]] = deque(maxlen=history)
        self._window = window
        self._scale: Tensor | None = None  # of H before any pair, by window
        self._last: tuple[Tensor, Tensor] | None = None

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """See `Optimizer`."""
        if self._last is None:
            # The channels stand below each other, (3·H, W): one matrix product sums over them, too.
            self._rows = _hats(image.shape[1], self._window, image).repeat(3, 1)
            self._columns = _hats(image.shape[2], self._window, image)
        else:
            self._learn((image - self._last[0]).flatten(0, 1), (gradient - self._last[1]).flatten(0, 1))
        self._last = (image, gradient)
        free = ~(((image <= 0) & (gradient > 0)) | ((image >= 1) & (gradient < 0)))
        slope = gradient * free
        if self._pairs:
            change = self._direction(slope.flatten(0, 1)).view_as(slope)
            change = change.clamp(-self.LARGEST_CHANGE, self.LARGEST_CHANGE)
        else:
            change = -slope * (self.FIRST_CHANGE / slope.abs().max().clamp_min(1e-30))
        return (image + change * free).clamp(0, 1)

    def _learn(self, change: Tensor, bend: Tensor) -> None:
        """Keeps the change that really happened, if the loss curves upward along it."""
        curvature, bends = self._dot(change, bend), self._dot(bend, bend)
        if not curvature.sum() > 0:
            return
        clear = curvature > self.CLEAR * (self._dot(change, change) * bends).sqrt()
        nothing = torch.zeros_like(curvature)
        if self._scale is None:
            self._scale = (curvature.sum() / bends.sum()).expand_as(curvature)
        self._scale = torch.where(clear, curvature / bends.clamp_min(1e-30), self._scale)
        self._pairs.append((change, bend, torch.where(clear, 1 / curvature.clamp_min(1e-30), nothing)))

    def _direction(self, slope: Tensor) -> Tensor:
        """−H·slope, H being the inverse Hessian that the pairs suggest."""
        q = slope.clone()
        shares = []
        for change, bend, weight in reversed(self._pairs):
            share = weight * self._dot(change, q)
            q.addcmul_(self._spread(share), bend, value=-1)
            shares.append(share)
        if self._scale is not None:
            q *= self._spread(self._scale)
        for (change, bend, weight), share in zip(self._pairs, reversed(shares), strict=True):
            q.addcmul_(self._spread(share - weight * self._dot(bend, q)), change)
        return -q

    def _dot(self, a: Tensor, b: Tensor) -> Tensor:
        """Inner products of two (3·H, W) by window, (h, w)."""
        return self._rows.T @ (a * b) @ self._columns

    def _spread(self, values: Tensor) -> Tensor:
        """Values by window, (h, w), for every pixel: (3·H, W)."""
        return self._rows @ values @ self._columns.T


def _hats(length: int, spacing: float, like: Tensor) -> Tensor:
    """(length, n) triangular windows about `spacing` apart, which sum to 1 at every pixel."""
    count = max(1, round(length / spacing) + 1)
    if count == 1:
        return like.new_ones(length, 1)
    pixels = (torch.arange(length, device=like.device) + 0.5) / length * (count - 1)
    centres = torch.arange(count, device=like.device)
    return (1 - (pixels[:, None] - centres).abs()).clamp_min(0).to(like.dtype)


class Adam:
    """Adam (Kingma & Ba 2014) with β₂ = 0.99, the pixels clamped after every step."""

    def __init__(self, learning_rate: float, decay: float = 1.0, decay_every: int = 1) -> None:
        self._settings = (learning_rate, decay, decay_every)
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
