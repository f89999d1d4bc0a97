"""Descent inside the box [0, 1]: one picture, one gradient, the next picture."""

from __future__ import annotations

from collections import deque
from typing import Protocol

import torch
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.scales import with_scales


class Optimizer(Protocol):
    """The state of one descent; a new loss needs a new optimizer. It never changes a tensor that it is given."""

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """The next picture.

        Args:
            image: (3, H, W), in [0, 1].
            gradient: (3, H, W), of the loss at `image`.

        Returns:
            (3, H, W), in [0, 1].
        """


def make_optimizer(config: TransferConfig, *, compact: bool = False) -> Optimizer:
    """The optimizer that the settings ask for, knowing nothing yet.

    Args:
        config: the settings.
        compact: whether memory is short; then L-BFGS keeps its pairs smaller, and fewer of them.
    """
    if config.optimizer == "lbfgs":
        return ProjectedLBFGS(config.lbfgs_memory, scales=config.lbfgs_scales, compact=compact)
    return Adam(config.learning_rate, config.learning_rate_decay, config.decay_every)


class ProjectedLBFGS:
    """L-BFGS that keeps the pixels in [0, 1] while it runs, and measures curvature by place.

    It is the two-loop recursion (Nocedal & Wright 2006, algorithm 7.4) in that book's letters. For each remembered
    step, s is the change of the picture, y the change of the gradient and ρ = 1 / yᵀs; α = ρ sᵀq is what the first
    loop, newest pair to oldest, takes out of q, and β = ρ yᵀr what the second loop, oldest to newest, sets against it.
    Between the loops stands γ = sᵀy / yᵀy, the initial inverse Hessian H₀. There is no line search, and four
    things differ:

    - The box: a pixel at a bound whose gradient points outward is frozen for the step, and s is the change that
      really happened, after clamping.
    - Curvature by place: a sky and a crowd want steps of very different length. So inner products are taken in
      overlapping windows, and ρ, α, β and γ are one number for each window. Triangular windows are a partition of
      unity: at every pixel their weights sum to 1, and the same weights spread a value by window over the pixels. The
      inverse Hessian stays symmetric and positive, because a pair counts only in windows where its curvature is
      positive. One window as large as the picture is the ordinary method.
    - Steps that see all scales: with a diagonal H₀, brightness and large patches of colour move as slowly as single
      pixels. So H₀ = Γ^½ (I + t Σ_k g_k S_k) Γ^½, Γ being the diagonal of γ and S_k a smoothing over about 2^k pixels
      (see `with_scales`): symmetric and positive, too. The large shapes are found first, so t falls, 1 / (1 + n / 16)
      after n steps. Without scales it is the ordinary method.
    - Bolder steps, where there are scales: ReLU and maximum pooling have kinks, and over one short step their part of y
      is large, so that γ is too small (after 60 steps, sᵀy / yᵀy over eight steps is 4 to 10 times that over one). So Γ
      is γ times 1 + n / 30, at most 2.
    """

    WINDOW = 32  # pixels between the centres of neighbouring windows
    FIRST_CHANGE = 0.1  # largest change of a pixel in the first step, which has no curvature to scale by
    LARGEST_CHANGE = 0.1  # of a pixel in any later step
    LARGEST_CHANGE_OF_SCALES = 0.15  # the same, where a step sees all scales
    CLEAR_COSINE = 0.05  # of s and y in a window, above which the pair counts there
    GAINS = (1.0, 1.2, 1.4, 1.7, 2.0, 2.4, 2.8, 3.3)  # g_k of blocks of 2, 4, 8 … pixels
    GAINS_HALVED_AFTER = 16  # steps
    GAMMA_DOUBLED_AFTER = 30  # steps
    COMPACT_BYTES = 600e6  # that compact pairs may take

    def __init__(self, memory: int, window: float = WINDOW, scales: int = 0, *, compact: bool = False) -> None:
        """Begins without any pair.

        Args:
            memory: pairs that are remembered.
            window: pixels between the centres of neighbouring windows.
            scales: how many S_k there are.
            compact: whether s and y are kept in bfloat16, and no more pairs than fit `COMPACT_BYTES`.
        """
        self._pairs: deque[tuple[Tensor, Tensor, Tensor]] = deque(maxlen=memory)  # s, y: (3·H, W); ρ: (h, w)
        self._window = window
        self._gains = self.GAINS[:scales]
        self._compact = compact
        self._steps = 0
        self._gamma: Tensor | None = None  # (h, w)
        self._last: tuple[Tensor, Tensor] | None = None  # picture and gradient of the step before

    @classmethod
    def compact_pairs(cls, values: int) -> int:
        """How many pairs of so many values may be remembered where memory is short, at least 1."""
        return max(1, int(cls.COMPACT_BYTES / (4 * values)))

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """See `Optimizer`."""
        if self._last is None:
            # The channels stand below each other, (3·H, W): one matrix product sums over them, too.
            self._rows = _partition_of_unity(image.shape[1], self._window, image).repeat(3, 1)  # (3·H, h)
            self._columns = _partition_of_unity(image.shape[2], self._window, image)  # (W, w)
        else:
            self._remember((image - self._last[0]).flatten(0, 1), (gradient - self._last[1]).flatten(0, 1))
        self._last = (image, gradient)
        self._steps += 1
        free = ~(((image <= 0) & (gradient > 0)) | ((image >= 1) & (gradient < 0)))
        slope = gradient * free
        if self._pairs:
            change = self._direction(slope.flatten(0, 1)).view_as(slope)
            largest = self.LARGEST_CHANGE_OF_SCALES if self._gains else self.LARGEST_CHANGE
            change = change.clamp(-largest, largest)
        else:
            change = -slope * (self.FIRST_CHANGE / slope.abs().max().clamp_min(1e-30))
        return (image + change * free).clamp(0, 1)

    def _remember(self, s: Tensor, y: Tensor) -> None:
        """Keeps a pair, (3·H, W) each, if the loss curves upward along s; ρ is 0 where a window's cosine is unclear."""
        if self._compact:
            s, y = s.bfloat16(), y.bfloat16()
        sy, yy = self._dot(s, y), self._dot(y, y)
        if not sy.sum() > 0:
            return
        clear = sy > self.CLEAR_COSINE * (self._dot(s, s) * yy).sqrt()
        if self._gamma is None:
            self._gamma = (sy.sum() / yy.sum()).expand_as(sy)
        self._gamma = torch.where(clear, sy / yy.clamp_min(1e-30), self._gamma)
        rho = torch.where(clear, 1 / sy.clamp_min(1e-30), torch.zeros_like(sy))
        if self._compact and len(self._pairs) == self.compact_pairs(s.numel()):
            self._pairs.popleft()
        self._pairs.append((s, y, rho))

    def _direction(self, slope: Tensor) -> Tensor:
        """−H·slope, (3·H, W), H being the inverse Hessian that the pairs suggest."""
        q = slope.clone()
        alphas = []
        for s, y, rho in reversed(self._pairs):
            alpha = rho * self._dot(s, q)
            q.addcmul_(self._spread(alpha), y.float(), value=-1)
            alphas.append(alpha)
        r = q
        if self._gamma is not None:
            r = self._initial_inverse_hessian(r)
        for (s, y, rho), alpha in zip(self._pairs, reversed(alphas), strict=True):
            beta = rho * self._dot(y, r)
            r.addcmul_(self._spread(alpha - beta), s.float())
        return -r

    def _initial_inverse_hessian(self, q: Tensor) -> Tensor:
        """H₀·q, (3·H, W); q is overwritten."""
        assert self._gamma is not None
        if not self._gains:
            return q.mul_(self._spread(self._gamma))
        bolder = min(2.0, 1 + self._steps / self.GAMMA_DOUBLED_AFTER)
        root = self._spread(self._gamma * bolder).sqrt()
        q *= root
        share = 1 / (1 + self._steps / self.GAINS_HALVED_AFTER)
        spread = with_scales(q.view(3, -1, q.shape[1]), [share * gain for gain in self._gains])
        return spread.flatten(0, 1).mul_(root)

    def _dot(self, a: Tensor, b: Tensor) -> Tensor:
        """Inner products of two (3·H, W) by window, (h, w)."""
        return self._rows.T @ (a.float() * b.float()) @ self._columns

    def _spread(self, values: Tensor) -> Tensor:
        """Values by window, (h, w), interpolated to every pixel: (3·H, W)."""
        return self._rows @ values @ self._columns.T


def _partition_of_unity(length: int, spacing: float, like: Tensor) -> Tensor:
    """Weights of triangular windows along one side, which sum to 1 at every pixel.

    Args:
        length: of the side, in pixels.
        spacing: about how many pixels lie between the centres of neighbouring windows.
        like: a tensor of the wanted kind and device.

    Returns:
        (length, windows), in [0, 1].
    """
    count = max(1, round(length / spacing) + 1)
    if count == 1:
        return like.new_ones(length, 1)
    pixels = (torch.arange(length, device=like.device) + 0.5) / length * (count - 1)
    centres = torch.arange(count, device=like.device)
    return (1 - (pixels[:, None] - centres).abs()).clamp_min(0).to(like.dtype)


class Adam:
    """Adam (Kingma & Ba 2014, algorithm 1), the pixels clamped after every step.

    β₂ is 0.99 where the paper proposes 0.999, because a run has hundreds of steps and not thousands. ε only prevents a
    division by 0.
    """

    BETA_1, BETA_2 = 0.9, 0.99  # what the means keep of themselves in a step
    EPSILON = 1e-30

    def __init__(self, learning_rate: float, decay: float = 1.0, decay_every: int = 1) -> None:
        """Begins with both moments at 0.

        Args:
            learning_rate: about the largest change of a pixel in a step.
            decay: factor on the rate, each time that `decay_every` steps are made.
            decay_every: steps.
        """
        self._settings = (learning_rate, decay, decay_every)
        self._steps = 0
        self._moments: tuple[Tensor, Tensor] | None = None  # m and v, (3, H, W) each

    def step(self, image: Tensor, gradient: Tensor) -> Tensor:
        """See `Optimizer`."""
        zeros = torch.zeros_like(gradient)
        m, v = self._moments or (zeros, zeros)
        rate, decay, every = self._settings
        rate *= decay ** (self._steps // every)
        self._steps += 1
        m = m.lerp(gradient, 1 - self.BETA_1)
        v = v.lerp(gradient.square(), 1 - self.BETA_2)
        self._moments = (m, v)
        unbiased = v / (1 - self.BETA_2**self._steps)
        change = m / (1 - self.BETA_1**self._steps) / (unbiased.sqrt() + self.EPSILON)
        return (image - rate * change).clamp(0, 1)
