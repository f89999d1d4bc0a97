"""What a batch is to paint, as the command line asks for it, and what of it is there already."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from stylecore.artifacts.recipe import Recipe, RecipeError, read_recipe, sha256
from stylecore.cli.choices import choose
from stylecore.cli.sources import LARGEST_RESULT
from stylecore.config import FileFormat, Postprocess, TransferConfig, with_lambda
from stylecore.errors import ImageError, SettingError
from stylecore.experiments.batch import BatchPicture, picture_files, plan_batch
from stylecore.imaging.animations import FORMATS, open_animation
from stylecore.imaging.files import read


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What is to be painted, and how.

    Attributes:
        pictures: in the order of the work.
        folder: where they go.
        config: the settings; each picture has its own λ.
        postprocess: what is done to each picture afterwards.
        options: those of the command line that name device, tiles and tracebacks.
        memory: bytes that a picture may take; None for whatever is free when its turn comes.
    """

    pictures: tuple[BatchPicture, ...]
    folder: Path
    config: TransferConfig
    postprocess: Postprocess
    options: argparse.Namespace
    memory: int | None = None

    def path(self, picture: BatchPicture) -> Path:
        """The file that a picture becomes."""
        return self.folder / picture.name


def read_batch(options: argparse.Namespace) -> Batch:
    """What the command line asks for; its folder is made if it is not there.

    Raises:
        SettingError: if an input or the folder can't be used, or a setting makes no sense.
    """
    choices = choose(options)
    if choices.config.steps == 0:
        raise SettingError("with --steps 0 nothing is painted: choose 1 step or more")
    if options.ray and options.device != "auto":
        raise SettingError("--ray computes on whatever its machines have: leave out --device")
    contents, styles = picture_files(options.contents), picture_files(options.styles)
    pictures = plan_batch(
        contents, styles, choices.config.lambdas, options.format or "png", _own_formats(contents, options)
    )
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
        options=options,
    )


def finished_pictures(plan: Batch) -> dict[BatchPicture, Recipe]:
    """Those that an earlier run has finished, with their recipes, which say what they were made from, and how.

    Raises:
        SettingError: if a file of that name was made in another way, which this run must not replace.
    """
    digest, frames = cache(_digest), cache(partial(_frames, plan.options))
    finished = {}
    for picture in plan.pictures:
        path = plan.path(picture)
        if not path.exists():
            continue
        with suppress(RecipeError):
            recipe = read_recipe(read(path, LARGEST_RESULT), str(path))
            made_from = recipe.content_sha256, recipe.style_sha256
            made_so = recipe.config, recipe.postprocess, recipe.steps_done, recipe.frames
            if made_from == (digest(picture.content), digest(picture.style)) and made_so == (
                with_lambda(plan.config, picture.lam),
                plan.postprocess,
                plan.config.steps,
                frames(picture.content, picture.kind),
            ):
                finished[picture] = recipe
                continue
        raise SettingError(
            f"{path} is there already, made with other settings or from other pictures: "
            "choose another folder, or remove it"
        )
    return finished


def _own_formats(contents: Sequence[Path], options: argparse.Namespace) -> dict[Path, FileFormat]:
    """The formats of the animations among the contents, which they keep unless the options name one."""
    found: dict[Path, FileFormat] = {}
    if options.format is None and options.frames == "all":
        for path in contents:
            with suppress(ImageError):  # which its turn will tell
                animation = open_animation(read(path), str(path))
                if animation is not None:
                    found[path] = FORMATS[animation.kind]
    return found


def _frames(options: argparse.Namespace, path: Path, kind: FileFormat) -> int:
    """How many frames of a file are painted into one of a format: 1 if it is taken as one picture."""
    if options.frames == "all" and kind in FORMATS.values():
        with suppress(ImageError):  # which its turn will tell
            animation = open_animation(read(path), str(path))
            return animation.count if animation else 1
    return 1


def _digest(path: Path) -> str:
    """SHA-256 of a file; empty if it can't be read, which its turn will tell."""
    with suppress(ImageError):
        return sha256(read(path))
    return ""
