"""The pictures of the λ lab: the grid, one of them large, and what can be done with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from stylecore.charts.grid import place_id, place_of
from stylecore.charts.style import lambda_colour
from stylecore.engine.engine import Engine
from stylecore.experiments.grid import Cell
from stylecore.experiments.lambdas import MOST, neighbours
from stylecore.imaging.images import picture_size
from stylecore.language import _
from stylecore.ui.components import Column, Row, Scrubbed, data_url, grid, scrubber
from stylecore.ui.lab.state import LabState
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.names import painted_name
from stylecore.ui.state.restore import open_job
from stylecore.ui.widgets.progress import grid_cell
from stylecore.ui.widgets.run_panel import start


def show_grid(rows: Mapping[str, Mapping[float, Cell]], columns: Sequence[float], row: str, lam: float | None) -> None:
    """Draws all pictures, small.

    Args:
        rows: by name, then by λ.
        columns: the λ from left to right.
        row: of the picture that is shown large.
        lam: its λ; None if none is.
    """
    grid(
        [Column(label=_("λ {lam:g}", lam=lam), colour=lambda_colour(lam)) for lam in columns],
        [
            Row(label=_(name), cells=[grid_cell(place_id((name, lam)), cells.get(lam)) for lam in columns])
            for name, cells in rows.items()
        ],
        "" if lam is None else place_id((row, lam)),
        key="lab_grid",
        label=_("Pictures by λ"),
        on_choice=select_place,
    )


def show_scrubber(cells: Mapping[float, Cell], lam: float) -> None:
    """Draws one picture large, with a slider over all of its row.

    Args:
        cells: pictures of the row by rising λ; at least one.
        lam: of the picture to show.
    """
    previews = {lam: cell.preview or b"" for lam, cell in cells.items()}
    scrubber(
        [
            Scrubbed(lam=lam, url=data_url(previews[lam]), colour=lambda_colour(lam), note=_progress_note(cell))
            for lam, cell in cells.items()
        ],
        lam,
        picture_size(previews[lam]),
        key="lab_scrubber",
        alt=painted_name(cells[lam].job.request.inputs),
        on_choice=select,
    )


def show_actions(
    engine: Engine,
    owner: str,
    row: str,
    cells: Mapping[float, Cell],
    lam: float,
    lambdas: Sequence[float],
) -> None:
    """Draws the buttons below the large picture: open it in the Studio, compute one more λ beside it.

    Args:
        engine: of the server.
        owner: the visitor.
        row: of the large picture.
        cells: its pictures by λ.
        lam: of the large picture.
        lambdas: that are wanted.
    """
    state, cell = LabState(), cells[lam]
    with st.container(horizontal=True, key="lab_actions"):
        if cell.result and cell.job.ended:
            act = partial(_open_in_studio, engine, owner, cell.job.id, cell.k)
            st.button(
                _("Open λ = {lam:g} in the Studio", lam=lam),
                icon=":material/brush:",
                key="lab_open",
                on_click=guarded_callback(act),
            )
        if state.opens_studio:
            state.opens_studio = False
            st.switch_page("app.py")
        gaps = neighbours(lam, list(cells)) if len(lambdas) < MOST else []
        for low, middle, high in gaps:
            act = partial(_add, engine, owner, row, middle, {*lambdas, middle})
            st.button(
                _("Add λ = {middle:g}, between {low:g} and {high:g}", middle=middle, low=low, high=high),
                icon=":material/add:",
                key=f"lab_add_{middle}",
                on_click=guarded_callback(act),
            )


def select(lam: float) -> None:
    """Shows the picture of this λ, or of the nearest one, large."""
    LabState().selected_lambda = lam


def select_place(name: str) -> None:
    """Shows the picture of this place of the grid large, as `place_id` names it."""
    LabState().selected_row, lam = place_of(name)
    select(lam)


def _progress_note(cell: Cell) -> str:
    snapshot = cell.job.snapshot
    return "" if snapshot.status == "finished" else " · " + _("step {step}", step=snapshot.done)


def _open_in_studio(engine: Engine, owner: str, job_id: str, k: int) -> None:
    """Makes a picture the one that the Studio shows, with the settings of its row.

    Args:
        engine: of the server.
        owner: the visitor.
        job_id: of the job that has computed it.
        k: index of the picture in the batch of that job.
    """
    job = engine.job(owner, job_id) or engine.shared_job(job_id)
    if job is None:  # it has been removed meanwhile
        return
    if job.owner != owner or job.request.workspace != "studio":
        job = engine.promote(job, k, owner)
    open_job(engine, owner, job.id)
    LabState().opens_studio = True


def _add(engine: Engine, owner: str, row: str, lam: float, lambdas: set[float]) -> None:
    """Computes one more picture, after those that are being computed; its λ is wanted from now on.

    Args:
        engine: of the server.
        owner: the visitor.
        row: of the picture.
        lam: of the picture.
        lambdas: all that are wanted then.
    """
    state = LabState()
    if state.usable_grid is not None and row in state.usable_grid.rows:
        state.set_lambdas(lambdas)
        start(engine, owner, [state.usable_grid.request(row, lam)], beside=True)
        select(lam)
    st.rerun()  # the whole page: the button is in a fragment
