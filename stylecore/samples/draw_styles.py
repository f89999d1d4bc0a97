"""Draws the sample style pictures again: `python -m stylecore.samples.draw_styles [--out DIR] [NAME ...]`."""

import argparse
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.random import Generator
from PIL.Image import Image

from stylecore.samples.drawing import (
    circles_and_lines,
    embroidery,
    gilded_spirals,
    ink_hatching,
    linocut_birches,
    marbled_ink,
    pop_halftone,
    stained_glass,
    stone_mosaic,
    sunset_dots,
    swirling_night,
    watercolour_garden,
    woodblock_wave,
)

PICTURES: dict[str, Callable[[Generator], Image]] = {
    "swirling_night": swirling_night.draw,
    "woodblock_wave": woodblock_wave.draw,
    "stained_glass": stained_glass.draw,
    "marbled_ink": marbled_ink.draw,
    "stone_mosaic": stone_mosaic.draw,
    "sunset_dots": sunset_dots.draw,
    "gilded_spirals": gilded_spirals.draw,
    "watercolour_garden": watercolour_garden.draw,
    "circles_and_lines": circles_and_lines.draw,
    "pop_halftone": pop_halftone.draw,
    "embroidery": embroidery.draw,
    "linocut_birches": linocut_birches.draw,
    "ink_hatching": ink_hatching.draw,
}
SEED = 2015
LARGEST = 120_000  # bytes


def draw_style(name: str, seed: int = SEED) -> Image:
    """Draws one of `PICTURES`; the same seed gives the same picture.

    Raises:
        ValueError: There is no picture of that name.
    """
    if name not in PICTURES:
        raise ValueError(f"no style picture {name!r}; there are {', '.join(PICTURES)}")
    return PICTURES[name](np.random.default_rng(seed))


def as_jpeg(picture: Image, largest: int = LARGEST) -> bytes:
    """Encodes a picture at the best quality that fits into `largest` bytes.

    Colour is kept at full resolution, unless that takes a quality below 70.

    Raises:
        ValueError: Even the lowest quality tried does not fit.
    """
    for subsampling, qualities in ((0, range(95, 69, -1)), (2, range(85, 39, -1))):
        for quality in qualities:
            file = io.BytesIO()
            picture.save(file, "JPEG", quality=quality, subsampling=subsampling)
            if file.tell() <= largest:
                return file.getvalue()
    raise ValueError(f"the picture does not fit into {largest} bytes")


def main() -> None:
    """Draws the pictures named on the command line, or all of them."""
    parser = argparse.ArgumentParser(
        prog="python -m stylecore.samples.draw_styles", description="Draws the sample style pictures."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(PICTURES)}; all by default")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path(__file__).parent / "styles",
        metavar="DIR",
        help="where to write the JPEG files",
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - PICTURES.keys():
        parser.error(f"no style picture {', '.join(sorted(unknown))}; there are {', '.join(PICTURES)}")
    arguments.out.mkdir(parents=True, exist_ok=True)
    for name in arguments.names or PICTURES:
        path = arguments.out / f"{name}.jpg"
        path.write_bytes(as_jpeg(draw_style(name)))
        print(path)


if __name__ == "__main__":
    main()
