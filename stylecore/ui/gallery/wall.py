"""All finished results that come with the package; a click opens one in the Studio."""

from __future__ import annotations

from functools import partial

from stylecore.engine.engine import Engine
from stylecore.experiments.finished import gallery_cells
from stylecore.experiments.grid import Cell
from stylecore.language import _
from stylecore.ui.components import Item, gallery
from stylecore.ui.gallery.items import WALL_SIDE, wall_item
from stylecore.ui.gallery.opening import open_studio
from stylecore.ui.state.names import pair_name
from stylecore.ui.studio.example import adopt


def show_wall(engine: Engine, owner: str) -> None:
    """Draws the results, each with its pair, λ and description of style."""
    gallery(
        list(map(_item, gallery_cells())),
        None,
        key="wall",
        label=_("Finished results"),
        on_choice=partial(_open, engine, owner),
        side=WALL_SIDE,
        wall=True,
    )


def _open(engine: Engine, owner: str, name: str) -> None:
    place, job_id = name.split(" ", 1)
    adopt(engine, owner, job_id, int(place))
    open_studio()


def _item(cell: Cell) -> Item:
    inputs, config = cell.job.request.inputs, cell.job.request.config
    pair = pair_name(inputs.content.name, inputs.style.name)
    label = _("{pair}, λ = {lam:.3g}: open it in the Studio", pair=pair, lam=cell.lam)
    return wall_item(f"{cell.k} {cell.job.id}", cell.preview or b"", pair, cell.lam, config, label)
