"""One run on the command line: reads the pictures, shows progress, and keeps what was reached if it is cut short."""

from __future__ import annotations

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from stylecore.artifacts.export import finished_pictures, postprocessed
from stylecore.cli.choices import Choices, note_differences
from stylecore.cli.terminal import leave_progress, show_progress
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.imaging.inputs import pair
from stylecore.transfer.devices import OutOfMemory, choose_device, is_out_of_memory
from stylecore.transfer.preparation import prepare, prepare_initial
from stylecore.transfer.records import Step, TransferError
from stylecore.transfer.stylize import replay, stylize
from stylecore.transfer.vgg import load_vgg16

STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Run:
    """A run that has ended.

    Attributes:
        pictures: PNG bytes of the picture of each λ.
        step: updates that were made to them.
        log: a line of JSON for each step and λ.
        trouble: why the run ended early, in one sentence; empty if it didn't.
    """

    pictures: list[bytes]
    step: int
    log: list[str]
    trouble: str


def run_transfer(options: argparse.Namespace, choices: Choices) -> Run:
    """Stylises. If Ctrl-C or a lack of memory cuts the run short, the result is what it had reached.

    Args:
        options: those of the command line that name files and the device.
        choices: what to do.

    Raises:
        KeyboardInterrupt: if the user stopped the run before there was any picture.
        OutOfMemory: if memory ran out before there was any picture.
        ImageError: if an input can't be used.
    """
    config, recipe = choices.config, choices.recipe
    paths = input_paths(options)
    data = {name: read(path) for name, path in paths.items()}
    pictures = {name: decode(data[name], path) for name, path in paths.items()}
    device = choose_device(options.device)
    if recipe:
        note_differences(recipe, data)
    latest: Step | None = None
    log: list[str] = []
    trouble = ""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        content, style = prepare(pictures["content"], pictures["style"], config)
        initial = prepare_initial(pictures["init"], content) if "init" in pictures else None
        steps = stylize(load_vgg16(config.vgg_weights, device), content, style, config, initial)
        for latest in steps if recipe is None else replay(steps, recipe.changes, recipe.steps_done):
            log += _log_lines(latest)
            show_progress(latest, config.steps if recipe is None else recipe.steps_done)
    except KeyboardInterrupt:
        trouble = STOPPED
    except TransferError as error:
        trouble = str(error)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        trouble = f"Memory ran out at {config.size} pixels: choose a smaller --size or fewer λ."
    if latest is None:
        raise KeyboardInterrupt if trouble == STOPPED else OutOfMemory(trouble)
    inputs = pair(data["content"], data["style"], data.get("init", b""))
    changes = [(index, (lam,)) for index, lam in recipe.changes] if recipe else []
    pngs = finished_pictures(latest, config, device, inputs, changes)
    return Run([postprocessed(png, data["content"], choices.postprocess) for png in pngs], latest.index, log, trouble)


def report_run(run: Run, outputs: Sequence[Path]) -> int:
    """Tells the user what was written, and why the run ended early if it did.

    Returns:
        The exit status: 0, 130 after Ctrl-C, or 2 after any other trouble.
    """
    names = ", ".join(map(str, outputs))
    if not run.trouble:
        print(f"wrote {names}")
        return 0
    leave_progress()
    print(f"stylecore: {run.trouble.removesuffix('.')}; wrote step {run.step} to {names}", file=sys.stderr)
    return 130 if run.trouble == STOPPED else 2


def input_paths(options: argparse.Namespace) -> dict[str, str]:
    """The files that a run reads, by "content", "style" and, if there is one, "init"."""
    paths = {"content": options.content, "style": options.style}
    return paths | ({"init": options.init_image} if options.init_image else {})


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


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
