"""What a batch leaves beside its pictures: a table of all of them, and a contact sheet."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from PIL import Image

from stylecore.artifacts.contact_sheet import GAP, Rows, labelled_sheet
from stylecore.artifacts.recipe import Recipe
from stylecore.experiments.batch import BatchPicture
from stylecore.imaging.files import write_whole
from stylecore.imaging.output_formats import LONGEST_SIDE

TABLE, SHEET = "pictures.csv", "sheet.jpg"
COLUMNS = ("file", "content", "style", "lambda", "steps", "content_loss", "style_loss", "total_loss", "trouble")
CELL, SMALLEST_CELL = 256, 64  # longer side of a picture on the sheet, in pixels
SHEET_PIXELS = 60e6
CHARACTER = 10  # pixels of a usual one in a label
LABEL = 1.5  # times a small cell's side that it takes with label and gaps


def write_report(
    folder: Path,
    pictures: Sequence[BatchPicture],
    made: Mapping[BatchPicture, Recipe],
    failures: Mapping[BatchPicture, str],
) -> list[Path]:
    """Writes the table, and the sheet of those pictures that are there.

    Args:
        folder: of the pictures.
        pictures: of the batch.
        made: recipes of those that are there.
        failures: why some of them could not be made.

    Returns:
        The files.

    Raises:
        OSError: if one can't be written.
    """
    table = io.StringIO()
    writer = csv.DictWriter(table, COLUMNS)
    writer.writeheader()
    for picture in pictures:
        writer.writerow(_row(picture, made.get(picture), failures.get(picture, "")))
    write_whole(folder / TABLE, table.getvalue().encode())
    there = [picture for picture in pictures if picture in made]
    if not there:
        return [folder / TABLE]
    write_whole(folder / SHEET, _jpeg(_sheet(folder, there)))
    return [folder / TABLE, folder / SHEET]


def _row(picture: BatchPicture, recipe: Recipe | None, trouble: str) -> dict[str, object]:
    row: dict[str, object] = {
        "file": picture.name,
        "content": picture.content,
        "style": picture.style,
        "lambda": picture.lam,
        "trouble": trouble,
    }
    if recipe is not None:
        row |= {f"{name}_loss": loss for name, loss in recipe.losses.items()} | {"steps": recipe.steps_done}
    return {name: row.get(name, "") for name in COLUMNS}


def _sheet(folder: Path, pictures: Sequence[BatchPicture]) -> Image.Image:
    """A row for each photograph, with all its styles and λ; if each has one picture alone, as many rows as columns."""
    rows: dict[str, list[BatchPicture]] = {}
    for picture in pictures:
        rows.setdefault(picture.labels[0], []).append(picture)
    columns = max(map(len, rows.values()))
    if columns == 1:
        columns = math.ceil(math.sqrt(len(pictures)))
        grid = [("", list(pictures[first : first + columns])) for first in range(0, len(pictures), columns)]
    else:
        grid = list(rows.items())
    side = _cell_side(len(grid), columns)
    sheet: Rows = [
        (_cut(heading, CELL), [(_label(cell, heading, side), _thumbnail(folder / cell.name, side)) for cell in cells])
        for heading, cells in grid
    ]
    return labelled_sheet(sheet)


def _cell_side(rows: int, columns: int) -> int:
    """Longer side of the pictures, in pixels, at which the sheet is no larger than a JPEG may be."""
    within = (LONGEST_SIDE["jpeg"] / max(rows, columns) - GAP) / LABEL
    return max(SMALLEST_CELL, min(CELL, int(math.sqrt(SHEET_PIXELS / (rows * columns)) / LABEL), int(within)))


def _label(picture: BatchPicture, heading: str, side: int) -> str:
    content, style = picture.labels
    lam = f" · λ {picture.lam:g}"
    return _cut(style if heading else f"{content} · {style}", side - len(lam) * CHARACTER) + lam


def _cut(text: str, width: int) -> str:
    """A text of no more than about so many pixels."""
    most = max(2, width // CHARACTER)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _jpeg(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def _thumbnail(path: Path, side: int) -> bytes:
    buffer = io.BytesIO()
    with Image.open(path) as image:
        scale = side / max(image.size)
        size = [max(1, round(length * scale)) for length in image.size]
        image.convert("RGB").resize((size[0], size[1]), Image.Resampling.LANCZOS, reducing_gap=2).save(buffer, "PNG")
    return buffer.getvalue()
