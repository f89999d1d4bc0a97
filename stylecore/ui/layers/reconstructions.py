"""The grid of reconstructions: content and style of the pair, painted from noise by one layer after another."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import streamlit as st

from stylecore.artifacts.contact_sheet import Rows, labelled_sheet
from stylecore.engine.cost import cost_of
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Request
from stylecore.errors import UserError
from stylecore.experiments.grid import Cell, cells_of, missing
from stylecore.experiments.reconstruction import content_of, first_layers, style_up_to
from stylecore.imaging.images import encode_png
from stylecore.imaging.inputs import pair
from stylecore.ui.components import Column, Row, grid, viewer
from stylecore.ui.layers.inputs import layer_colour, layers_settings
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.downloads import download
from stylecore.ui.widgets.progress import grid_cell, keep_drawing, living_jobs, show_progress, show_trouble, spoken_time

CONTENT, STYLE = "Content", "Style"
Requests = dict[tuple[str, str], Request]


def reconstruction_requests(layers: Sequence[str]) -> Requests:
    """What is to be computed, by row and layer, in the order in which it shall come.

    Raises:
        UserError: if the settings make no sense.
    """
    config = layers_settings()
    content, style = chosen_pair()
    return {
        (row, layer): Request(
            inputs=pair(content.data, style.data, names=(content.name, style.name)),
            config=make(layer, config),
            workspace="layers",
        )
        for layer in layers
        for row, make in ((CONTENT, content_of), (STYLE, style_up_to))
    }


def run_button(engine: Engine, owner: str, requests: Requests) -> None:
    """Run, and beforehand how long it will take; only what is not there yet is computed."""
    busy = bool(living_jobs(engine, owner, "layers"))
    todo = [
        request
        for request in requests.values()
        if missing(request.config.lambdas, cells_of(_mine(engine, owner, request), request))
    ]
    trouble, price = "", ""
    try:
        content, style = chosen_pair()
        costs = [cost_of([content.size], [style.size], request.config, engine.device) for request in todo]
        price = f"About {spoken_time(sum(engine.seconds(cost) or 0.0 for cost in costs))} on this machine"
    except UserError as error:
        trouble = str(error)
    nothing = "On their way" if busy else "Everything is there"
    label = f"Run {len(todo)} reconstruction{'s' * (len(todo) != 1)}" if todo else nothing
    st.button(
        label if requests else "Choose a layer above",
        type="primary",
        icon=":material/layers:",
        key="layers_run",
        width="stretch",
        disabled=not todo or bool(trouble),
        on_click=_start,
        args=(engine, owner, todo),
        help="Ends the present reconstructions; what is there is kept." if busy else None,
    )
    if trouble := trouble or st.session_state.pop("layers_trouble", ""):
        st.warning(trouble, icon=":material/warning:")
    elif todo:
        st.caption(price)


def show_reconstructions(engine: Engine, owner: str, requests: Requests) -> None:
    """Draws the grid, and keeps drawing it while pictures are on their way."""
    keep_drawing(engine, owner, "layers", partial(_show, engine, owner, requests))


def _show(engine: Engine, owner: str, requests: Requests) -> None:
    show_progress(engine, owner, "layers")
    cells = {name: _cell(engine, owner, request) for name, request in requests.items()}
    troubled = show_trouble(engine, owner, "layers")
    if not any(cells.values()):
        if not living_jobs(engine, owner, "layers") and not troubled:
            st.info(
                "Press **Run**: each picture starts from noise. Top row: the photograph, painted again by this layer "
                "alone. Bottom row: the style, painted again by the first layer of each block up to this one. Early "
                "layers bring back nearly the photograph; deep ones keep things but lose their place and colour. This "
                "is Figure 1 of Gatys et al. 2015, on your pictures."
                if requests
                else "Choose one layer or more in the drawing above.",
                icon=":material/layers:",
            )
        return
    layers = list(dict.fromkeys(layer for _, layer in requests))
    drawn = [name for name, cell in cells.items() if cell is not None and cell.preview]
    picked = _picked(drawn)
    grid(
        [Column(label=layer, colour=layer_colour(layer)) for layer in layers],
        [
            Row(label=row, cells=[grid_cell(f"{row} {layer}", cells[row, layer]) for layer in layers])
            for row in (CONTENT, STYLE)
        ],
        " ".join(picked) if picked else "",
        key="layers_grid",
        label="Reconstructions by layer",
        on_choice=_pick,
    )
    if picked:
        _large(cells[picked], *picked)
    _take_home(cells, layers, requests)


def _large(cell: Cell | None, row: str, layer: str) -> None:
    assert cell is not None
    assert cell.preview is not None  # only what is drawn can be picked
    last = cell.loss_history[-1]
    content, style = chosen_pair()
    if row == CONTENT:
        caption = f"The content as {layer} keeps it · content loss {last.content[0]:.2g}"
    else:
        names = ", ".join(name for name, _ in first_layers(layer))
        caption = f"The style as {names} keep{'s' * (layer == 'relu1_1')} it · style loss {last.style[0]:.2g}"
    config = cell.job.request.config
    shape = content.size[0] / content.size[1]
    size = (config.size, round(config.size / shape)) if shape > 1 else (round(config.size * shape), config.size)
    viewer(
        cell.preview,
        size,
        key="layers_large",
        alt=f"{row} of {(content if row == CONTENT else style).name}, {layer}",
        caption=caption,
        before=content.preview if row == CONTENT else None,
        before_label="Photograph",
        after_label=layer,
    )


def _take_home(cells: dict[tuple[str, str], Cell | None], layers: Sequence[str], requests: Requests) -> None:
    rows: Rows = [(row, [(layer, _result(cells[row, layer])) for layer in layers]) for row in (CONTENT, STYLE)]
    if any(png for _, row in rows for _, png in row):
        make = partial(_sheet, rows, _title(requests))
        download("Labelled sheet", make, "reconstructions.png", "image/png", key="layers_sheet")


def _sheet(rows: Rows, title: str) -> bytes:
    return encode_png(labelled_sheet(rows, title))


def _title(requests: Requests) -> str:
    """What the sheet shows, in one line."""
    config = next(iter(requests.values())).config
    return f"From noise, layer by layer: {config.size} pixels, {config.steps} steps"


def _result(cell: Cell | None) -> bytes | None:
    return cell.result if cell else None


def _cell(engine: Engine, owner: str, request: Request) -> Cell | None:
    return cells_of(_mine(engine, owner, request), request).get(request.config.lambdas[0])


def _mine(engine: Engine, owner: str, request: Request) -> list[Job]:
    return [job for job in engine.jobs_of(owner) if job.request.workspace == request.workspace]


def _start(engine: Engine, owner: str, todo: Sequence[Request]) -> None:
    try:
        engine.submit_all(owner, todo)
    except UserError as error:
        st.session_state.layers_trouble = str(error)


def _pick(name: str) -> None:
    st.session_state.layers_picked = tuple(name.split(" "))


def _picked(drawn: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """What was clicked, else the newest picture; None while there is none."""
    picked = st.session_state.get("layers_picked")
    return picked if picked in drawn else drawn[-1] if drawn else None
