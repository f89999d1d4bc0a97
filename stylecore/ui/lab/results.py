"""What the λ lab shows: progress, the grid, one picture large, its trade-off and curves, and the downloads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.errors import UserError
from stylecore.experiments.finished import examples_like
from stylecore.experiments.grid import Cell, cells_of
from stylecore.language import _
from stylecore.ui.lab.curves import show_loss_histories, show_trade_off
from stylecore.ui.lab.downloads import show_downloads
from stylecore.ui.lab.grid_choice import GridChoice
from stylecore.ui.lab.pictures import show_actions, show_grid, show_scrubber
from stylecore.ui.lab.plan import chosen_grid
from stylecore.ui.lab.state import LabState
from stylecore.ui.widgets.progress import States, keep_drawing, living_jobs, show_progress, show_trouble

Rows = Mapping[str, Mapping[float, Cell]]  # by name of the row, then by λ


def show_lab(engine: Engine, owner: str, known: States, lambdas: Sequence[float], axis: str) -> None:
    """Draws the results, and again while some of them are being computed.

    Args:
        engine: of the server.
        owner: the visitor.
        known: the states from which the page's other parts were drawn.
        lambdas: that are wanted.
        axis: the second axis, or `NO_AXIS`.
    """
    with suppress(UserError):  # the run panel says what is wrong; what was there stays
        LabState().usable_grid = chosen_grid()
    keep_drawing(engine, owner, "lab", known, partial(_show, engine, owner, lambdas, axis))


def _show(engine: Engine, owner: str, lambdas: Sequence[float], axis: str) -> None:
    live = bool(living_jobs(engine, owner, "lab"))
    with st.container(gap="small", key="stage_progress"):
        show_progress(engine, owner, "lab")
        show_trouble(engine, owner, "lab")
        rows = _rows(engine, owner, lambdas, live=live)
    if not _any_picture(rows):
        return
    row = _selected_row(rows)
    cells = {lam: cell for lam, cell in rows[row].items() if cell.preview}
    lam = _selected_lambda(cells)
    with st.container(gap="xsmall", key="stage_picture"):
        show_grid(rows, lambdas, row, lam)
        if lam is None:
            return
        if row:
            st.markdown(f"**{_(row)}**")
        large, trade_off = st.columns([1, 1], gap="medium")
        with large:
            show_scrubber(cells, lam)
            show_actions(engine, owner, row, cells, lam, lambdas)
        with trade_off:
            show_trade_off(rows, (row, lam), live=live)
    show_loss_histories(rows, lambdas, (row, lam), live=live)
    show_downloads(rows, row, lambdas, axis)


def _rows(engine: Engine, owner: str, lambdas: Sequence[float], *, live: bool) -> Rows:
    """What there is to show, and above it what is to be said of it; finished samples while there is nothing else."""
    grid = LabState().usable_grid
    if grid is None:
        return {}
    rows = _cells_by_row(engine, owner, grid, lambdas)
    _show_notices(rows)
    if live or _any_picture(rows):
        return rows
    examples = _example_rows(grid, lambdas)
    _show_welcome(examples)
    return examples


def _cells_by_row(engine: Engine, owner: str, grid: GridChoice, lambdas: Sequence[float]) -> Rows:
    """What is there, or on its way, of the pictures that are wanted."""
    requests = {name: grid.request(name) for name in grid.rows}
    found = {name: cells_of(engine.jobs_like(owner, request), request) for name, request in requests.items()}
    return {name: {lam: cells[lam] for lam in lambdas if lam in cells} for name, cells in found.items()}


def _example_rows(grid: GridChoice, lambdas: Sequence[float]) -> Rows:
    """Finished results that come with the package, of another size, where nothing has been computed yet."""
    examples = {name: examples_like(grid.request(name)) for name in grid.rows}
    return {
        name: {lam: Cell(lam, job, k) for job in jobs for k, lam in enumerate(job.lambdas) if lam in lambdas}
        for name, jobs in examples.items()
    }


def _show_notices(rows: Rows) -> None:
    notices = (notice for cells in rows.values() for cell in cells.values() for notice in cell.job.snapshot.notices)
    for notice in dict.fromkeys(notices):
        st.warning(_(notice), icon=":material/info:")


def _any_picture(rows: Rows) -> bool:
    return any(cell.preview for cells in rows.values() for cell in cells.values())


def _show_welcome(examples: Rows) -> None:
    sizes = {max(cell.job.size) for cells in examples.values() for cell in cells.values() if cell.job.size}
    if sizes:
        words = _(
            "These are finished samples of {size} pixels: move λ over them. **Run** paints them with your settings.",
            size=max(sizes),
        )
    else:
        words = _(
            "Press **Run**: the same photograph is painted once for each λ, all at the same time, and a chart shows "
            "what each costs in content and in style."
        )
    st.info(words, icon=":material/compare:")


def _selected_row(rows: Rows) -> str:
    """The row that was clicked if something of it is there; else the last one with a picture, else the first."""
    wanted = next((name for name in rows if name == LabState().selected_row), "")
    if rows.get(wanted):
        return wanted
    painted = [name for name, cells in rows.items() if any(cell.preview for cell in cells.values())]
    return painted[-1] if painted else next(iter(rows))


def _selected_lambda(cells: Mapping[float, Cell]) -> float | None:
    """The λ nearest to the one that was clicked, else the middle one; None while the row has no picture."""
    wanted = LabState().selected_lambda
    if not cells:
        return None
    return list(cells)[len(cells) // 2] if wanted is None else min(cells, key=lambda lam: abs(lam - wanted))
