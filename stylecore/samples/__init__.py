"""The pictures that come with the package: photographs, and styles drawn by `stylecore.samples.draw_styles`."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from stylecore.language import Sentence

_FOLDER = Path(__file__).parent
_NAMES = {  # by file
    "astronaut": Sentence("Astronaut"),
    "chelsea": Sentence("Chelsea"),
    "coffee": Sentence("Coffee"),
    "rocket": Sentence("Rocket"),
    "circles_and_lines": Sentence("Circles and lines"),
    "embroidery": Sentence("Embroidery"),
    "gilded_spirals": Sentence("Gilded spirals"),
    "ink_hatching": Sentence("Ink hatching"),
    "linocut_birches": Sentence("Linocut birches"),
    "marbled_ink": Sentence("Marbled ink"),
    "pop_halftone": Sentence("Pop halftone"),
    "stained_glass": Sentence("Stained glass"),
    "stone_mosaic": Sentence("Stone mosaic"),
    "sunset_dots": Sentence("Sunset dots"),
    "swirling_night": Sentence("Swirling night"),
    "watercolour_garden": Sentence("Watercolour garden"),
    "woodblock_wave": Sentence("Woodblock wave"),
}


@cache
def sample_contents() -> dict[str, Path]:
    """Photographs by name, a `Sentence`."""
    return _named(_FOLDER / "contents")


@cache
def sample_styles() -> dict[str, Path]:
    """Style pictures by name, a `Sentence`."""
    return _named(_FOLDER / "styles")


@cache
def sample_bytes(path: Path) -> bytes:
    """The file of a sample; there is one object of it, by which everybody's runs hold the same."""
    return path.read_bytes()


@cache
def sample_names() -> dict[bytes, str]:
    """The name of each sample, a `Sentence`, by its file."""
    return {sample_bytes(path): name for name, path in (sample_contents() | sample_styles()).items()}


def finished_folder() -> Path:
    """The folder of finished results, painted from samples by `tests.long.paint_finished`."""
    return _FOLDER / "finished"


def _named(folder: Path) -> dict[str, Path]:
    return {_NAMES[path.stem]: path for path in sorted(folder.glob("*.jpg"))}
