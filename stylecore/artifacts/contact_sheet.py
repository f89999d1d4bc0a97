"""Several pictures to take home: a labelled contact sheet, and an archive with all of them and their losses."""

from __future__ import annotations

import csv
import dataclasses
import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from stylecore.artifacts.recipe import CHUNK, Recipe, read_recipe
from stylecore.imaging.images import encode_png
from stylecore.transfer.records import LossRecord

FONT = Path(__file__).parents[1] / "fonts" / "DejaVuSans-subset.ttf"  # Pillow's own has no λ
GAP = 12  # pixels
INK, PAPER = (34, 38, 43), (255, 255, 255)


Rows = Sequence[tuple[str, Sequence[tuple[str, bytes | None]]]]


def contact_sheet(rows: Rows, title: str = "") -> bytes:
    """PNG bytes of `labelled_sheet`, with a recipe for the pictures of the first row; they differ in λ alone."""
    files = [png for _, cells in rows[:1] for _, png in cells if png is not None]
    files = files or [png for _, cells in rows for _, png in cells if png is not None]
    return encode_png(labelled_sheet(rows, title), {CHUNK: _shared_recipe(files).to_json()} if files else None)


def labelled_sheet(rows: Rows, title: str = "", *, dark: bool = False) -> Image.Image:
    """Pictures in rows, every one with a word above it.

    Args:
        rows: (heading of the row, empty if there is but one; (label, PNG bytes) of each picture, or None for a gap).
        title: a line above everything.
        dark: light words on dark paper.

    Raises:
        ValueError: if there is no picture at all.
    """
    files = [png for _, cells in rows for _, png in cells if png is not None]
    if not files:
        raise ValueError("There is no picture for a sheet yet.")
    pictures = {id(png): Image.open(io.BytesIO(png)).convert("RGB") for png in files}
    width, height = (max(picture.size[side] for picture in pictures.values()) for side in (0, 1))
    font = ImageFont.truetype(str(FONT), max(13, width // 16))
    line = round(font.size * 1.6)
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


def archive(rows: Mapping[str, Mapping[float, tuple[bytes, Sequence[LossRecord], int]]], axis: str = "row") -> bytes:
    """ZIP bytes with every picture and `losses.csv`; with more than one row, each has a folder and a column says which.

    Args:
        rows: by heading, by λ: PNG bytes, the losses of all steps, and the place of the λ in them.
        axis: what the headings are of.
    """
    several = len(rows) > 1
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([axis] * several + ["lambda", "step", "content_loss", "style_loss", "total_loss"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:  # the pictures are compressed already
        for heading, row in rows.items():
            for lam, (png, history, k) in row.items():
                file.writestr(f"{heading}/lambda-{lam:g}.png" if several else f"lambda-{lam:g}.png", png)
                writer.writerows(
                    [heading] * several + [lam, p.index, p.content[k], p.style[k], p.total[k]] for p in history
                )
        file.writestr("losses.csv", table.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _shared_recipe(files: Sequence[bytes]) -> Recipe:
    """One recipe with which `transfer --recipe` makes these pictures again.

    It is of those that ran longest and were not steered; where all were, it is the first one's alone.
    """
    found = [read_recipe(png) for png in files]
    steady = [recipe for recipe in found if not recipe.changes]
    longest = max((recipe.steps_done for recipe in steady), default=0)
    recipes = [recipe for recipe in steady if recipe.steps_done == longest] or found[:1]
    first = recipes[0]
    lambdas = tuple(dict.fromkeys(recipe.config.lambdas[0] for recipe in recipes))
    losses = {
        f"{name} at λ = {recipe.config.lambdas[0]:g}": loss
        for recipe in recipes
        for name, loss in recipe.losses.items()
    }
    return dataclasses.replace(first, config=dataclasses.replace(first.config, lambdas=lambdas), losses=losses)
