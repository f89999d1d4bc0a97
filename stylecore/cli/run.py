"""One run on the command line: reads the pictures, shows progress, and keeps what was reached if it is cut short."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from stylecore.artifacts.export import FinishedPicture, finish
from stylecore.cli.choices import Choices, note_differences
from stylecore.cli.estimate import check_memory, spoken_estimate
from stylecore.cli.terminal import BAD_INPUT, BUG, DONE, STOPPED, describe_bug, leave_progress, note, say, show_progress
from stylecore.config import Precision, TransferConfig
from stylecore.errors import UserError
from stylecore.imaging.files import read
from stylecore.imaging.images import decode_with_notices
from stylecore.imaging.inputs import pair
from stylecore.imaging.scaling import enlarged_notice
from stylecore.transfer.devices import choose_device, is_out_of_memory
from stylecore.transfer.preparation import INITIAL_DETAIL, prepare, prepare_initial, sides
from stylecore.transfer.pyramid import size_of
from stylecore.transfer.records import Step
from stylecore.transfer.stylize import replay, stylize
from stylecore.transfer.vgg import load_vgg16


@dataclass(frozen=True, slots=True)
class Source:
    """A picture that a run reads.

    Attributes:
        data: bytes of the file.
        picture: RGB, no larger than it is needed.
        size: width and height of the file's picture.
    """

    data: bytes
    picture: Image.Image
    size: tuple[int, int]


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


def input_paths(options: argparse.Namespace) -> dict[str, str]:
    """The pictures that a run reads, by "content", "style" and, if there is one, "init"."""
    paths = {"content": options.content, "style": options.style}
    return paths | ({"init": options.init_image} if options.init_image else {})


def read_sources(options: argparse.Namespace, config: TransferConfig) -> dict[str, Source]:
    """The pictures of `input_paths`, no larger than they are needed; what is wrong with one is noted.

    Raises:
        ImageError: if one can't be used.
    """
    content, style = sides(config)
    needed = {"content": content, "style": style, "init": INITIAL_DETAIL * content}
    sources = {}
    for name, path in input_paths(options).items():
        data = read(path)
        decoded = decode_with_notices(data, path, needed[name])
        for notice in (*decoded.notices, enlarged_notice(decoded.size, min(needed[name], config.size))):
            if notice:
                note(f"{path}: {notice}")
        sources[name] = Source(data, decoded.image, decoded.size)
    return sources


def run_transfer(
    options: argparse.Namespace, choices: Choices, sources: dict[str, Source], no_more_signals: Callable[[], None]
) -> Run:
    """Stylises. If a signal, a lack of memory or a bug cuts the run short, the result is what it had reached.

    Args:
        options: those of the command line that name the device and ask for tracebacks.
        choices: what to do.
        sources: the pictures, by "content", "style" and "init".
        no_more_signals: called when there is a result that a signal must not cost any more.

    Raises:
        KeyboardInterrupt: if the user stopped the run before there was any picture.
        OutOfMemory: if there is too little memory for the run.
        ImageError: if an input can't be used.
    """
    config, recipe = choices.config, choices.recipe
    device = choose_device(options.device)
    if recipe:
        note_differences(recipe, {name: source.data for name, source in sources.items()})
    total = config.steps if recipe is None else recipe.steps_done
    planned = dataclasses.replace(config, steps=min(config.steps, total))
    cost = check_memory(sources["content"].size, sources["style"].size, planned, device, options.tile)
    latest: Step | None = None
    log: list[str] = []
    trouble, status = "", DONE
    try:
        content, style = prepare(sources["content"].picture, sources["style"].picture, config)
        initial = prepare_initial(sources["init"].picture, content) if "init" in sources else None
        vgg = load_vgg16(config.vgg_weights, device)
        say(spoken_estimate(cost, vgg, config, size_of(content), total))
        exactly = dataclasses.replace(config, precision=_precision(choices))
        with contextlib.closing(stylize(vgg, content, style, exactly, initial, cost.tile)) as steps:
            for latest in steps if recipe is None else replay(steps, recipe.changes, recipe.steps_done):
                log += _log_lines(latest)
                show_progress(latest, total)
        no_more_signals()
    except (Exception, KeyboardInterrupt) as error:
        if latest is None:
            raise
        trouble, status = _ended_by(error, config.size, options.debug)
    assert latest is not None  # the start is a step
    if trouble:
        leave_progress()
    init = sources["init"].data if "init" in sources else b""
    inputs = pair(sources["content"].data, sources["style"].data, init)
    changes = [(index, (lam,)) for index, lam in recipe.changes] if recipe else []
    finished = finish(latest, config, device, inputs, changes)
    pictures = [picture.postprocessed(choices.postprocess) for picture in finished]
    return Run(pictures, latest.index, log, trouble, status)


def _precision(choices: Choices) -> Precision:
    """That of the recipe where the settings leave it open: so the run repeats to the bit."""
    recipe, precision = choices.recipe, choices.config.precision
    return recipe.precision if recipe and precision == "auto" else precision


def _ended_by(error: BaseException, size: int, debug: bool) -> tuple[str, int]:
    """Why a run ended early, in one sentence, and the exit status that it gives."""
    if isinstance(error, KeyboardInterrupt):
        return "stopped", STOPPED
    if isinstance(error, UserError):
        return str(error), BAD_INPUT
    if is_out_of_memory(error):
        return f"Memory ran out at {size} pixels: choose a smaller --size or fewer λ.", BAD_INPUT
    return describe_bug(debug), BUG


def _log_lines(step: Step) -> list[str]:
    return [
        json.dumps(
            {
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
