"""`batch`: every photograph in every style with every λ, into one folder; the same command resumes it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from stylecore.artifacts.export import finish
from stylecore.artifacts.recipe import RecipeError, read_recipe, sha256
from stylecore.cli.batch_progress import BatchProgress
from stylecore.cli.batch_report import write_report
from stylecore.cli.choices import choose
from stylecore.cli.estimate import check_memory
from stylecore.cli.saving import Painted
from stylecore.cli.signals import Signals, stoppable
from stylecore.cli.sources import LARGEST_RESULT, read_sources
from stylecore.cli.styles import NamedStyle
from stylecore.cli.terminal import DONE, SOME_FAILED, STOPPED, describe_bug, say
from stylecore.config import OutputFormat, Postprocess, TransferConfig, with_lambda
from stylecore.errors import ImageError, SettingError, UserError
from stylecore.experiments.batch import BatchPicture, picture_files, plan_batch
from stylecore.imaging.files import read, write_whole
from stylecore.transfer.devices import choose_device, is_out_of_memory, release_memory
from stylecore.transfer.preparation import prepare
from stylecore.transfer.records import Step
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16, load_vgg16


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be painted, and how.

    Attributes:
        pictures: in the order of the work.
        folder: where they go.
        config: the settings; each picture has its own λ.
        postprocess: what is done to each picture afterwards.
        kind: format of the files.
        options: those of the command line that name device, tiles and tracebacks.
    """

    pictures: tuple[BatchPicture, ...]
    folder: Path
    config: TransferConfig
    postprocess: Postprocess
    kind: OutputFormat
    options: argparse.Namespace

    def path(self, picture: BatchPicture) -> Path:
        """The file that a picture becomes."""
        return self.folder / picture.name


def batch(options: argparse.Namespace) -> int:
    """Paints what is not there yet; a picture that fails is told, and the others are painted all the same."""
    with stoppable() as signals:
        plan = read_batch(options)
        finished = finished_pictures(plan)
        todo = [picture for picture in plan.pictures if picture not in finished]
        progress = BatchProgress(options.progress, len(plan.pictures), len(finished))
        failures: dict[BatchPicture, str] = {}
        status = DONE
        try:
            for picture, trouble in _painted(plan, todo, signals, progress):
                if trouble:
                    failures[picture] = trouble
        except KeyboardInterrupt:
            status = STOPPED
        signals.ignore()
        progress.end()
        report = write_report(plan.folder, plan.pictures, failures)
        say(_summary(plan, failures, report, stopped=status == STOPPED))
        return status or (SOME_FAILED if failures else DONE)


def read_batch(options: argparse.Namespace) -> Batch:
    """What the command line asks for; its folder is made if it is not there.

    Raises:
        SettingError: if an input or the folder can't be used, or a setting makes no sense.
    """
    choices = choose(options)
    kind: OutputFormat = options.format or "png"
    contents, styles = picture_files(options.contents), picture_files(options.styles)
    pictures = plan_batch(contents, styles, choices.config.lambdas, kind)
    folder = Path(options.output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"the folder {folder} can't be made: {error.strerror}") from error
    inputs = {path.resolve() for path in (*contents, *styles)}
    if replaced := next((p for p in pictures if (folder / p.name).resolve() in inputs), None):
        raise SettingError(f"{folder / replaced.name} would overwrite an input: choose another folder")
    return Batch(
        pictures=tuple(pictures),
        folder=folder,
        config=choices.config,
        postprocess=choices.postprocess,
        kind=kind,
        options=options,
    )


def finished_pictures(plan: Batch) -> set[BatchPicture]:
    """Those that an earlier run has finished: their recipes say what they were made from, and how.

    Raises:
        SettingError: if a file of that name was made in another way, which this run must not replace.
    """
    digest = cache(_digest)
    finished = set()
    for picture in plan.pictures:
        path = plan.path(picture)
        if not path.exists():
            continue
        with suppress(RecipeError):
            recipe = read_recipe(read(path, LARGEST_RESULT), str(path))
            made_from = recipe.content_sha256, recipe.style_sha256
            made_so = recipe.config, recipe.postprocess, recipe.steps_done
            if made_from == (digest(picture.content), digest(picture.style)) and made_so == (
                with_lambda(plan.config, picture.lam),
                plan.postprocess,
                plan.config.steps,
            ):
                finished.add(picture)
                continue
        raise SettingError(
            f"{path} is there already, made with other settings or from other pictures: "
            "choose another folder, or remove it"
        )
    return finished


def paint(plan: Batch, vgg: VGG16, picture: BatchPicture, on_step: Callable[[Step], None]) -> Step:
    """Paints one picture and writes its file, which appears whole or not at all.

    Args:
        plan: of the batch.
        vgg: the network, on the device that shall do the work.
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
    cost = check_memory(sources.content.size, sources.style_sizes, config, device, plan.options.tile)
    content, styling = prepare(sources.content.picture, sources.painted_in, config)
    for step in stylize(vgg, content, styling, config, tile=cost.tile):
        on_step(step)
    (result,) = finish(step, config, device, sources.inputs)
    write_whole(plan.path(picture), Painted(result.postprocessed(plan.postprocess)).encoded(plan.kind))
    return step


def _painted(
    plan: Batch, todo: Sequence[BatchPicture], signals: Signals, progress: BatchProgress
) -> Iterator[tuple[BatchPicture, str]]:
    """Paints one picture after the other; yields each with a sentence on what went wrong, empty if nothing did."""
    if not todo:
        return
    vgg = load_vgg16(plan.config.vgg_weights, choose_device(plan.options.device))
    for picture in todo:

        def on_step(step: Step) -> None:
            signals.check()
            progress.show(step, plan.config.steps)

        began, trouble = time.perf_counter(), ""
        try:
            step = paint(plan, vgg, picture, on_step)
        except (UserError, OSError) as error:
            trouble = str(error)
        except Exception as error:
            memory = f"Memory ran out at {plan.config.size} pixels: choose a smaller --size."
            trouble = memory if is_out_of_memory(error) else describe_bug(plan.options.debug)
            release_memory(vgg.mean.device.type)
        if trouble:
            progress.failed(picture, trouble)
        else:
            progress.finished(picture, plan.path(picture), step.losses, time.perf_counter() - began)
        yield picture, trouble


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


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty if it can't be read, which its turn will tell."""
    with suppress(ImageError):
        return sha256(read(path))
    return ""


def _summary(plan: Batch, failures: dict[BatchPicture, str], report: Sequence[Path], *, stopped: bool) -> str:
    there = sum(plan.path(picture).exists() for picture in plan.pictures)
    parts = [f"{there} of {len(plan.pictures)} pictures are in {plan.folder}"]
    parts += [f"{len(failures)} failed"] if failures else []
    parts += ["stopped: the same command goes on"] if stopped else []
    parts += [f"see {' and '.join(path.name for path in report)}"] if report else []
    return "; ".join(parts)
