"""What made a picture, kept inside the picture: a PNG text chunk that holds JSON."""

from __future__ import annotations

import hashlib
import io
import json
import math
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import torch
import torchvision.version
from PIL import Image

from stylecore import __version__
from stylecore.config import Finish, TransferConfig, with_lambda
from stylecore.imaging.guards import check_parts

CHUNK = "stylecore"
FORMAT = 1
MAX_CHARACTERS = 200_000
MAX_TEXT = 200  # characters of a device's name, a version, a checksum
NO_TOUCH = Finish()
MAX_STEPS = 100_000  # a run can be extended beyond the range of `config.steps`


class RecipeError(ValueError):
    """A file has no recipe that can be used; the message says so in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Settings and provenance of one picture.

    Attributes:
        config: the settings, with the one λ that made the picture; the seed is among them.
        device: "cpu", or the name of the GPU.
        versions: of stylecore, torch, torchvision and Python.
        content_sha256: of the content file's bytes.
        style_sha256: of the style file's bytes.
        init_sha256: of the file that `init="image"` started from; else empty.
        steps_done: updates made, at most `config.steps` unless the run was extended.
        losses: content, style and total at the end of the run, before any finishing touch.
        changes: λ changed on the way: (step, new λ).
        finish: touches made after the run.
    """

    config: TransferConfig
    device: str
    versions: Mapping[str, str]
    content_sha256: str
    style_sha256: str
    init_sha256: str = ""
    steps_done: int
    losses: Mapping[str, float]
    changes: tuple[tuple[int, float], ...] = ()
    finish: Finish = NO_TOUCH

    def to_json(self) -> str:
        """The recipe as indented JSON; without touches it says nothing of them, so that older versions read it, too."""
        values = {"format": FORMAT, **asdict(self)}
        if self.finish == NO_TOUCH:
            del values["finish"]
        return json.dumps(values, indent=2, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Recipe:
        """The recipe out of JSON, checked as if a stranger wrote it.

        Raises:
            RecipeError: if it is not a recipe of this format, or a setting is out of its range.
        """
        try:
            values = json.loads(text)
            if not isinstance(values, dict) or values.pop("format", None) != FORMAT:
                raise ValueError("not of a format that this version reads")
            settings = values.pop("config")
            if not isinstance(settings, dict):
                raise ValueError("config must be settings by name")
            config = TransferConfig.from_dict(settings)
            changes = tuple((int(step), float(lam)) for step, lam in values.pop("changes", ()))
            for step, lam in changes:
                with_lambda(config, lam)  # checks its range
                _check_step("the step of a change", step)
            losses = {_text("a loss's name", name): float(loss) for name, loss in dict(values.pop("losses")).items()}
            if not all(map(math.isfinite, losses.values())):
                raise ValueError("a loss is not a finite number")
            told = dict(values.pop("versions")).items()
            versions = {_text("a version's name", name): _text("a version", version) for name, version in told}
            steps_done = int(values.pop("steps_done"))
            _check_step("steps_done", steps_done)
            texts = {name: _text(name, values.pop(name)) for name in ("device", "content_sha256", "style_sha256")}
            texts["init_sha256"] = _text("init_sha256", values.pop("init_sha256", ""))
            touches = values.pop("finish", {})
            if not isinstance(touches, dict):
                raise ValueError("finish must be touches by name")
            if values:
                raise ValueError(f"unknown entry {min(values)!r}")
            return cls(
                config=config,
                changes=changes,
                finish=Finish.from_dict(touches),
                losses=losses,
                versions=versions,
                steps_done=steps_done,
                **texts,
            )
        except KeyError as error:
            raise RecipeError(f"The recipe can't be used: it has no {error}.") from error
        except RecursionError as error:
            raise RecipeError("The recipe can't be used: its values are nested too deeply.") from error
        except (ValueError, TypeError, AttributeError, OverflowError) as error:
            raise RecipeError(f"The recipe can't be used: {error!s:.200}.") from error


def _text(name: str, value: object) -> str:
    """A short text that can be shown anywhere: no control codes, no half characters."""
    if not isinstance(value, str) or len(value) > MAX_TEXT or not value.isprintable():
        raise ValueError(f"{name} must be a text of at most {MAX_TEXT} printable characters, not {value!r:.60}")
    return value


def _check_step(name: str, step: int) -> None:
    if not 0 <= step <= MAX_STEPS:
        raise ValueError(f"{name} must be from 0 to {MAX_STEPS}, not {step!s:.60}")


def sha256(data: bytes) -> str:
    """Hexadecimal SHA-256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def current_versions() -> dict[str, str]:
    """Versions of what can change a picture."""
    return {
        "stylecore": __version__,
        "torch": torch.__version__,  # tells a CPU build from a CUDA one, too
        "torchvision": torchvision.version.__version__,
        "python": platform.python_version(),
    }


def read_recipe(data: bytes, name: str = "picture") -> Recipe:
    """The recipe inside a PNG's bytes, of which those before the pixels are enough.

    Raises:
        RecipeError: if the file is no PNG, has no recipe, or one that can't be used.
    """
    try:
        check_parts(data)
        with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
            text = image.info.get(CHUNK)
    except Exception as error:  # whatever a broken PNG makes Pillow raise, it holds no recipe
        raise RecipeError(f"{name} is not a PNG picture, so there is no recipe in it.") from error
    if not isinstance(text, str) or len(text) > MAX_CHARACTERS:
        raise RecipeError(
            f"There is no recipe in {name}: only PNG pictures made here, and not saved again elsewhere, have one."
        )
    return Recipe.from_json(text)
