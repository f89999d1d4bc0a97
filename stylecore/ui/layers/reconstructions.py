"""The grid of reconstructions, one of them large, and the sheet to download."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from stylecore.artifacts.contact_sheet import Rows, labelled_sheet
from stylecore.charts.style import layer_colour
from stylecore.config import SETTINGS, Statistic, TransferConfig
from stylecore.engine.engine import Engine
from stylecore.experiments.grid import Cell
from stylecore.experiments.reconstruction import first_layers
from stylecore.imaging.images import encode_png
from stylecore.imaging.scaling import fitted_size
from stylecore.language import Sentence, _, counted
from stylecore.ui.components import Column, Row, grid, viewer
from stylecore.ui.layers.plan import CONTENT, cells_by_request, reconstruction_requests, row_label
from stylecore.ui.layers.state import LayersState
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.downloads import download
from stylecore.ui.widgets.progress import States, grid_cell, keep_drawing, living_jobs, show_progress, show_trouble

Cells = Mapping[tuple[str, str], Cell | None]  # by row and layer


def show_reconstructions(
    engine: Engine,
    owner: str,
    known: States,
    layers: Sequence[str],
    descriptions: Sequence[Statistic],
    config: TransferConfig,
) -> None:
    """Draws the grid, and again while pictures are being computed.

    Args:
        engine: of the server.
        owner: the visitor.
        known: the states from which the page's other parts were drawn.
        layers: that are chosen, shallow to deep.
        descriptions: of style, each with a row of its own.
        config: size, steps, and everything else that is not about layers.
    """
    keep_drawing(engine, owner, "layers", known, partial(_show, engine, owner, layers, descriptions, config))


def _show(
    engine: Engine, owner: str, layers: Sequence[str], descriptions: Sequence[Statistic], config: TransferConfig
) -> None:
    cells = cells_by_request(engine, owner, reconstruction_requests(layers, descriptions, config))
    with st.container(gap="small", key="stage_progress"):
        show_progress(engine, owner, "layers")
        failed = show_trouble(engine, owner, "layers")
        if not any(cells.values()) and not living_jobs(engine, owner, "layers") and not failed:
            _show_welcome(any_layer=bool(layers))
    if not any(cells.values()):
        return
    rows = [CONTENT, *descriptions]
    picked = _picked(cells)
    with st.container(gap="xsmall", key="stage_picture"):
        _show_grid(cells, rows, layers, picked)
        cell = cells[picked] if picked else None
        if picked and cell:
            _show_large(cell, *picked)
    title = _("From noise, layer by layer: {size} pixels, {steps} steps", size=config.size, steps=config.steps)
    _show_download(cells, rows, layers, title)


def _show_welcome(*, any_layer: bool) -> None:
    if any_layer:
        words = _(
            "Press **Run**: each picture starts from noise. Top row: the photograph, painted again by this layer "
            "alone. "
            "Below: the style, painted again by the first layer of each block up to this one, a row for each "
            "description that is chosen. Early layers bring back nearly the photograph; deep ones keep things but lose "
            "their place and colour. This is Figure 1 of Gatys et al. 2015, on your pictures."
        )
    else:
        words = _("Choose one layer or more in the drawing above.")
    st.info(words, icon=":material/layers:")


def _show_grid(cells: Cells, rows: Sequence[str], layers: Sequence[str], picked: tuple[str, str] | None) -> None:
    grid(
        [Column(label=layer, colour=layer_colour(layer)) for layer in layers],
        [
            Row(label=_(row_label(row)), cells=[grid_cell(f"{row} {layer}", cells[row, layer]) for layer in layers])
            for row in rows
        ],
        " ".join(picked) if picked else "",
        key="layers_grid",
        label=_("Reconstructions by layer"),
        on_choice=_pick,
    )


def _show_large(cell: Cell, row: str, layer: str) -> None:
    content, style = chosen_pair()
    losses = cell.loss_history[-1]
    if row == CONTENT:
        caption = Sentence(
            "The content as {layer} keeps it · content loss {loss:.2g}", layer=layer, loss=losses.content[0]
        )
    else:
        names = [name for name, _weight in first_layers(layer)]
        caption = counted(
            "The style as {layers} keeps it, described by {description} · style loss {loss:.2g}",
            "The style as {layers} keep it, described by {description} · style loss {loss:.2g}",
            len(names),
            layers=", ".join(names),
            description=SETTINGS["statistic"].labels[row],
            loss=losses.style[0],
        )
    viewer(
        cell.preview or b"",
        fitted_size(content.size, cell.job.request.config.size),
        key="layers_large",
        alt=_(
            "{kept} of {picture}, {layer}",
            kept=row_label(row),
            picture=(content if row == CONTENT else style).name,
            layer=layer,
        ),
        caption=_(caption),
        before=content.preview if row == CONTENT else None,
        before_label=_("Photograph"),
        after_label=layer,
    )


def _show_download(cells: Cells, rows: Sequence[str], layers: Sequence[str], title: str) -> None:
    """Draws the button for a sheet of all pictures; nothing while none is finished."""
    shown: Rows = [(_(row_label(row)), [(layer, _result(cells[row, layer])) for layer in layers]) for row in rows]
    if any(png for _, row in shown for _, png in row):
        make = partial(_sheet, shown, title)
        download(_("Labelled sheet"), make, "reconstructions.png", "image/png", key="layers_sheet")


def _sheet(rows: Rows, title: str) -> bytes:
    return encode_png(labelled_sheet(rows, title))


def _result(cell: Cell | None) -> bytes | None:
    return cell.result if cell else None


def _pick(cell_id: str) -> None:
    row, _space, layer = cell_id.partition(" ")
    LayersState().picked = (row, layer)


def _picked(cells: Cells) -> tuple[str, str] | None:
    """Row and layer of the picture that was clicked, else of the newest one; None while there is none."""
    drawn = [name for name, cell in cells.items() if cell is not None and cell.preview]
    picked = LayersState().picked
    return picked if picked in drawn else drawn[-1] if drawn else None
