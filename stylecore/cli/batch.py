"""`batch`: every photograph in every style with every λ, into one folder; the same command resumes it."""

from __future__ import annotations

import argparse
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

from stylecore.cli.batch_painting import At, Outcome, attempt
from stylecore.cli.batch_plan import Batch, finished_pictures, read_batch
from stylecore.cli.batch_progress import BatchProgress
from stylecore.cli.batch_ray import painted_on_ray
from stylecore.cli.batch_report import write_report
from stylecore.cli.batch_workers import painted_by_workers
from stylecore.cli.signals import Signals, stoppable
from stylecore.cli.terminal import DONE, SOME_FAILED, STOPPED, say
from stylecore.experiments.batch import BatchPicture
from stylecore.transfer.devices import choose_device
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.vgg import VGG16, load_vgg16


def batch(options: argparse.Namespace) -> int:
    """Paints what is not there yet; a picture that fails is told, and the others are painted all the same."""
    with stoppable() as signals:
        plan = read_batch(options)
        made = finished_pictures(plan)
        todo = [picture for picture in plan.pictures if picture not in made]
        progress = BatchProgress(options.progress, len(plan.pictures), len(made))
        failures: dict[BatchPicture, str] = {}
        status = DONE
        try:
            with closing(_painted(plan, todo, signals, progress)) as outcomes:
                for picture, outcome in outcomes:
                    if outcome.recipe is None:
                        progress.failed(picture, outcome.trouble)
                        failures[picture] = outcome.trouble
                    else:
                        progress.finished(picture, plan.path(picture), outcome.recipe.losses, outcome.seconds)
                        made[picture] = outcome.recipe
        except KeyboardInterrupt:
            status = STOPPED
        signals.ignore()
        if status == STOPPED:
            made = finished_pictures(plan)  # a worker may have written what it could not tell any more
        progress.end()
        report = write_report(plan.folder, plan.pictures, made, failures)
        say(_summary(plan, len(made), len(failures), report, stopped=status == STOPPED))
        return status or (SOME_FAILED if failures else DONE)


def _painted(
    plan: Batch, todo: Sequence[BatchPicture], signals: Signals, progress: BatchProgress
) -> Generator[tuple[BatchPicture, Outcome], None, None]:
    """Paints the pictures, and yields each with what became of it."""
    if not todo:
        return
    if plan.options.ray:
        yield from painted_on_ray(plan, todo, plan.options.ray, signals, progress)
        return
    vgg = load_vgg16(plan.config.vgg_weights, choose_device(plan.options.device))
    workers = min(plan.options.workers or 1, len(todo))
    if workers > 1:
        yield from painted_by_workers(plan, todo, workers, vgg, progress)
    else:
        yield from _painted_here(plan, todo, vgg, signals, progress)


def _painted_here(
    plan: Batch, todo: Sequence[BatchPicture], vgg: VGG16, signals: Signals, progress: BatchProgress
) -> Generator[tuple[BatchPicture, Outcome], None, None]:
    def on_step(at: At, notice: str) -> None:
        signals.check()
        progress.show([at], notice)

    known = KnownStyles()
    for picture in todo:
        outcome = attempt(plan, vgg, known, picture, on_step)
        progress.at_work([])
        yield picture, outcome


def _summary(plan: Batch, made: int, failed: int, report: Sequence[Path], *, stopped: bool) -> str:
    parts = [f"{made} of {len(plan.pictures)} pictures are in {plan.folder}"]
    parts += [f"{failed} failed"] if failed else []
    parts += ["stopped: the same command goes on"] if stopped else []
    parts += [f"see {' and '.join(path.name for path in report)}"] if report else []
    return "; ".join(parts)
