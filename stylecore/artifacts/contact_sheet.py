"""Contact sheets: several pictures in one, each with a label, and one recipe that makes them all again."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from stylecore.artifacts.recipe import CHUNK, Recipe, read_recipe
from stylecore.imaging.colour import on_paper
from stylecore.imaging.images import encode_png

FONT = Path(__file__).parents[1] / "fonts" / "DejaVuSans-subset.ttf"  # Pillow's own has no λ
GAP = 12  # pixels
INK, PAPER = (34, 38, 43), (255, 255, 255)

# (heading of the row, (label, PNG bytes or None for an empty cell) of each cell) for each row
Rows = Sequence[tuple[str, Sequence[tuple[str, bytes | None]]]]


def contact_sheet(rows: Rows, title: str = "") -> bytes:
    """PNG bytes of `labelled_sheet`, with one recipe for all pictures of the first row, which may differ only in λ.

    Raises:
        ValueError: if there is no picture at all.
        RecipeError: if one of those pictures has no recipe.
    """
    files = [png for _, cells in rows[:1] for _, png in cells if png is not None]
    files = files or [png for _, cells in rows for _, png in cells if png is not None]
    return encode_png(labelled_sheet(rows, title), {CHUNK: _shared_recipe(files).to_json()} if files else None)


def labelled_sheet(rows: Rows, title: str = "", *, dark: bool = False) -> Image.Image:
    """Lays pictures out in rows, each below its label.

    Args:
        rows: headings, labels and pictures; the heading is empty if there is only one row.
        title: a line above everything.
        dark: whether to write in a light colour on a dark background.

    Raises:
        ValueError: if there is no picture at all.
    """
    files = [png for _, cells in rows for _, png in cells if png is not None]
    if not files:
        raise ValueError("There is no picture for a sheet yet.")
    pictures = {id(png): on_paper(Image.open(io.BytesIO(png))).convert("RGB") for png in files}
    width, height = (max(picture.size[side] for picture in pictures.values()) for side in (0, 1))
    font = ImageFont.truetype(str(FONT), _font_size(width))
    line = _line_height(width)
    measure = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    side = max((round(measure.textlength(heading, font)) for heading, _ in rows), default=0)
    side += GAP if side else 0
    top = line if title else 0
    columns = max(len(cells) for _, cells in rows)
    size = (GAP + side + columns * (width + GAP), GAP + top + len(rows) * (line + height + GAP))
    ink, paper = (PAPER, INK) if dark else (INK, PAPER)
    sheet = Image.new("RGB", size, paper)
    draw = ImageDraw.Draw(sheet)
    draw.text((GAP, GAP), title, ink, font)
    for i, (heading, cells) in enumerate(rows):
        y = GAP + top + i * (line + height + GAP)
        draw.text((GAP, y + line + height // 2), heading, ink, font, anchor="lm")
        for j, (label, png) in enumerate(cells):
            x = GAP + side + j * (width + GAP)
            draw.text((x, y), label, ink, font)
            if png is not None:
                sheet.paste(pictures[id(png)], (x, y + line))
    return sheet


def sheet_size(count: int, cell: tuple[int, int]) -> tuple[int, int]:
    """Width and height of a sheet of one row without a heading.

    Args:
        count: of its pictures.
        cell: width and height of each.
    """
    width, height = cell
    return GAP + count * (width + GAP), GAP + _line_height(width) + height + GAP


def _font_size(width: int) -> int:
    return max(13, width // 16)


def _line_height(width: int) -> int:
    return round(_font_size(width) * 1.6)


def _shared_recipe(files: Sequence[bytes]) -> Recipe:
    """One recipe with which `transfer --recipe` makes these pictures again.

    A recipe of several λ has one number of steps and no changes of λ. So it covers those pictures that ran longest
    among the ones whose λ was never changed; if all were changed, it is the recipe of the first picture alone.
    """
    found = [read_recipe(png) for png in files]
    unchanged = [recipe for recipe in found if not recipe.changes]
    longest = max((recipe.steps_done for recipe in unchanged), default=0)
    recipes = [recipe for recipe in unchanged if recipe.steps_done == longest] or found[:1]
    first = recipes[0]
    lambdas = tuple(dict.fromkeys(recipe.config.lambdas[0] for recipe in recipes))
    losses = {
        f"{name} at λ = {recipe.config.lambdas[0]:g}": loss
        for recipe in recipes
        for name, loss in recipe.losses.items()
    }
    return dataclasses.replace(first, config=dataclasses.replace(first.config, lambdas=lambdas), losses=losses)
