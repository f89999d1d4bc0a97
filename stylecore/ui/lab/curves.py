"""The charts of the λ lab."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import streamlit as st

from stylecore.charts.comparison import histories_figure, trade_off_figure
from stylecore.experiments.grid import Cell
from stylecore.ui.components import chart
from stylecore.ui.lab.pictures import select

TRADE_OFF_HEIGHT = 420  # pixels
TERMS: tuple[Literal["content", "style"], ...] = ("content", "style")


def show_trade_off(cells: Mapping[float, Cell], lam: float, *, live: bool) -> None:
    """Draws the content loss of each picture against its style loss; a click on one selects it.

    Args:
        cells: pictures of one row by rising λ.
        lam: of the picture that is shown large.
        live: whether some are still being computed.
    """
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
        on_step=select,
        height=TRADE_OFF_HEIGHT,
    )


def show_loss_histories(cells: Mapping[float, Cell], steps: int, *, live: bool) -> None:
    """Draws content and style loss of each picture against steps.

    Args:
        cells: pictures of one row by rising λ.
        steps: of a whole run.
        live: whether some are still being computed.
    """
    loss_histories = {lam: (cell.loss_history, cell.k) for lam, cell in cells.items()}
    for column, term in zip(st.columns(2, gap="medium"), TERMS, strict=True):
        with column:
            chart(
                histories_figure(loss_histories, term, steps=steps),
                key=f"lab_{term}",
                alt=f"The {term} loss of each λ against steps",
                live=live,
                on_step=lambda _step: None,
            )
