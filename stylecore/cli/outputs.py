"""Checks of the files that a command will write, made before it starts to work."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from stylecore.errors import SettingError


def output_paths(output: str, lambdas: Sequence[float]) -> list[Path]:
    """One PNG path for each λ: OUT.png for a single one, else OUT-0.2.png, OUT-0.5.png and so on.

    Args:
        output: OUT.png.
        lambdas: of the run.

    Raises:
        SettingError: if the name does not end in .png, or two λ would share a name.
    """
    path = Path(output)
    if path.suffix.lower() != ".png":
        raise SettingError(f"{path} must end in .png: the recipe inside needs that format")
    if len(lambdas) == 1:
        return [path]
    paths = [path.with_name(f"{path.stem}-{lam:g}{path.suffix}") for lam in lambdas]
    if len(set(paths)) < len(paths):
        raise SettingError("the same λ is named twice")
    return paths


def check_writable(outputs: Sequence[Path], log: str | None, inputs: Iterable[str]) -> None:
    """Checks that all files can be written, and that none would replace an input or another output.

    Args:
        outputs: pictures that will be written.
        log: the file for the losses, if any.
        inputs: files that are read.

    Raises:
        SettingError: naming the first file or folder that can't be written.
    """
    if log and Path(log).resolve() in {path.resolve() for path in outputs}:
        raise SettingError("the log would overwrite a picture")
    sources = {Path(path).resolve() for path in inputs}
    for path in [*outputs, *([Path(log)] if log else [])]:
        if not path.parent.is_dir():
            raise SettingError(f"the folder {path.parent} does not exist")
        if not os.access(path.parent, os.W_OK):
            raise SettingError(f"the folder {path.parent} can't be written to")
        if path.is_dir() or path.resolve() in sources:
            raise SettingError(f"{path} would overwrite {'a folder' if path.is_dir() else 'an input'}")
