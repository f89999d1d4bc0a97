"""Recipes: the settings and inputs that made a picture, stored as JSON inside its file."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

import torch

from stylecore.config import SETTINGS, Postprocess, Precision, TransferConfig, with_lambda
from stylecore.errors import UserError
from stylecore.imaging.guards import check_structure
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.imaging.output_formats import read_text
from stylecore.settings import MAX_LAYER_WEIGHT, with_current_names
from stylecore.version import __version__

CHUNK = "stylecore"
FORMAT = 2  # format 1 had one content and one style picture, and other names for some settings
MAX_CHARACTERS = 200_000
MAX_TEXT = 200  # characters of a device's name, a version, a checksum
MAX_INPUTS = 32  # pictures of one kind
MAX_ENTRIES = 1000  # sizes, or steps at which a run was resumed
MAX_TOLD = 5  # sentences about what is not understood
NO_POSTPROCESS = Postprocess()
MAX_STEPS = 100_000  # a run can be extended beyond the range of `config.steps`


class RecipeError(UserError, ValueError):
    """A file has no usable recipe; the message says why in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDigest:
    """The checksums of one file that a picture was made from.

    Attributes:
        sha256: of its bytes, hexadecimal.
        weight: share of this picture among those of its kind, above 0.
        mask_sha256: of its mask's bytes; empty if it had none.
    """

    sha256: str
    weight: float = 1.0
    mask_sha256: str = ""

    @classmethod
    def of(cls, image: InputImage) -> InputDigest:
        """The digest of an input."""
        return cls(sha256=sha256(image.data), weight=image.weight, mask_sha256=sha256(image.mask) if image.mask else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Settings and provenance of one picture.

    Attributes:
        config: the settings, with the one λ that made the picture; the seed is among them.
        device: the processor that computed it: "cpu" or the name of a GPU.
        precision: in which the convolutions were computed, "float32" or "bfloat16".
        versions: of stylecore, torch, torchvision and Python.
        contents: the content files.
        styles: the style files.
        init_sha256: checksum of the picture that an `init="image"` run started from; else empty.
        steps_done: updates that were made; more than `config.steps` if the run was extended.
        losses: content, style and total loss at the end of the run, before any postprocessing.
        changes: each change of λ during the run: (step, λ from then on).
        weight_changes: each change of the mix of styles: (step, the weights of all styles from then on).
        postprocess: what was done to the picture after the run.
        enlargement: of a picture that was made large from the one of `init_sha256`: (longer side in pixels, updates) of
            each size that it went through, the last of which may have been cut short; empty for all others.
        resumed_at: the step at which the run went on from a checkpoint, each time that it did. The optimizer began anew
            there, so a run that is not cut off gives a slightly different picture.
        not_understood: a sentence about each entry that this version does not know; not part of the JSON.
    """

    config: TransferConfig
    device: str
    versions: Mapping[str, str]
    contents: tuple[InputDigest, ...]
    styles: tuple[InputDigest, ...]
    init_sha256: str = ""
    steps_done: int
    losses: Mapping[str, float]
    precision: Precision = "float32"
    changes: tuple[tuple[int, float], ...] = ()
    weight_changes: tuple[tuple[int, tuple[float, ...]], ...] = ()
    postprocess: Postprocess = NO_POSTPROCESS
    enlargement: tuple[tuple[int, int], ...] = ()
    resumed_at: tuple[int, ...] = ()
    not_understood: tuple[str, ...] = ()

    @property
    def content_sha256(self) -> str:
        """SHA-256 of the first content file."""
        return self.contents[0].sha256

    @property
    def style_sha256(self) -> str:
        """SHA-256 of the first style file."""
        return self.styles[0].sha256

    def to_json(self) -> str:
        """The recipe as indented JSON."""
        values = {"format": FORMAT, **asdict(self)}
        del values["not_understood"]
        for name, usual in (
            ("postprocess", NO_POSTPROCESS),
            ("weight_changes", ()),
            ("enlargement", ()),
            ("resumed_at", ()),
        ):
            if getattr(self, name) == usual:
                del values[name]
        return json.dumps(values, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """Reads a recipe written by this or any other version; the text need not be trusted.

        Entries and settings that only a later version knows are left out and described in `not_understood`.

        Raises:
            RecipeError: if the text is not a recipe, or a value has the wrong type or is out of range.
        """
        try:
            return _read(json.loads(text))
        except KeyError as error:
            raise RecipeError(f"The recipe can't be used: it has no {error}.") from error
        except RecursionError as error:
            raise RecipeError("The recipe can't be used: its values are nested too deeply.") from error
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise RecipeError(f"The recipe can't be used: {error!s:.200}.") from error


def _read(values: object) -> Recipe:
    if not isinstance(values, dict):
        raise ValueError("not a recipe")
    version = values.pop("format", None)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= MAX_STEPS:
        raise ValueError("not of a format that this version reads")
    versions = {
        _text("a version's name", name): _text("a version", told) for name, told in dict(values.pop("versions")).items()
    }
    later = version > FORMAT or _numbers(versions.get("stylecore", "")) > _numbers(__version__)
    unknown: list[str] = []
    config = _read_config(values.pop("config"), unknown, later=later)
    changes = tuple((int(step), float(lam)) for step, lam in values.pop("changes", ()))
    for step, lam in changes:
        with_lambda(config, lam)  # checks its range
        _check_step("the step of a change", step)
    losses = {_text("a loss's name", name): float(loss) for name, loss in dict(values.pop("losses")).items()}
    if not all(map(math.isfinite, losses.values())):
        raise ValueError("a loss is not a finite number")
    weight_changes = tuple((int(step), tuple(map(float, told))) for step, told in _entries("weight_changes", values))
    steps_done = int(values.pop("steps_done"))
    _check_step("steps_done", steps_done)
    recipe = Recipe(
        config=config,
        device=_text("device", values.pop("device")),
        versions=versions,
        contents=_read_digests("content", values, unknown),
        styles=_read_digests("style", values, unknown),
        init_sha256=_text("init_sha256", values.pop("init_sha256", "")),
        steps_done=steps_done,
        losses=losses,
        precision=_read_precision(values),
        changes=changes,
        weight_changes=weight_changes,
        postprocess=_read_postprocess(values),
        enlargement=_read_enlargement(values),
        resumed_at=_read_resumed_at(values),
    )
    unknown += [f"This version does not know the recipe's {_text('an entry', name)!r}." for name in values]
    if len(unknown) > MAX_TOLD:
        unknown[MAX_TOLD:] = [f"It does not know {len(unknown) - MAX_TOLD} more of its entries."]
    return dataclasses.replace(recipe, not_understood=tuple(unknown))


def _read_config(values: object, unknown: list[str], *, later: bool) -> TransferConfig:
    """Reads the settings that this version knows.

    Args:
        values: the settings by name, unchecked.
        unknown: receives a sentence about each setting that this version does not know.
        later: whether a later version wrote the recipe. Its choices may be unknown here and then become the default; an
            unknown choice in any other recipe is an error.
    """
    if not isinstance(values, dict):
        raise ValueError("config must be settings by name")
    known = {name: declared.formerly for name, declared in SETTINGS.items() if declared.formerly is not None}
    for name, value in with_current_names(TransferConfig, values).items():
        if name not in SETTINGS:
            unknown.append(f"This version does not know the setting {_text('a setting', name)!r}: it is left out.")
        elif later and _is_unknown_choice(name, value):
            told = f"{_text('a name', name)} = {_text('a choice', value)}"
            unknown.append(f"This version does not know {told}: it takes {getattr(TransferConfig(), name)}.")
        else:
            known[name] = value
    return TransferConfig.from_dict(known)


def _is_unknown_choice(name: str, value: object) -> bool:
    return SETTINGS[name].kind == "choice" and isinstance(value, str) and value not in SETTINGS[name].labels


def _read_digests(kind: str, values: dict[str, Any], unknown: list[str]) -> tuple[InputDigest, ...]:
    """Reads the checksums of the content or the style files; format 1 had exactly one of each, in a single entry."""
    if f"{kind}_sha256" in values:
        return (InputDigest(sha256=_text(f"{kind}_sha256", values.pop(f"{kind}_sha256"))),)
    entries = values.pop(f"{kind}s")
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_INPUTS:
        raise ValueError(f"{kind}s must be 1 to {MAX_INPUTS} pictures")
    digests = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise ValueError(f"{kind}s must be entries by name")
        more = sorted(set(entry) - {field.name for field in dataclasses.fields(InputDigest)})
        unknown += [f"This version does not know {_text('an entry', name)!r} of a {kind} picture." for name in more]
        weight = entry.get("weight", 1.0)
        if not isinstance(weight, (int, float)) or isinstance(weight, bool) or not 0 < weight <= MAX_LAYER_WEIGHT:
            raise ValueError(
                f"the weight of a {kind} picture must be above 0 and at most {MAX_LAYER_WEIGHT:g}, not {weight!r:.60}"
            )
        digests.append(
            InputDigest(
                sha256=_text(f"the sha256 of a {kind} picture", entry["sha256"]),
                weight=weight,
                mask_sha256=_text("mask_sha256", entry.get("mask_sha256", "")),
            )
        )
    return tuple(digests)


def _read_postprocess(values: dict[str, Any]) -> Postprocess:
    """Reads the postprocessing, which format 1 calls "finish"."""
    found = values.pop("finish" if "finish" in values else "postprocess", {})
    if not isinstance(found, dict):
        raise ValueError("postprocess must be settings by name")
    return Postprocess.from_dict(found)


def _read_enlargement(values: dict[str, Any]) -> tuple[tuple[int, int], ...]:
    levels = tuple((int(size), int(steps)) for size, steps in _entries("enlargement", values))
    for size, steps in levels:
        SETTINGS["size"].check(size)
        _check_step("the updates at a size", steps)
    return levels


def _read_resumed_at(values: dict[str, Any]) -> tuple[int, ...]:
    steps = tuple(map(int, _entries("resumed_at", values)))
    for step in steps:
        _check_step("a step of resumed_at", step)
    return steps


def _entries(name: str, values: dict[str, Any]) -> list[Any]:
    entries = values.pop(name, [])
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise ValueError(f"{name} must be a list of at most {MAX_ENTRIES} entries")
    return entries


def _read_precision(values: dict[str, Any]) -> Precision:
    """Reads the precision that was used: float32 in all recipes that do not name it."""
    precision = values.pop("precision", "float32")
    if precision not in ("float32", "bfloat16"):
        raise ValueError(f"precision must be float32 or bfloat16, not {precision!r:.60}")
    return "bfloat16" if precision == "bfloat16" else "float32"


def _text(name: str, value: object) -> str:
    """Checks a text that is short enough and safe to show: no control codes, no unpaired surrogates."""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
        raise ValueError(f"{name} must be a text of at most {MAX_TEXT} printable characters, not {value!r:.60}")
    return value


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version such as 0.2.0, for comparing."""
    return tuple(int(part) for part in version.split(".") if part.isascii() and part.isdigit() and len(part) < 6)


def _check_step(name: str, step: int) -> None:
    if not 0 <= step <= MAX_STEPS:
        raise ValueError(f"{name} must be from 0 to {MAX_STEPS}, not {step!s:.60}")


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def describe_inputs(inputs: Inputs) -> dict[str, Any]:
    """The fields of a `Recipe` that identify its input files."""
    return {
        "contents": tuple(map(InputDigest.of, inputs.contents)),
        "styles": tuple(map(InputDigest.of, inputs.styles)),
        "init_sha256": sha256(inputs.init.data) if inputs.init else "",
    }


def current_versions() -> dict[str, str]:
    """The versions of everything that can change a picture."""
    return {
        "stylecore": __version__,
        "torch": torch.__version__,  # also distinguishes CPU and CUDA builds
        "torchvision": metadata.version("torchvision"),
        "python": platform.python_version(),
    }


def read_recipe(data: bytes, name: str = "picture") -> Recipe:
    """Reads the recipe inside a PNG, JPEG, WebP or TIFF file; `imaging.output_formats.encode` says where each has it.

    Args:
        data: the file's bytes, or only those before its pixels; they need not be trusted.
        name: what the message of an error calls the picture.

    Raises:
        RecipeError: if the file is of another format, or has no usable recipe.
    """
    try:
        check_structure(data)
        text = read_text(data, CHUNK)
    except Exception as error:  # whatever a broken file makes Pillow raise, it holds no recipe
        raise RecipeError(f"{name} is not a PNG, JPEG, WebP or TIFF picture, so there is no recipe in it.") from error
    if text is None or len(text) > MAX_CHARACTERS:
        raise RecipeError(
            f"There is no recipe in {name}: only pictures made here, and not saved again elsewhere, have one."
        )
    return Recipe.from_json(text)
