"""The pictures that come with the package: photographs, and styles drawn by `stylecore.samples.draw_styles`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


@cache
def sample_contents() -> dict[str, Path]:
    """Photographs by name."""
    return _named(_FOLDER / "contents")


@cache
def sample_styles() -> dict[str, Path]:
    """Style pictures by name."""
    return _named(_FOLDER / "styles")


@cache
def sample_bytes(path: Path) -> bytes:
    """The file of a sample; there is one object of it, by which everybody's runs hold the same."""
    return path.read_bytes()


@cache
def sample_names() -> dict[bytes, str]:
    """The name of each sample by its file."""
    return {sample_bytes(path): name for name, path in (sample_contents() | sample_styles()).items()}


def finished_folder() -> Path:
    """The folder of finished results, painted from samples by `tests.long.paint_finished`."""
    return _FOLDER / "finished"


def _named(folder: Path) -> dict[str, Path]:
    return {path.stem.replace("_", " ").capitalize(): path for path in sorted(folder.glob("*.jpg"))}
