"""All finished results that come with the package; a click opens one in the Studio."""

from __future__ import annotations

from functools import cache, partial

from stylecore.config import SETTINGS
from stylecore.engine.engine import Engine
from stylecore.experiments.finished import gallery_cells
from stylecore.experiments.grid import Cell
from stylecore.ui.components import Item, data_url, gallery
from stylecore.ui.gallery.opening import open_studio
from stylecore.ui.studio.example import adopt

SIDE = 220  # pixels of the width of each, at least


def show_wall(engine: Engine, owner: str) -> None:
    """Draws the results, each with its pair, λ and description of style."""
    gallery(
        list(_items()),
        None,
        key="wall",
        label="Finished results",
        on_choice=partial(_open, engine, owner),
        side=SIDE,
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
    inputs, config = cell.job.request.inputs, cell.job.request.config
    described = SETTINGS["statistic"].labels[config.statistic]
    pair = f"{inputs.content.name} · {inputs.style.name}"
    return Item(
        id=f"{cell.k} {cell.job.id}",
        label=f"{pair}, λ = {cell.lam:g}: open it in the Studio",
        url=data_url(cell.preview or b""),
        note=f"{pair}\nλ {cell.lam:g} · {described}",
    )
