"""stylize(): the optimisation as a generator of Steps, one path for one λ and for many."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence

import torch
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.imaging.heap import return_large_blocks
from stylecore.language import Sentence
from stylecore.transfer.descent import Descent
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.losses import Losses
from stylecore.transfer.objective import Objective
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.preparation import starting_picture
from stylecore.transfer.pyramid import Level, resized, size_of, stages
from stylecore.transfer.records import LossRecord, Steering, Step, TransferError
from stylecore.transfer.styling import Styling
from stylecore.transfer.vgg import VGG16


def stylize(
    vgg: VGG16,
    content: Tensor,
    style: Tensor | Styling,
    config: TransferConfig,
    initial: Tensor | None = None,
    tile: int | None = None,
    known: KnownStyles | None = None,
) -> Generator[Step, Steering | None, None]:
    """Optimises one picture for each λ, and yields after every update; closing it early leaves nothing behind.

    Every picture depends on its own λ alone, never on the others of the batch. The losses of a Step
    belong to its images: step 0 is the start, step n comes after n updates, and the last one costs one pass more.

    Args:
        vgg: the network, on the device that shall do the work.
        content: (1, 3, H, W), in [0, 1], at the size of the result.
        style: (1, 3, h, w), in [0, 1], for one style everywhere; else what is painted where.
        config: the settings.
        initial: (1, 3, any, any), in [0, 1], for `init="image"`; see `prepare_initial`.
        tile: longest side of the pieces in which pictures go through the network, in pixels, to save memory; L-BFGS
            then remembers less as well. None takes them whole.
        known: descriptions of styles, shared between the runs that are given the same one.

    Yields:
        Steps 0 … `config.steps`. `send(Steering(…))` changes λ or the mix of styles or adds steps, also at the last.

    Raises:
        ValueError: if a picture is too small for the layers, or `initial` is missing.
        TransferError: if the loss is not finite and no earlier picture helps; the Step before holds the best.
    """
    if tile is not None:
        return_large_blocks()
    device = vgg.mean.device
    styling = (style if isinstance(style, Styling) else Styling.of(style)).to(device)
    content = content.to(device)
    config = dataclasses.replace(config, precision=choose_precision(config.precision, vgg, *size_of(content)))
    start = starting_picture(config, content, styling.styles[0].image, initial)
    if config.init == "image":
        start = styling.uncovered(start, content)
    images = start.expand(len(config.lambdas), -1, -1, -1)
    plan = stages(config, size_of(content), *(size_of(style.image) for style in styling.styles))
    # Between sizes a given picture keeps its own detail, every other start the content's. A run at one size has nothing
    # to carry; there the content serves for both, so that old recipes give the same bits.
    reference = start if config.init == "image" and len(plan) > 1 else content
    run = _Run(config, content, styling, compact=tile is not None)
    for scale, updates, ends in plan:
        objective = Objective(vgg, resized(content, scale), run.styling.resized(scale), config, tile, known)
        images = yield from run.descend(objective, Level(scale, reference), images, updates, ends)


def replay(
    run: Generator[Step, Steering | None, None],
    changes: Sequence[tuple[int, float]],
    steps: int,
    weight_changes: Sequence[tuple[int, tuple[float, ...]]] = (),
) -> Iterator[Step]:
    """The Steps of a run of one λ, steered as it was once and stopped after as many updates.

    Args:
        run: of `stylize`, not started yet.
        changes: (step, new λ), as a recipe keeps them.
        steps: updates to make, fewer or more than the run was set to.
        weight_changes: (step, new weights of all styles), alike.
    """
    steering, mixes = dict(changes), dict(weight_changes)
    step = next(run)
    while True:
        yield step
        if step.index >= steps:
            return
        lam = steering.get(step.index)
        step = run.send(
            Steering(
                lambdas=None if lam is None else (lam,),
                style_weights=mixes.get(step.index),
                more_steps=steps - step.index if step.last else 0,
            )
        )


class _Run:
    """What lasts through all stages of one run: λ, the mix of styles, the count of updates, the clock.

    Attributes:
        styling: what is painted where at full size, with the weights in force.
    """

    def __init__(self, config: TransferConfig, content: Tensor, styling: Styling, *, compact: bool) -> None:
        self._config = config
        self._compact = compact
        self._content, self.styling = content, styling
        self._use(config.lambdas)
        self._index = 0
        self._more = 0  # updates that were asked for while the work was done at a smaller size
        self._began = time.perf_counter()

    def descend(
        self, objective: Objective, level: Level, images: Tensor, updates: int, ends: bool
    ) -> Generator[Step, Steering | None, Tensor]:
        """Makes updates at one size, yielding before each, and at the end of the run once more.

        Args:
            objective: of the pair at this size.
            level: the size.
            images: (K, 3, H, W), in [0, 1], at full size.
            updates: to make, besides those that are asked for on the way.
            ends: whether the run ends at this size.

        Returns:
            (K, 3, H, W), in [0, 1], at full size.
        """
        descents = [Descent(image, self._config, compact=self._compact) for image in level.shrink(images)]
        if ends:
            updates += self._more
        while updates or ends:
            at_end = updates == 0
            if at_end:
                for descent in descents:
                    descent.settle()
            losses, gradient, notice = self._evaluate(objective, descents)
            message = yield self._step(losses, descents, level, notice, at_end)
            if message is not None:
                if ends:
                    updates += message.more_steps
                else:
                    self._more += message.more_steps
                if self._steer(message, objective, descents):
                    _, gradient, _ = self._evaluate(objective, descents)
            if updates == 0:
                break
            for descent, slope in zip(descents, gradient, strict=True):
                descent.update(slope)
            updates -= 1
            self._index += 1
        return level.enlarge(_images(descents))

    def _evaluate(self, objective: Objective, descents: list[Descent]) -> tuple[Losses, Tensor, str]:
        """Losses, gradients (K, 3, H, W) and a notice; pictures that went wrong are set back to their best first."""
        losses, gradient, failures = self._judge(objective, descents)
        if not any(failures):
            return losses, gradient, ""
        for descent, failure in zip(descents, failures, strict=True):
            if failure:
                descent.fall_back()
        losses, gradient, again = self._judge(objective, descents)
        if any(again):
            raise TransferError(
                "The run stopped at step {step}: the loss is no longer a finite number.", step=self._index
            )
        reason = next(failure for failure in failures if failure)
        notice = Sentence(
            "Step {step}: {reason}; going on with Adam from the best picture.", step=self._index, reason=reason
        )
        return losses, gradient, notice

    def _judge(self, objective: Objective, descents: list[Descent]) -> tuple[Losses, Tensor, list[str]]:
        """Losses, gradients (K, 3, H, W), and for each picture why it has to fall back."""
        losses, gradient = objective.gradient(_images(descents), self._lambdas)
        totals = losses.total(self._lambdas)
        finite = gradient.isfinite().flatten(1).all(1).tolist()
        solved = (totals <= objective.rounding(self._lambdas)).tolist()
        failures = [d.judge(*found) for d, *found in zip(descents, totals.tolist(), finite, solved, strict=True)]
        return losses, gradient, failures

    def _steer(self, message: Steering, objective: Objective, descents: list[Descent]) -> bool:
        """Whether a message has changed the loss."""
        lambdas, weights = message.lambdas, message.style_weights
        if lambdas is None and weights is None:
            return False
        if lambdas is not None:
            if len(lambdas) != len(descents):
                raise ValueError(f"{len(descents)} λ are needed, not {len(lambdas)}")
            self._use(lambdas)
        if weights is not None:
            if len(weights) != len(self.styling.styles):
                raise ValueError(f"{len(self.styling.styles)} weights of styles are needed, not {len(weights)}")
            self.styling = dataclasses.replace(self.styling, weights=weights)
            objective.mix(weights)
        for descent in descents:
            descent.start_anew()
        return True

    def _use(self, lambdas: tuple[float, ...]) -> None:
        self._named = lambdas  # as the caller wrote them; the tensor has float32's
        self._lambdas = torch.tensor(lambdas, device=self._content.device)

    def _step(self, losses: Losses, descents: list[Descent], level: Level, notice: str, last: bool) -> Step:
        return Step(
            losses=LossRecord(
                self._index,
                self._named,
                tuple(losses.content.tolist()),
                tuple(losses.style.tolist()),
                tuple(losses.total(self._lambdas).tolist()),
                {layer: tuple(term.tolist()) for layer, term in losses.content_layers.items()},
                {layer: tuple(term.tolist()) for layer, term in losses.style_layers.items()},
                self.styling.weights if len(self.styling.styles) > 1 else (),
            ),
            images=self.styling.shown(level.enlarge(_images(descents)), self._content),
            size=level.size,
            seconds=time.perf_counter() - self._began,
            precision=self._config.precision,
            notice=notice,
            last=last,
        )


def _images(descents: list[Descent]) -> Tensor:
    """The present pictures, (K, 3, H, W)."""
    return torch.stack([descent.image for descent in descents])
