"""All finished results that come with the package; a click opens one in the Studio."""

from __future__ import annotations

from functools import cache, partial

from stylecore.engine.engine import Engine
from stylecore.experiments.finished import gallery_cells
from stylecore.experiments.grid import Cell
from stylecore.ui.components import Item, gallery
from stylecore.ui.gallery.items import WALL_SIDE, wall_item
from stylecore.ui.gallery.opening import open_studio
from stylecore.ui.studio.example import adopt


def show_wall(engine: Engine, owner: str) -> None:
    """Draws the results, each with its pair, λ and description of style."""
    gallery(
        list(_items()),
        None,
        key="wall",
        label="Finished results",
        on_choice=partial(_open, engine, owner),
        side=WALL_SIDE,
        wall=True,
    )


def _open(engine: Engine, owner: str, name: str) -> None:
    place, _, job_id = name.partition(" ")
    adopt(engine, owner, job_id, int(place))
    open_studio()


@cache
def _items() -> tuple[Item, ...]:
    return tuple(map(_item, gallery_cells()))


def _item(cell: Cell) -> Item:
    inputs = cell.job.request.inputs
    pair = f"{inputs.content.name} · {inputs.style.name}"
    return wall_item(f"{cell.k} {cell.job.id}", cell.preview or b"", pair, cell.lam, cell.job.request.config, "it")
