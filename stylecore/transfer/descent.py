"""One picture's way down: its optimizer, the best that it has been, and what happens when a step goes wrong."""

from __future__ import annotations

import math

from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.language import Sentence
from stylecore.transfer.optimizers import Adam, ProjectedLBFGS, make_optimizer
from stylecore.transfer.records import TransferError

STALLED_AFTER = 30  # steps without a better loss
CAREFUL_RATE = 0.005  # Adam's learning rate after a fallback: about the largest change of a pixel in a step


class Descent:
    """One picture of a batch, where it is now and what was learnt on the way.

    L-BFGS without a line search may stall, and any optimizer may step to where the loss is not finite. Then the picture
    falls back: to the best that it has been, and on from there with small steps of Adam.

    Attributes:
        image: (3, H, W), in [0, 1].
    """

    def __init__(self, image: Tensor, config: TransferConfig, *, compact: bool = False) -> None:
        """Begins at a picture with the optimizer of the settings, see `make_optimizer`."""
        self._compact = compact
        self.image = image
        self._config = config
        self.start_anew()

    def start_anew(self) -> None:
        """Forgets all that belongs to another loss; a fallback as well, for it was that loss which called for it."""
        self._optimizer = make_optimizer(self._config, compact=self._compact)
        self._fell_back = False
        self._best: tuple[float, Tensor] | None = None
        self._since_best = 0
        self._solved = False

    def judge(self, total: float, finite_gradient: bool, solved: bool) -> str:
        """Takes note of the loss at the present picture.

        Args:
            total: L.
            finite_gradient: whether every entry of the gradient is finite.
            solved: whether nothing is left of the loss but rounding, which no step should follow.

        Returns:
            Why the picture has to fall back; empty if all is well.

        Raises:
            TransferError: if it is not finite and there is no earlier picture to go back to.
        """
        if not (math.isfinite(total) and finite_gradient):
            if self._best is None:
                raise TransferError("The loss of the very first picture is not finite: choose other settings.")
            return Sentence("the loss was not finite")
        self._solved = solved
        if self._best is None or total < self._best[0] or solved:
            self._best = (total, self.image)
            self._since_best = 0
            return ""
        self._since_best += 1
        stalled = self._since_best >= STALLED_AFTER and not self._fell_back
        return Sentence("L-BFGS stalled") if stalled and isinstance(self._optimizer, ProjectedLBFGS) else ""

    def fall_back(self) -> None:
        """Returns to the best picture, to go on from there with careful steps."""
        self._optimizer = Adam(CAREFUL_RATE)
        self._fell_back = True
        self._since_best = 0
        self.settle()

    def settle(self) -> None:
        """Chooses the picture to end with: after a fallback the best one, else the present one."""
        if self._fell_back and self._best is not None:
            self.image = self._best[1]

    def update(self, gradient: Tensor) -> None:
        """Makes one step of the optimizer, unless there is nothing left to gain.

        Args:
            gradient: (3, H, W), of L at the present picture.
        """
        if not self._solved:
            self.image = self._optimizer.step(self.image, gradient)
