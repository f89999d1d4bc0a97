"""The charts of the λ lab: all of its rows laid over each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from stylecore.charts.grid import AXIS_TITLES, Place, histories_figure, trade_off_figure
from stylecore.charts.loss_table import Run, loss_table
from stylecore.experiments.axes import AXES
from stylecore.experiments.grid import Cell
from stylecore.language import _, counted
from stylecore.ui.components import chart
from stylecore.ui.lab.pictures import select_place
from stylecore.ui.lab.state import LabState

TRADE_OFF_HEIGHT, HISTORIES_HEIGHT = 420, 460  # pixels

Rows = Mapping[str, Mapping[float, Cell]]  # by name of the row, then by rising λ


def show_trade_off(rows: Rows, selected: Place, *, live: bool) -> None:
    """Draws the content loss of each picture against its style loss; a click on one selects it.

    Args:
        rows: pictures of the grid.
        selected: the one that is shown large.
        live: whether some are still being computed.
    """
    ends = {
        row: {
            lam: (cell.loss_history[-1].content[cell.k], cell.loss_history[-1].style[cell.k])
            for lam, cell in cells.items()
            if cell.loss_history
        }
        for row, cells in rows.items()
    }
    words = "; ".join(
        " ".join(filter(None, (_(row), _told(lam, content, style))))
        for row, points in ends.items()
        for lam, (content, style) in points.items()
    )
    st.markdown(_("**The trade-off**"))
    chart(
        trade_off_figure(ends, selected, rows=list(rows)),
        key="lab_trade_off",
        alt=_("Content loss against style loss. {pictures}", pictures=words),
        live=live,
        on_point=select_place,
        height=TRADE_OFF_HEIGHT,
        table=partial(loss_table, _runs(_cells(rows)), newest=True),
    )


def show_loss_histories(rows: Rows, lambdas: Sequence[float], selected: Place, *, live: bool) -> None:
    """Draws a loss of the pictures against steps, with what chooses the loss and the pictures; a click selects one.

    Args:
        rows: pictures of the grid.
        lambdas: all of the grid.
        selected: the picture that is shown large.
        live: whether some are still being computed.
    """
    _drawn_input(list(rows), lambdas, selected)
    state = LabState()
    drawn = {
        (row, lam): cell
        for (row, lam), cell in _cells(rows).items()
        if row in state.drawn_rows and lam in state.drawn_lambdas
    }
    chart(
        histories_figure(
            {place: (cell.loss_history, cell.k) for place, cell in drawn.items()},
            state.term,
            rows=list(rows),
            steps=max((cell.job.snapshot.steps for cell in drawn.values()), default=0),
        ),
        key="lab_histories",
        alt=_(
            counted(
                "{loss} of {count} picture against steps",
                "{loss} of {count} pictures against steps",
                len(drawn),
                loss=AXIS_TITLES[state.term],
            )
        ),
        live=live,
        on_point=select_place,
        height=HISTORIES_HEIGHT,
        table=partial(loss_table, _runs(drawn)),
    )


def _drawn_input(rows: Sequence[str], lambdas: Sequence[float], selected: Place) -> None:
    """Draws the choice of the loss, and of the rows and λ whose curves are drawn."""
    state = LabState()
    state.choose_drawn(rows, lambdas, selected[1])
    st.session_state.setdefault(LabState.term.key, state.term)
    st.markdown(_("**Step by step**"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="lab_drawn"):
        st.segmented_control(
            _("Loss"),
            list(AXIS_TITLES),
            format_func={term: _(title) for term, title in AXIS_TITLES.items()}.__getitem__,
            required=True,
            key=LabState.term.key,
            label_visibility="collapsed",
            persist_state="session",
        )
        st.pills(
            "λ",
            lambdas,
            format_func={lam: _("λ {lam:g}", lam=lam) for lam in lambdas}.__getitem__,
            selection_mode="multi",
            wrap=True,
            key=LabState.drawn_lambdas.key,
            label_visibility="collapsed",
            persist_state="session",
        )
    if len(rows) > 1:
        st.pills(
            _("Rows"),
            rows,
            format_func={row: _(row) for row in rows}.__getitem__,
            selection_mode="multi",
            wrap=True,
            key=LabState.drawn_rows.key,
            label_visibility="collapsed",
            persist_state="session",
        )
    axis = AXES.get(state.axis)
    if len(rows) > 1 and axis is not None and axis.measures:
        st.caption(
            _(
                "{axis}: the losses depend on it by their definition, so each row is measured by its own. "
                "Compare the pictures as well.",
                axis=axis.label,
            )
        )
    if not (state.drawn_rows and state.drawn_lambdas):
        st.caption(_("Choose a row and a λ to draw their curve."))


def _told(lam: float, content: float, style: float) -> str:
    return _("λ {lam:g}: content {content:.2g}, style {style:.2g}", lam=lam, content=content, style=style)


def _cells(rows: Rows) -> dict[Place, Cell]:
    """Those pictures of a grid that have losses, row by row."""
    return {(row, lam): cell for row, cells in rows.items() for lam, cell in cells.items() if cell.loss_history}


def _runs(cells: Mapping[Place, Cell]) -> list[Run]:
    return [Run(cell.job.request.config, cell.loss_history, cell.k) for cell in cells.values()]
