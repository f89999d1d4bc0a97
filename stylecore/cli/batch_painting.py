"""Painting one picture of a batch after the other, in this process."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from stylecore.artifacts.export import finish
from stylecore.artifacts.recipe import Recipe
from stylecore.cli.animating import AnimationRun, check_animation, chosen_animation
from stylecore.cli.batch_plan import Batch
from stylecore.cli.choices import Choices
from stylecore.cli.estimate import check_memory
from stylecore.cli.failures import trouble_of
from stylecore.cli.saving import Painted
from stylecore.cli.sources import Sources, read_sources
from stylecore.cli.styles import NamedStyle
from stylecore.config import with_lambda
from stylecore.experiments.batch import BatchPicture
from stylecore.imaging.files import write_whole
from stylecore.transfer.devices import release_memory
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.preparation import prepare
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16


class At(NamedTuple):
    """How far a picture is.

    Attributes:
        step: updates made to it, or to the frame in work.
        steps: updates that this will have.
        frame: its number, from 1; 0 for a picture.
        frames: how many there are.
    """

    step: int
    steps: int
    frame: int = 0
    frames: int = 1

    @property
    def share(self) -> float:
        """Of the work that is done, from 0 to 1."""
        part = self.step / self.steps if self.steps else 1.0
        return (max(0, self.frame - 1) + part) / self.frames

    def __str__(self) -> str:
        """In words."""
        frame = f"frame {self.frame}/{self.frames}, " if self.frame else ""
        return f"{frame}step {self.step}/{self.steps}"


OnStep = Callable[[At, str], None]  # gets how far it is, and what a reader should be told, in a sentence or nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a picture.

    Attributes:
        recipe: in the picture that is written; None if there is none.
        trouble: why there is none, in a sentence; else empty.
        seconds: that it took.
    """

    recipe: Recipe | None = None
    trouble: str = ""
    seconds: float = 0.0


def attempt(plan: Batch, vgg: VGG16, known: KnownStyles, picture: BatchPicture, on_step: OnStep) -> Outcome:
    """Paints one picture, and says in a sentence why if that fails; takes what `paint` does."""
    began = time.perf_counter()
    try:
        recipe = paint(plan, vgg, known, picture, on_step)
    except Exception as error:
        return failed(error, plan, vgg.mean.device.type)
    return Outcome(recipe=recipe, seconds=time.perf_counter() - began)


def failed(error: Exception, plan: Batch, device: str) -> Outcome:
    """What became of a picture that could not be made.

    Args:
        error: that is being handled.
        plan: of the batch.
        device: whose memory is given back.
    """
    trouble = trouble_of(error, plan.config.size, plan.options.debug)
    release_memory(device)
    return Outcome(trouble=trouble)


def paint(plan: Batch, vgg: VGG16, known: KnownStyles, picture: BatchPicture, on_step: OnStep) -> Recipe:
    """Paints one picture or animation and writes its file, which appears whole or not at all.

    Args:
        plan: of the batch.
        vgg: the network, on the device that shall do the work.
        known: what is known of the styles.
        picture: to paint.
        on_step: is told of each step.

    Returns:
        The recipe in the file.

    Raises:
        UserError: if an input can't be used, or memory is too short.
        OSError: if the file can't be written.
    """
    data, recipe = painted(plan, vgg, known, picture, sources_of(plan, picture), on_step)
    write_whole(plan.path(picture), data)
    return recipe


def painted(
    plan: Batch, vgg: VGG16, known: KnownStyles, picture: BatchPicture, sources: Sources, on_step: OnStep
) -> tuple[bytes, Recipe]:
    """Paints one picture or animation from what was read for it; else as `paint`.

    Returns:
        Bytes of the file, and the recipe in it.
    """
    choices = Choices(config=with_lambda(plan.config, picture.lam), postprocess=plan.postprocess)
    device, tile = vgg.mean.device.type, plan.options.tile
    animation = chosen_animation(plan.options, sources.content.data, picture.kind, str(picture.content))
    sizes = sources.content.size, sources.style_sizes
    cost = check_memory(*sizes, choices.config, device, tile, memory=plan.memory)
    if animation is None:
        content, styling = prepare(sources.content.picture, sources.painted_in, choices.config)
        for step in stylize(vgg, content, styling, choices.config, tile=cost.tile, known=known):
            on_step(At(step.index, choices.config.steps), step.notice)
        (result,) = finish(step, choices.config, device, sources.inputs)
        finished = result.postprocessed(plan.postprocess)
        return Painted(finished).encoded(picture.kind), finished.recipe
    check_animation(plan.options, choices, animation)
    run = AnimationRun(vgg, animation, sources, choices, cost.tile)
    for found in run.steps(known):
        on_step(At(found.step.index, found.steps, found.frame + 1, animation.count), found.step.notice)
    (frames,) = run.painted
    return frames.encoded(picture.kind), frames.recipe()


def sources_of(plan: Batch, picture: BatchPicture) -> Sources:
    """Reads what a picture is painted from.

    Raises:
        ImageError: if it can't be used.
    """
    return read_sources(_pair(picture), plan.config)


def _pair(picture: BatchPicture) -> argparse.Namespace:
    """The options of `transfer` that name the inputs of a picture."""
    return argparse.Namespace(
        content=str(picture.content),
        style=NamedStyle(str(picture.style)),
        more_styles=(),
        style_masks={},
        leave=None,
        init_image=None,
        enlarged=None,
    )
