"""The settings of a run: a preset or a recipe, with the options of the command line on top."""

from __future__ import annotations

import argparse
import dataclasses
from dataclasses import dataclass
from typing import Any

from stylecore.artifacts.recipe import Recipe, RecipeError, current_versions, read_recipe, sha256
from stylecore.cli.terminal import note
from stylecore.config import PRESETS, Postprocess, TransferConfig
from stylecore.errors import SettingError
from stylecore.imaging.files import read
from stylecore.settings import settings_of

LARGEST_RESULT = 500 * 10**6  # bytes; more than any picture that is made here


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a run is to do.

    Attributes:
        config: the settings of the run.
        postprocess: what is done to each picture afterwards.
        recipe: the recipe if its run is repeated exactly, with its changes of λ and its number of steps; else None.
    """

    config: TransferConfig
    postprocess: Postprocess
    recipe: Recipe | None = None


def choose(options: argparse.Namespace) -> Choices:
    """Settings from the preset or the recipe that the options name, replaced by those that they name themselves.

    Raises:
        SettingError: if the options contradict each other, or a value is out of range.
        RecipeError: if the recipe can't be read, or needs inputs that this version can't take.
    """
    if options.recipe and options.preset:
        raise SettingError("choose either --preset or --recipe")
    recipe = read_noted_recipe(options.recipe) if options.recipe else None
    if recipe:
        _check_inputs(recipe)
    base = recipe.config if recipe else PRESETS[options.preset or "studio"]
    named = _named(options, TransferConfig)
    if options.init_image and base.init != "image":
        named["init"] = "image"
    if base.init == "image" and "init" not in named and not options.init_image:
        raise SettingError("this recipe started from a picture: name it with --init-image")
    before = recipe.postprocess if recipe else Postprocess()
    return Choices(
        config=dataclasses.replace(base, **named),
        postprocess=dataclasses.replace(before, **_named(options, Postprocess)),
        recipe=None if named else recipe,  # with other settings it is another run
    )


def read_noted_recipe(path: str) -> Recipe:
    """The recipe inside a picture file; notes tell what this version does not understand of it.

    Raises:
        RecipeError: if there is no usable recipe in the file.
    """
    recipe = read_recipe(read(path, LARGEST_RESULT), path)
    for sentence in recipe.not_understood:
        note(sentence)
    return recipe


def note_differences(recipe: Recipe, files: dict[str, bytes]) -> None:
    """Notes whatever makes a repeated run differ from the recipe's: other pictures, other versions.

    Args:
        recipe: of the run that is repeated.
        files: bytes of the input files, by "content", "style" and "init".
    """
    digests = {"content": recipe.content_sha256, "style": recipe.style_sha256, "init": recipe.init_sha256}
    for name, data in files.items():
        if sha256(data) != digests[name]:
            note(f"the {name} picture is not the one of the recipe.")
    if recipe.versions != current_versions():
        note("the recipe was made with other versions; pixels may differ a little.")


def _check_inputs(recipe: Recipe) -> None:
    """Refuses recipes whose inputs can't be named on the command line."""
    inputs = (*recipe.contents, *recipe.styles)
    if len(inputs) > 2 or any(digest.mask_sha256 for digest in inputs):
        raise RecipeError(
            "This recipe is of several content or style pictures, or of masks: "
            "this version's command line takes one content and one style picture, without masks."
        )


def _named(options: argparse.Namespace, kind: type[TransferConfig | Postprocess]) -> dict[str, Any]:
    """The settings of a dataclass that the options name."""
    values = {name: getattr(options, name, None) for name in settings_of(kind)}
    # argparse collects the λ of repeated options in a list.
    return {n: tuple(v) if isinstance(v, list) else v for n, v in values.items() if v is not None}
