"""Part 5 of the theory: λ, on the small matrices and on the pictures of this pair."""

from __future__ import annotations

from functools import partial

import streamlit as st

from stylecore.charts.comparison import balance_figure
from stylecore.charts.export import to_html
from stylecore.config import Statistic
from stylecore.engine.engine import Engine
from stylecore.experiments.grid import cells_of
from stylecore.language import number, reader
from stylecore.ui.components import chart
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.theory.widgets import Texts, part
from stylecore.ui.theory.worked_examples import FEATURES, Rows, content_of, style_of, total_of
from stylecore.ui.widgets.downloads import download
from stylecore.ui.widgets.number_input import slider_format

DEFAULT_LAMBDA = 0.2

Ends = dict[str, tuple[float, float, float | None]]  # by name of a picture: content loss, style loss, its λ if any


def show_total(t: Texts, engine: Engine, owner: str, x: Rows, s: Rows, statistic: Statistic) -> None:
    """Draws the part.

    Args:
        t: texts.
        engine: of the server.
        owner: the visitor.
        x: F(x).
        s: F(s).
        statistic: what style is described by.
    """
    text, example = part(t, "total")
    text.markdown(t["total"])
    with example:
        lam = st.slider(
            "λ",
            0.0,
            1.0,
            DEFAULT_LAMBDA,
            step=0.05,
            key="theory_lam",
            format=slider_format("%g"),
            persist_state="session",
        )
        st.caption(t["total_small"])
        st.latex(total_of(lam, content_of(x, FEATURES["c"]).value, style_of(x, s, statistic).value).latex)
    text.markdown(t["total_curve"])
    with example:
        _show_balance(t, _ends(engine, owner, t), lam)


def _show_balance(t: Texts, ends: Ends, lam: float) -> None:
    if not ends:
        st.info(t["total_none"], icon=":material/brush:")
        return
    figure = balance_figure(ends, (t["total_x"], t["total_y"]), lam)
    words = "; ".join(
        f"{name}: {number(content, '.2g')}, {number(style, '.2g')}" for name, (content, style, _lam) in ends.items()
    )
    chart(figure, key="theory_balance", alt=f"L(λ). {words}", live=False, on_step=lambda _: None)
    make = partial(to_html, {t["total_title"]: figure}, reader())
    download(t["figures"], make, "balance.html", "text/html", key="theory_balance_html")


def _ends(engine: Engine, owner: str, t: Texts) -> Ends:
    """Losses of this pair's finished pictures that have the settings of the newest; first of all, where it began."""
    content, style = chosen_pair()
    pair = content.data, style.data
    painted = [
        job
        for job in engine.jobs_of(owner)
        if job.request.inputs.pair == pair
        and job.request.workspace != "layers"
        and job.snapshot.results
        and job.snapshot.loss_history
    ]
    if not painted:
        return {}
    first = painted[-1].snapshot.loss_history[0]
    ends: Ends = {t["total_start"]: (first.content[0], first.style[0], None)}
    for lam, cell in cells_of(painted, painted[-1].request).items():
        last = cell.loss_history[-1]
        ends[t["total_result"].format(lam=number(lam, "g"))] = (last.content[cell.k], last.style[cell.k], lam)
    return ends
