"""The settings of a run: a preset or a recipe, with the options of the command line on top."""

from __future__ import annotations

import argparse
import dataclasses
import itertools
from dataclasses import dataclass
from typing import Any

from stylecore.artifacts.recipe import Recipe, RecipeError, current_versions, describe_inputs, read_recipe, sha256
from stylecore.cli.sources import LARGEST_RESULT, Sources
from stylecore.cli.styles import named_styles
from stylecore.cli.terminal import note
from stylecore.config import PRESETS, Postprocess, Precision, TransferConfig
from stylecore.errors import SettingError
from stylecore.imaging.files import read
from stylecore.imaging.inputs import MAX_STYLES, Inputs
from stylecore.settings import settings_of
from stylecore.transfer.enlargement import Level, levels_between

_INPUTS = {
    "contents": "content picture is",
    "styles": "style picture, or its weight or mask, is",
    "init_sha256": "init picture is",
    "leave_sha256": "mask of what is left alone is",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a run is to do.

    Attributes:
        config: the settings of the run.
        postprocess: what is done to each picture afterwards.
        recipe: the recipe if its run is repeated exactly, with its changes of λ and its number of steps; else None.
        levels: the sizes through which a finished picture becomes large, and the updates at each; empty for all else.
        origin: the recipe that the command line names, whose weights and masks count where it names no others.
    """

    config: TransferConfig
    postprocess: Postprocess
    recipe: Recipe | None = None
    levels: tuple[Level, ...] = ()
    origin: Recipe | None = None

    @property
    def changes(self) -> tuple[tuple[int, float], ...]:
        """Changes of λ during the run that is repeated."""
        return self.recipe.changes if self.recipe else ()

    @property
    def weight_changes(self) -> tuple[tuple[int, tuple[float, ...]], ...]:
        """Changes of the mix of styles during the run that is repeated."""
        return self.recipe.weight_changes if self.recipe else ()

    @property
    def precision(self) -> Precision:
        """That of the recipe where the settings leave it open: so the run repeats to the bit."""
        recipe, precision = self.recipe, self.config.precision
        return recipe.precision if recipe and precision == "auto" else precision

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
        origin=recipe,
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
        origin=_as_it_ended(recipe),
    )


def _as_it_ended(recipe: Recipe) -> Recipe:
    """A recipe with the weights of the styles that its run ended with."""
    if not recipe.weight_changes:
        return recipe
    weighted = zip(recipe.styles, recipe.weight_changes[-1][1], strict=True)
    return dataclasses.replace(recipe, styles=tuple(dataclasses.replace(s, weight=weight) for s, weight in weighted))


def check_same_pictures(options: argparse.Namespace, sources: Sources) -> None:
    """Checks that a finished picture is made large with the pictures that it was made from.

    Raises:
        SettingError: naming the first picture that is another one.
    """
    if not options.enlarged:
        return
    assert sources.init is not None
    recipe = read_recipe(sources.init.data, options.enlarged)
    wanted = [("content", options.content, sources.content, recipe.contents[0])]
    wanted += [
        ("style", named.file, source, digest)
        for named, source, digest in zip(named_styles(options), sources.styles, recipe.styles, strict=True)
    ]
    for name, path, source, digest in wanted:
        if sha256(source.data) != digest.sha256:
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


def note_differences(recipe: Recipe, inputs: Inputs) -> None:
    """Notes whatever makes a repeated run differ from the recipe's: other pictures, other versions.

    Args:
        recipe: of the run that is repeated.
        inputs: that it is repeated with.
    """
    found = {name: value for name, value in describe_inputs(inputs).items() if name != "masks"}
    for name, what in _INPUTS.items():
        if found[name] != getattr(recipe, name) and (name != "init_sha256" or inputs.init):
            note(f"the {what} not the one of the recipe.")
    if recipe.resumed_at:
        steps = ", ".join(map(str, recipe.resumed_at))
        note(f"the run of the recipe was cut off and resumed at step {steps}; pixels may differ a little.")
    if recipe.versions != current_versions():
        note("the recipe was made with other versions; pixels may differ a little.")


def _check_inputs(recipe: Recipe) -> None:
    """Refuses recipes whose inputs can't be named on the command line."""
    if len(recipe.contents) > 1 or recipe.contents[0].mask_sha256:
        raise RecipeError(
            "This recipe is of several content pictures, or of a mask on one: this version takes one, without a mask."
        )
    if len(recipe.styles) > MAX_STYLES:
        raise RecipeError(f"This recipe is of {len(recipe.styles)} styles: this version takes at most {MAX_STYLES}.")


def _named(options: argparse.Namespace, kind: type[TransferConfig | Postprocess]) -> dict[str, Any]:
    """The settings of a dataclass that the options name."""
    values = {name: getattr(options, name, None) for name in settings_of(kind)}
    # argparse collects the λ of repeated options in a list.
    return {n: tuple(v) if isinstance(v, list) else v for n, v in values.items() if v is not None}
