"""Painting one picture of a batch after the other, in this process."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import dataclass

from stylecore.artifacts.export import finish
from stylecore.cli.batch_plan import Batch
from stylecore.cli.estimate import check_memory
from stylecore.cli.saving import Painted
from stylecore.cli.sources import read_sources
from stylecore.cli.styles import NamedStyle
from stylecore.cli.terminal import describe_bug
from stylecore.config import with_lambda
from stylecore.errors import UserError
from stylecore.experiments.batch import BatchPicture
from stylecore.imaging.files import write_whole
from stylecore.transfer.devices import is_out_of_memory, release_memory
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.preparation import prepare
from stylecore.transfer.records import LossRecord, Step
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a picture.

    Attributes:
        losses: of the picture that is written; None if there is none.
        trouble: why there is none, in a sentence; else empty.
        seconds: that it took.
    """

    losses: LossRecord | None = None
    trouble: str = ""
    seconds: float = 0.0


def attempt(
    plan: Batch, vgg: VGG16, known: KnownStyles, picture: BatchPicture, on_step: Callable[[Step], None]
) -> Outcome:
    """Paints one picture, and says in a sentence why if that fails; takes what `paint` does."""
    began = time.perf_counter()
    try:
        losses = paint(plan, vgg, known, picture, on_step).losses
    except (UserError, OSError) as error:
        return Outcome(trouble=str(error))
    except Exception as error:
        memory = f"Memory ran out at {plan.config.size} pixels: choose a smaller --size."
        trouble = memory if is_out_of_memory(error) else describe_bug(plan.options.debug)
        release_memory(vgg.mean.device.type)
        return Outcome(trouble=trouble)
    return Outcome(losses=losses, seconds=time.perf_counter() - began)


def paint(plan: Batch, vgg: VGG16, known: KnownStyles, picture: BatchPicture, on_step: Callable[[Step], None]) -> Step:
    """Paints one picture and writes its file, which appears whole or not at all.

    Args:
        plan: of the batch.
        vgg: the network, on the device that shall do the work.
        known: what is known of the styles.
        picture: to paint.
        on_step: gets each step.

    Returns:
        The last step.

    Raises:
        UserError: if an input can't be used, or memory is too short.
        OSError: if the file can't be written.
    """
    config = with_lambda(plan.config, picture.lam)
    device = vgg.mean.device.type
    sources = read_sources(_pair(picture), config)
    cost = check_memory(
        sources.content.size, sources.style_sizes, config, device, plan.options.tile, memory=plan.memory
    )
    content, styling = prepare(sources.content.picture, sources.painted_in, config)
    for step in stylize(vgg, content, styling, config, tile=cost.tile, known=known):
        on_step(step)
    (result,) = finish(step, config, device, sources.inputs)
    write_whole(plan.path(picture), Painted(result.postprocessed(plan.postprocess)).encoded(plan.kind))
    return step


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
