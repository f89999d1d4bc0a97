"""What a run and its caller tell each other: the losses of a step, the step itself, and messages to the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from stylecore.config import Precision
from stylecore.errors import UserError


class TransferError(UserError, RuntimeError):
    """A run can't start or go on; the message is one plain sentence."""


@dataclass(frozen=True, slots=True)
class LossRecord:
    """The losses after `index` updates, as plain numbers; the tuples have one entry for each λ.

    Attributes:
        index: updates made so far; 0 is the picture that the run starts from.
        lambdas: λ in force.
        content: L_content, not weighted by λ.
        style: L_style, not weighted by λ.
        total: L, the smoothness term included.
        content_layers: L_content by layer.
        style_layers: L_style by layer.
        style_weights: the weights of the styles in force, as the caller wrote them; empty where there is one style.
    """

    index: int
    lambdas: tuple[float, ...]
    content: tuple[float, ...]
    style: tuple[float, ...]
    total: tuple[float, ...]
    content_layers: Mapping[str, tuple[float, ...]]
    style_layers: Mapping[str, tuple[float, ...]]
    style_weights: tuple[float, ...] = ()

    def slice(self, places: slice) -> LossRecord:
        """The losses of some of the λ."""
        return LossRecord(
            self.index,
            self.lambdas[places],
            self.content[places],
            self.style[places],
            self.total[places],
            {layer: values[places] for layer, values in self.content_layers.items()},
            {layer: values[places] for layer, values in self.style_layers.items()},
            self.style_weights,
        )


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Step:
    """What is known after an update.

    Attributes:
        losses: at these images.
        images: (K, 3, H, W), in [0, 1], at the size of the result even while the work is done at a smaller one.
        size: width and height at which the losses were taken.
        seconds: since the start.
        precision: in which the convolutions were computed: "float32" or "bfloat16".
        notice: what a reader should be told of this step, in one sentence; else empty.
        last: whether the run ends here, unless it is sent more steps.
    """

    losses: LossRecord
    images: Tensor
    size: tuple[int, int]
    seconds: float
    precision: Precision = "float32"
    notice: str = ""
    last: bool = False

    @property
    def index(self) -> int:
        """Updates made so far."""
        return self.losses.index

    @property
    def lambdas(self) -> tuple[float, ...]:
        """λ in force."""
        return self.losses.lambdas


@dataclass(frozen=True, slots=True, kw_only=True)
class Steering:
    """A message to a running `stylize`, by `send`.

    Attributes:
        lambdas: new λ from the next step on, as many as before; None keeps them.
        style_weights: new weights of all styles from the next step on, as many as there are styles; None keeps them.
        more_steps: added to those still to come.
    """

    lambdas: tuple[float, ...] | None = None
    style_weights: tuple[float, ...] | None = None
    more_steps: int = 0
