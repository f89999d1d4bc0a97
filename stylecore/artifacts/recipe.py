"""Recipes: the settings and inputs that made a picture, stored as JSON inside its file."""

from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import math
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib import metadata
from typing import Any

import torch

from stylecore.config import SETTINGS, Postprocess, Precision, TransferConfig, with_lambda
from stylecore.errors import UserError
from stylecore.imaging.guards import check_structure
from stylecore.imaging.inputs import MAX_STYLES, MAX_WEIGHT, InputImage, Inputs
from stylecore.imaging.mask_files import MOST_BYTES, is_small_mask, mask_picture
from stylecore.imaging.output_formats import read_text
from stylecore.language import Sentence
from stylecore.settings import with_current_names
from stylecore.version import __version__

CHUNK = "stylecore"
FORMAT = 2  # format 1 had one content and one style picture, and other names for some settings
MAX_CHARACTERS = 500_000  # masks are most of it
MAX_TEXT = 200  # characters of a device's name, a version, a checksum
MAX_INPUTS = 32  # pictures of one kind
MAX_ENTRIES = 1000  # sizes, or steps at which a run was resumed
MAX_TOLD = 5  # sentences about what is not understood
MAX_MASKS = 2 * MAX_STYLES + 1
NO_POSTPROCESS = Postprocess()
_LEFT_OUT: Mapping[str, object] = {  # where a recipe has nothing to tell
    "postprocess": NO_POSTPROCESS,
    "leave_sha256": "",
    "masks": {},
    "weight_changes": (),
    "enlargement": (),
    "resumed_at": (),
    "frames": 1,
}
MAX_STEPS = 100_000  # a run can be extended beyond the range of `config.steps`


class RecipeError(UserError, ValueError):
    """A file has no usable recipe; the message says why in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputDigest:
    """The checksums of one file that a picture was made from.

    Attributes:
        sha256: of its bytes, hexadecimal.
        weight: of a style: its share in the mix of its region, as the run began with it.
        mask_sha256: of the mask over this picture, as it was used; empty if it had none.
        region_sha256: of the mask over the content where this style was painted, as it was used; empty if it had none.
    """

    sha256: str
    weight: float = 1.0
    mask_sha256: str = ""
    region_sha256: str = ""

    @classmethod
    def of(cls, image: InputImage) -> InputDigest:
        """The digest of an input."""
        return cls(
            sha256=sha256(image.data),
            weight=image.weight,
            mask_sha256=sha256(image.mask) if image.mask else "",
            region_sha256=sha256(image.region) if image.region else "",
        )


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
        leave_sha256: checksum of the mask over the content where it was left alone, as it was used; else empty.
        masks: the files of all masks by their checksums, in the form in which they were used, see
            `imaging.mask_files.small_mask`: so a run can be repeated without the user's own.
        steps_done: updates that were made; more than `config.steps` if the run was extended.
        losses: content, style and total loss at the end of the run, before any postprocessing.
        changes: each change of λ during the run: (step, λ from then on).
        weight_changes: each change of the mix of styles: (step, the weights of all styles from then on).
        postprocess: what was done to the picture after the run.
        enlargement: of a picture that was made large from the one of `init_sha256`: (longer side in pixels, updates) of
            each size that it went through, the last of which may have been cut short; empty for all others.
        resumed_at: the step at which the run went on from a checkpoint, each time that it did. The optimizer began anew
            there, so a run that is not cut off gives a slightly different picture.
        frames: of an animation; `steps_done` is of its first frame, and `losses` are the mean of all.
        not_understood: a sentence about each entry that this version does not know; not part of the JSON.
    """

    config: TransferConfig
    device: str
    versions: Mapping[str, str]
    contents: tuple[InputDigest, ...]
    styles: tuple[InputDigest, ...]
    init_sha256: str = ""
    leave_sha256: str = ""
    masks: Mapping[str, bytes] = field(default_factory=dict)
    steps_done: int
    losses: Mapping[str, float]
    precision: Precision = "float32"
    changes: tuple[tuple[int, float], ...] = ()
    weight_changes: tuple[tuple[int, tuple[float, ...]], ...] = ()
    postprocess: Postprocess = NO_POSTPROCESS
    enlargement: tuple[tuple[int, int], ...] = ()
    resumed_at: tuple[int, ...] = ()
    frames: int = 1
    not_understood: tuple[str, ...] = ()

    @property
    def content_sha256(self) -> str:
        """SHA-256 of the first content file."""
        return self.contents[0].sha256

    @property
    def style_sha256(self) -> str:
        """SHA-256 of the first style file."""
        return self.styles[0].sha256

    @property
    def leave(self) -> bytes:
        """The file of the mask over the content where it was left alone; empty if there was none."""
        return self.masks.get(self.leave_sha256, b"")

    def to_json(self) -> str:
        """The recipe as indented JSON."""
        values = {"format": FORMAT, **asdict(self)}
        del values["not_understood"]
        values["masks"] = {digest: base64.b64encode(data).decode() for digest, data in self.masks.items()}
        for name, usual in _LEFT_OUT.items():
            if getattr(self, name) == usual:
                del values[name]
        for style in (*values["contents"], *values["styles"]):
            if not style["region_sha256"]:
                del style["region_sha256"]
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
            raise RecipeError("The recipe can't be used: it has no {error}.", error=error) from error
        except RecursionError as error:
            raise RecipeError("The recipe can't be used: its values are nested too deeply.") from error
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            reason = error.sentence if isinstance(error, UserError) else str(error)
            raise RecipeError("The recipe can't be used: {reason:.200}.", reason=reason) from error


def _read(values: object) -> Recipe:
    if not isinstance(values, dict):
        raise RecipeError("not a recipe")
    version = values.pop("format", None)
    if not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= MAX_STEPS:
        raise RecipeError("not of a format that this version reads")
    versions = {
        _text(Sentence("a version's name"), name): _text(Sentence("a version"), told)
        for name, told in dict(values.pop("versions")).items()
    }
    later = version > FORMAT or _numbers(versions.get("stylecore", "")) > _numbers(__version__)
    unknown: list[str] = []
    config = _read_config(values.pop("config"), unknown, later=later)
    changes = tuple((int(step), float(lam)) for step, lam in values.pop("changes", ()))
    for step, lam in changes:
        with_lambda(config, lam)  # checks its range
        _check_step(Sentence("the step of a change"), step)
    losses = {_text(Sentence("a loss's name"), name): float(loss) for name, loss in dict(values.pop("losses")).items()}
    if not all(map(math.isfinite, losses.values())):
        raise RecipeError("a loss is not a finite number")
    steps_done = int(values.pop("steps_done"))
    _check_step("steps_done", steps_done)
    contents, styles = (_read_digests(kind, values, unknown) for kind in ("content", "style"))
    recipe = Recipe(
        config=config,
        device=_text("device", values.pop("device")),
        versions=versions,
        contents=contents,
        styles=styles,
        leave_sha256=_text("leave_sha256", values.pop("leave_sha256", "")),
        masks=_read_masks(values),
        init_sha256=_text("init_sha256", values.pop("init_sha256", "")),
        steps_done=steps_done,
        losses=losses,
        precision=_read_precision(values),
        changes=changes,
        weight_changes=_read_weight_changes(values, styles),
        postprocess=_read_postprocess(values),
        enlargement=_read_enlargement(values),
        resumed_at=_read_resumed_at(values),
        frames=_read_frames(values),
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
        raise RecipeError("config must be settings by name")
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
        raise RecipeError("{kind}s must be 1 to {most} pictures", kind=kind, most=MAX_INPUTS)
    digests = []
    for entry in entries:
        if not isinstance(entry, dict):
            raise RecipeError("{kind}s must be entries by name", kind=kind)
        more = sorted(set(entry) - {field.name for field in dataclasses.fields(InputDigest)})
        unknown += [f"This version does not know {_text('an entry', name)!r} of a {kind} picture." for name in more]
        digests.append(
            InputDigest(
                sha256=_text(Sentence("the sha256 of a {kind} picture", kind=kind), entry["sha256"]),
                weight=_read_weight(Sentence("the weight of a {kind} picture", kind=kind), entry.get("weight", 1.0)),
                mask_sha256=_text("mask_sha256", entry.get("mask_sha256", "")),
                region_sha256=_text("region_sha256", entry.get("region_sha256", "")),
            )
        )
    return tuple(digests)


def _read_weight(name: str, weight: object) -> float:
    if not isinstance(weight, (int, float)) or isinstance(weight, bool) or not 0 <= weight <= MAX_WEIGHT:
        raise RecipeError(
            "{name} must be from 0 to {most:g}, not {weight!r:.60}", name=name, most=MAX_WEIGHT, weight=weight
        )
    return weight


def _read_weight_changes(
    values: dict[str, Any], styles: Sequence[InputDigest]
) -> tuple[tuple[int, tuple[float, ...]], ...]:
    changes = tuple(
        (int(step), tuple(_read_weight(Sentence("a new weight of a style"), weight) for weight in weights))
        for step, weights in _entries("weight_changes", values)
    )
    regions = [style.region_sha256 for style in styles]
    for step, weights in (*changes, (0, tuple(style.weight for style in styles))):
        _check_step(Sentence("the step of a change"), step)
        if len(weights) != len(styles):
            raise RecipeError(
                "weight_changes must have {count} weights each, not {given}", count=len(styles), given=len(weights)
            )
        if {region for region, weight in zip(regions, weights, strict=True) if weight} != set(regions):
            raise RecipeError("a region needs a style with a weight above 0")
    return changes


def _read_masks(values: dict[str, Any]) -> dict[str, bytes]:
    """Reads the masks, each of which has to be in the form in which masks are used, and to fit its checksum."""
    found = values.pop("masks", {})
    if not isinstance(found, dict) or len(found) > MAX_MASKS:
        raise RecipeError("masks must be at most {most} files by their checksums", most=MAX_MASKS)
    masks = {}
    for digest, text in found.items():
        if not isinstance(text, str) or len(text) > 2 * MOST_BYTES:
            raise RecipeError("a mask must have at most {most} bytes, as Base64", most=MOST_BYTES)
        data = base64.b64decode(text, validate=True)
        if sha256(data) != digest or not is_small_mask(data):
            raise RecipeError("a mask is not what its checksum says, or not small")
        mask_picture(data)
        masks[digest] = data
    return masks


def _read_postprocess(values: dict[str, Any]) -> Postprocess:
    """Reads the postprocessing, which format 1 calls "finish"."""
    found = values.pop("finish" if "finish" in values else "postprocess", {})
    if not isinstance(found, dict):
        raise RecipeError("postprocess must be settings by name")
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
        _check_step(Sentence("a step of resumed_at"), step)
    return steps


def _read_frames(values: dict[str, Any]) -> int:
    frames = int(values.pop("frames", 1))
    if not 1 <= frames <= MAX_ENTRIES:
        raise ValueError(f"frames must be from 1 to {MAX_ENTRIES}, not {frames!s:.60}")
    return frames


def _entries(name: str, values: dict[str, Any]) -> list[Any]:
    entries = values.pop(name, [])
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise RecipeError("{name} must be a list of at most {most} entries", name=name, most=MAX_ENTRIES)
    return entries


def _read_precision(values: dict[str, Any]) -> Precision:
    """Reads the precision that was used: float32 in all recipes that do not name it."""
    precision = values.pop("precision", "float32")
    if precision not in ("float32", "bfloat16"):
        raise RecipeError("precision must be float32 or bfloat16, not {precision!r:.60}", precision=precision)
    return "bfloat16" if precision == "bfloat16" else "float32"


def _text(name: str, value: object) -> str:
    """Checks a text that is short enough and safe to show: no control codes, no unpaired surrogates."""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
        raise RecipeError(
            "{name} must be a text of at most {most} printable characters, not {value!r:.60}",
            name=name,
            most=MAX_TEXT,
            value=value,
        )
    return value


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers of a version such as 0.2.0, for comparing."""
    return tuple(int(part) for part in version.split(".") if part.isascii() and part.isdigit() and len(part) < 6)


def _check_step(name: str, step: int) -> None:
    if not 0 <= step <= MAX_STEPS:
        raise RecipeError("{name} must be from 0 to {most}, not {step!s:.60}", name=name, most=MAX_STEPS, step=step)


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def describe_inputs(inputs: Inputs) -> dict[str, Any]:
    """The fields of a `Recipe` that identify its input files, whose masks are as they were used."""
    return {
        "contents": tuple(map(InputDigest.of, inputs.contents)),
        "styles": tuple(map(InputDigest.of, inputs.styles)),
        "init_sha256": sha256(inputs.init.data) if inputs.init else "",
        "leave_sha256": sha256(inputs.leave) if inputs.leave else "",
        "masks": {sha256(mask): mask for mask in inputs.masks()},
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
    """Reads the recipe inside a file of ours; `output_formats.encode` and `encode_animation` say where each has it.

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
        raise RecipeError(
            "{name} is not a PNG, JPEG, WebP or TIFF picture, nor a GIF, so there is no recipe in it.", name=name
        ) from error
    if text is None or len(text) > MAX_CHARACTERS:
        raise RecipeError(
            "There is no recipe in {name}: only pictures made here, and not saved again elsewhere, have one.", name=name
        )
    return Recipe.from_json(text)
