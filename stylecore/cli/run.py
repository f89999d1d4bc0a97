"""One run on the command line: shows progress, and keeps what was reached if it is cut short."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
from collections.abc import Generator
from dataclasses import dataclass

from PIL import Image

from stylecore.artifacts.checkpoint import Checkpoint
from stylecore.artifacts.export import FinishedPicture, finish
from stylecore.artifacts.postprocess import without_blend
from stylecore.artifacts.recipe import read_recipe
from stylecore.cli.checkpoints import Checkpoints
from stylecore.cli.choices import Choices, note_differences
from stylecore.cli.estimate import check_memory, spoken_estimate
from stylecore.cli.failures import ended_by
from stylecore.cli.signals import Signals
from stylecore.cli.sources import Sources
from stylecore.cli.terminal import DONE, leave_progress, say, show_progress
from stylecore.config import TransferConfig, with_lambda
from stylecore.engine.cost import through_levels, used_sizes
from stylecore.imaging.mask_files import guided_regions
from stylecore.transfer.devices import choose_device
from stylecore.transfer.enlargement import Level, paint_levels, remaining
from stylecore.transfer.preparation import prepare, prepare_initial
from stylecore.transfer.pyramid import stages
from stylecore.transfer.records import Steering, Step
from stylecore.transfer.stylize import replay, stylize
from stylecore.transfer.vgg import VGG16, load_vgg16


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has ended.

    Attributes:
        pictures: that of each λ.
        step: updates that were made to them.
        log: a line of JSON for each step and λ.
        trouble: why the run ended early, in one sentence; empty if it didn't.
        status: what the command exits with, unless the pictures can't be written.
    """

    pictures: list[FinishedPicture]
    step: int
    log: list[str]
    trouble: str
    status: int

    @property
    def reached(self) -> str:
        """What it has come to."""
        return f"step {self.step}"


def run_transfer(
    options: argparse.Namespace,
    choices: Choices,
    sources: Sources,
    checkpoints: Checkpoints,
    signals: Signals,
) -> Run:
    """Stylises. If a signal, a lack of memory or a bug cuts the run short, the result is what it had reached.

    Args:
        options: those of the command line that name the device and ask for tracebacks.
        choices: what to do.
        sources: the pictures and masks.
        checkpoints: of this run, from which it goes on if there is one.
        signals: that stop the run; when there is a result, it must not cost that any more.

    Raises:
        KeyboardInterrupt: if the user stopped the run before there was any picture.
        OutOfMemory: if there is too little memory for the run.
        ImageError: if an input can't be used.
    """
    config, total = choices.config, choices.steps
    device = choose_device(options.device)
    if choices.recipe:
        note_differences(choices.recipe, sources.inputs)
    sizes = sources.content.size, sources.style_sizes
    planned = dataclasses.replace(config, steps=min(config.steps, total))
    cost = check_memory(*sizes, planned, device, options.tile, guided_regions(sources.inputs))
    if choices.levels:
        cost = through_levels(cost, *sizes, config, choices.levels)
    earlier = checkpoints.found()
    log = list(earlier.log) if earlier else []
    done = earlier.step if earlier else 0
    latest: Step | None = None
    trouble, status = "", DONE
    try:
        vgg = load_vgg16(config.vgg_weights, device)
        (size,), _ = used_sizes([sizes[0]], sizes[1], config)
        with contextlib.closing(_started(vgg, choices, sources, cost.tile, earlier)) as run:
            say(spoken_estimate(cost, vgg, config, size, done, total))
            repeated = replay(run, choices.changes, total, choices.weight_changes)
            for latest in run if choices.recipe is None else repeated:
                signals.check()
                if earlier is None or latest.index > done:  # the log has the losses of the checkpoint
                    log += log_lines(latest)
                show_progress(latest, total, cost.work(latest.index, total) / max(1.0, cost.work(0, total)))
                checkpoints.keep(latest, log)
        signals.ignore()
    except (Exception, KeyboardInterrupt) as error:
        if latest is None:
            raise
        trouble, status = ended_by(error, config.size, options.debug)
    assert latest is not None  # the start is a step
    if trouble:
        signals.ignore()
        leave_progress()
        goes_on = checkpoints.keep_last(latest, log)
        trouble = "; ".join([trouble.removesuffix("."), *([goes_on] if goes_on else [])])
    pictures = _finished(latest, choices, device, sources, checkpoints.resumed_at)
    return Run(pictures, latest.index, log, trouble, status)


def _started(
    vgg: VGG16, choices: Choices, sources: Sources, tile: int | None, earlier: Checkpoint | None
) -> Generator[Step, Steering | None, None]:
    """The run, from its beginning or from a checkpoint."""
    config = dataclasses.replace(choices.config, precision=choices.precision)
    if earlier is not None:
        sources = _mix_in_force(choices, earlier.step, sources)
    pictures = sources.content.picture, sources.painted_in
    if earlier is not None:
        levels = remaining(_levels(choices, sources), earlier.step)
        config = _in_force(choices, earlier.step, config)
        done, seconds = earlier.step, earlier.seconds
        start, preview = earlier.images, _small(sources) if choices.levels else None
        return paint_levels(
            vgg, *pictures, config, levels, start, preview=preview, tile=tile, done=done, seconds=seconds
        )
    if choices.levels:
        preview = _small(sources)
        return paint_levels(vgg, *pictures, config, choices.levels, preview, preview=preview, tile=tile)
    content, styling = prepare(*pictures, config)
    initial = prepare_initial(sources.init.picture, content) if sources.init else None
    return stylize(vgg, content, styling, config, initial, tile)


def _small(sources: Sources) -> Image.Image:
    """The finished picture that becomes large, without the blend that the large one gets again."""
    start = sources.init
    assert start is not None
    return without_blend(start.picture, sources.content.picture, read_recipe(start.data).postprocess.blend)


def _levels(choices: Choices, sources: Sources) -> list[Level]:
    """The sizes that the run goes through, whether they follow from its settings or not."""
    if choices.levels:
        return list(choices.levels)
    (content,), styles = used_sizes([sources.content.size], sources.style_sizes, choices.config)
    plan = stages(choices.config, content, *styles)
    levels = [Level(max(1, round(stage.scale * choices.config.size)), stage.updates) for stage in plan]
    more = choices.steps - choices.config.steps  # a recipe's run may have been stopped, or extended
    return [*levels[:-1], Level(levels[-1].size, max(0, levels[-1].steps + more))]


def _in_force(choices: Choices, step: int, config: TransferConfig) -> TransferConfig:
    """The settings with the λ of the recipe's changes before a step."""
    lambdas = [lam for index, lam in choices.changes if index < step]
    return with_lambda(config, lambdas[-1]) if lambdas else config


def _mix_in_force(choices: Choices, step: int, sources: Sources) -> Sources:
    """The sources with the weights of the recipe's changes before a step."""
    mixes = [weights for index, weights in choices.weight_changes if index < step]
    return sources.mixed(mixes[-1]) if mixes else sources


def _finished(
    step: Step, choices: Choices, device: str, sources: Sources, resumed_at: tuple[int, ...]
) -> list[FinishedPicture]:
    """The pictures of a step, with their recipes."""
    steered = [(index, (lam,)) for index, lam in choices.changes]
    pictures = []
    for picture in finish(
        step, choices.config, device, sources.inputs, steered, choices.levels, choices.weight_changes
    ):
        recipe = dataclasses.replace(picture.recipe, postprocess=choices.postprocess, resumed_at=resumed_at)
        pictures.append(dataclasses.replace(picture, recipe=recipe))
    return pictures


def log_lines(step: Step, **more: object) -> list[str]:
    """A line of JSON for each λ of a step.

    Args:
        step: of the run.
        more: what else each line is to say.
    """
    return [
        json.dumps(
            {
                **more,
                "step": step.index,
                "lam": lam,
                "content_loss": step.losses.content[k],
                "style_loss": step.losses.style[k],
                "total_loss": step.losses.total[k],
                "seconds": round(step.seconds, 4),
            }
        )
        + "\n"
        for k, lam in enumerate(step.lambdas)
    ]
