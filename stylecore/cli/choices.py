"""The settings of a run: a preset or a recipe, with the options of the command line on top."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
from dataclasses import dataclass
from typing import Any

from stylecore.artifacts.recipe import Recipe, RecipeError, current_versions, read_recipe, sha256
from stylecore.cli.sources import LARGEST_RESULT, Source
from stylecore.cli.terminal import note
from stylecore.config import PRESETS, Postprocess, TransferConfig
from stylecore.errors import SettingError
from stylecore.imaging.files import read
from stylecore.settings import settings_of
from stylecore.transfer.enlargement import Level, levels_between


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a run is to do.

    Attributes:
        config: the settings of the run.
        postprocess: what is done to each picture afterwards.
        recipe: the recipe if its run is repeated exactly, with its changes of λ and its number of steps; else None.
        levels: the sizes through which a finished picture becomes large, and the updates at each; empty for all else.
    """

    config: TransferConfig
    postprocess: Postprocess
    recipe: Recipe | None = None
    levels: tuple[Level, ...] = ()

    @property
    def steps(self) -> int:
        """Updates that the run makes in all."""
        return self.config.steps if self.recipe is None else self.recipe.steps_done


def choose(options: argparse.Namespace) -> Choices:
    """Settings from the preset or the recipe that the options name, replaced by those that they name themselves.

    Raises:
        SettingError: if the options contradict each other, or a value is out of range.
        RecipeError: if the recipe can't be read, or needs inputs that this version can't take.
    """
    if options.enlarged:
        return _choose_larger(options)
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
        levels=tuple(itertools.starmap(Level, recipe.enlargement)) if recipe and not named else (),
    )


def _choose_larger(options: argparse.Namespace) -> Choices:
    """Settings from the recipe of a finished picture, which is to become large."""
    path, others = options.enlarged, ("recipe", "preset", "init_image", "init")
    if other := next((name for name in others if getattr(options, name)), ""):
        raise SettingError(f"choose either --from or --{other.replace('_', '-')}")
    recipe = read_noted_recipe(path)
    _check_inputs(recipe)
    if len(recipe.config.lambdas) > 1:
        raise RecipeError(f"{path} is a sheet of several pictures: name one that was painted alone.")
    before, named = recipe.config.size, _named(options, TransferConfig)
    if named.get("size", 0) <= before:
        raise SettingError(f"{path} is {before} pixels wide or high: name a larger --size with --from")
    levels = levels_between(before, named["size"], named.get("steps"))
    named["steps"] = sum(level.steps for level in levels)
    lambdas = (recipe.changes[-1][1],) if recipe.changes else recipe.config.lambdas
    return Choices(
        config=dataclasses.replace(recipe.config, **{"lambdas": lambdas, **named, "init": "image"}),
        postprocess=dataclasses.replace(recipe.postprocess, **_named(options, Postprocess)),
        levels=levels,
    )


def check_same_pictures(options: argparse.Namespace, sources: dict[str, Source]) -> None:
    """Checks that a finished picture is made large with the pictures that it was made from.

    Raises:
        SettingError: naming the first picture that is another one.
    """
    if not options.enlarged:
        return
    recipe = read_recipe(sources["init"].data, options.enlarged)
    digests = {"content": recipe.content_sha256, "style": recipe.style_sha256}
    for name, digest in digests.items():
        if sha256(sources[name].data) != digest:
            path = getattr(options, name)
            raise SettingError(
                f"{path} is not the {name} picture of {options.enlarged}: name the file it was made from"
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
    if recipe.resumed_at:
        steps = ", ".join(map(str, recipe.resumed_at))
        note(f"the run of the recipe was cut off and resumed at step {steps}; pixels may differ a little.")
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
