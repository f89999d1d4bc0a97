"""What the λ lab shows: the pictures as they come, the trade-off, and what to take home."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from functools import partial
from typing import Literal

import streamlit as st

from stylecore.artifacts.animation import sweep
from stylecore.artifacts.archive import archive
from stylecore.artifacts.contact_sheet import contact_sheet
from stylecore.charts.comparison import histories_figure, trade_off_figure
from stylecore.charts.style import lambda_colour
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.experiments.grid import Cell, cells_of
from stylecore.experiments.lambdas import neighbours
from stylecore.imaging.images import picture_size
from stylecore.ui.components import Column, Row, Scrubbed, chart, data_url, grid, scrubber
from stylecore.ui.lab.inputs import start_all, want_lambdas
from stylecore.ui.state.restore import open_job
from stylecore.ui.widgets.downloads import download
from stylecore.ui.widgets.progress import grid_cell, keep_drawing, living_jobs, show_progress, show_trouble

TERMS: tuple[Literal["content", "style"], ...] = ("content", "style")


def show_lab(engine: Engine, owner: str, requests: dict[str, Request], lambdas: Sequence[float]) -> None:
    """Draws pictures, curves and trade-off, and keeps drawing them while some are on their way."""
    keep_drawing(engine, owner, "lab", partial(_show, engine, owner, requests, lambdas))


def _show(engine: Engine, owner: str, requests: dict[str, Request], lambdas: Sequence[float]) -> None:
    show_progress(engine, owner, "lab")
    living = living_jobs(engine, owner, "lab")
    jobs = engine.jobs_of(owner)
    rows = {name: cells_of(jobs, request) for name, request in requests.items()}
    show_trouble(engine, owner, "lab")
    if not rows:  # the settings made no sense when the page was opened
        return
    told = (notice for row in rows.values() for cell in row.values() for notice in cell.job.snapshot.notices)
    for notice in dict.fromkeys(told):
        st.warning(notice, icon=":material/info:")
    columns = sorted({*lambdas, *(lam for row in rows.values() for lam in row)})
    row = _selected_row(rows)
    drawn = {lam: cell for lam, cell in rows[row].items() if cell.preview}
    if not any(cell.preview for row in rows.values() for cell in row.values()):
        if not living:
            st.info(
                "Press **Run**: the same photograph is painted once for each λ, all at the same time, and a chart "
                "shows what each costs in content and in style.",
                icon=":material/compare:",
            )
        return
    if not drawn:
        _grid(rows, columns, "")
        return
    lam = _selected(drawn)
    _grid(rows, columns, f"{lam!r} {row}")
    if row:
        st.markdown(f"**{row}**")
    request = requests[row]
    large, trade_off = st.columns([1, 1], gap="medium")
    with large:
        _scrub(drawn, lam, request)
        _actions(engine, owner, request, drawn, lam, lambdas)
    with trade_off:
        _trade_off(drawn, lam, bool(living))
    _curves(drawn, request, bool(living))
    _take_home(rows, row, columns)


def _grid(rows: dict[str, dict[float, Cell]], columns: Sequence[float], selected: str) -> None:
    grid(
        [Column(label=f"λ {lam:g}", colour=lambda_colour(lam)) for lam in columns],
        [
            Row(label=name, cells=[grid_cell(f"{lam!r} {name}", rows[name].get(lam)) for lam in columns])
            for name in rows
        ],
        selected,
        key="lab_grid",
        label="Pictures by λ",
        on_choice=_select_cell,
    )


def _scrub(cells: dict[float, Cell], lam: float, request: Request) -> None:
    pictures = []
    for cell in cells.values():
        status = cell.job.snapshot.status
        note = "" if status == "finished" else f" · step {cell.job.snapshot.done}"
        pictures.append(
            Scrubbed(lam=cell.lam, url=data_url(cell.preview or b""), colour=lambda_colour(cell.lam), note=note)
        )
    shape = picture_size(next(iter(cells.values())).preview or b"")
    scrubber(
        pictures,
        lam,
        shape,
        key="lab_scrubber",
        alt=f"{request.inputs.content.name} in the style of {request.inputs.style.name}",
        on_choice=_select,
    )


def _actions(
    engine: Engine, owner: str, request: Request, cells: dict[float, Cell], lam: float, lambdas: Sequence[float]
) -> None:
    with st.container(horizontal=True, key="lab_actions"):
        if cells[lam].result and cells[lam].job.ended:
            st.button(
                f"Open λ = {lam:g} in the Studio",
                icon=":material/brush:",
                key="lab_open",
                on_click=_open,
                args=(engine, owner, cells[lam]),
            )
        if st.session_state.pop("lab_opened", False):
            st.switch_page("app.py")
        for low, middle, high in neighbours(lam, list(cells)):
            st.button(
                f"Add λ = {middle:g}, between {low:g} and {high:g}",
                icon=":material/add:",
                key=f"lab_add_{middle}",
                on_click=_add,
                args=(engine, owner, request, middle, [*lambdas, *cells]),
            )


def _open(engine: Engine, owner: str, cell: Cell) -> None:
    """Shows a picture in the Studio, with the settings of its row."""
    job = cell.job if cell.job.request.workspace == "studio" else engine.promote(cell.job, cell.k)
    open_job(engine, owner, job.id)
    st.session_state.lab_opened = True


def _trade_off(cells: dict[float, Cell], lam: float, live: bool) -> None:
    ends = {
        cell.lam: (cell.loss_history[-1].content[cell.k], cell.loss_history[-1].style[cell.k])
        for cell in cells.values()
        if cell.loss_history
    }
    words = "; ".join(f"λ {lam:g}: content {content:.2g}, style {style:.2g}" for lam, (content, style) in ends.items())
    st.markdown("**The trade-off**")
    chart(
        trade_off_figure(ends, lam),
        key="lab_trade_off",
        alt=f"Content loss against style loss. {words}",
        live=live,
        on_step=_select,
        height=420,
    )


def _curves(cells: dict[float, Cell], request: Request, live: bool) -> None:
    histories = {lam: (cell.loss_history, cell.k) for lam, cell in cells.items()}
    for column, term in zip(st.columns(2, gap="medium"), TERMS, strict=True):
        with column:
            figure = histories_figure(histories, term, steps=request.config.steps)
            chart(figure, key=f"lab_{term}", alt=f"The {term} loss of each λ against steps", live=live, on_step=_ignore)


def _take_home(rows: dict[str, dict[float, Cell]], row: str, columns: Sequence[float]) -> None:
    done = {
        name: {lam: (cell.result, cell.loss_history, cell.k) for lam, cell in cells.items() if cell.result}
        for name, cells in rows.items()
    }
    if not any(done.values()):
        return
    table = [
        (name, [(f"λ = {lam:g}", found[lam][0] if lam in found else None) for lam in columns])
        for name, found in done.items()
    ]
    with st.container(horizontal=True, gap="small", key="lab_downloads"):
        _download("Contact sheet", partial(contact_sheet, table), "lambda-sheet.png", "image/png")
        everything = partial(archive, done, st.session_state.get("lab_axis") or "row")
        _download("All pictures and losses", everything, "lambda-lab.zip", "application/zip")
        pictures = [png for png, _, _ in done[row].values()]
        if len(pictures) > 1:
            _download("Animation, WebP", partial(sweep, pictures, "WEBP"), "lambda.webp", "image/webp")
            _download("Animation, GIF", partial(sweep, pictures, "GIF"), "lambda.gif", "image/gif")


def _download(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    download(label, make, name, mime, key=f"lab_{name}")


def _add(engine: Engine, owner: str, request: Request, lam: float, lambdas: Sequence[float]) -> None:
    """Computes one more λ, which is wanted from now on; what is on its way already goes on, after it."""
    want_lambdas({*lambdas, lam})
    request = dataclasses.replace(request, config=dataclasses.replace(request.config, lambdas=(lam,)))
    start_all(engine, owner, [request], beside=True)
    _select(lam)
    st.rerun()


def _select(lam: float) -> None:
    st.session_state.lab_selected = lam


def _select_cell(name: str) -> None:
    lam, _, row = name.partition(" ")
    st.session_state.lab_row = row
    _select(float(lam))


def _selected_row(rows: dict[str, dict[float, Cell]]) -> str:
    """The row that was clicked; else the last one with a picture."""
    wanted: str = st.session_state.get("lab_row", "")
    if rows.get(wanted):
        return wanted
    return next(
        (name for name in reversed(rows) if any(cell.preview for cell in rows[name].values())), next(iter(rows))
    )


def _selected(cells: dict[float, Cell]) -> float:
    wanted = st.session_state.get("lab_selected")
    if wanted is None:
        return list(cells)[len(cells) // 2]
    return min(cells, key=lambda lam: abs(lam - wanted))


def _ignore(_step: float) -> None:
    """A click on a curve of the lab has no meaning."""
