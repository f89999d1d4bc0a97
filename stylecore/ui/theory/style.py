"""Parts 3 and 4 of the theory: G, and the style loss."""

from __future__ import annotations

import streamlit as st

from stylecore.config import SETTINGS, Statistic
from stylecore.language import _
from stylecore.ui.theory.state import TheoryState
from stylecore.ui.theory.widgets import Texts, matrix_input, part
from stylecore.ui.theory.worked_examples import Rows, centred, entry, matrix, statistic_of, style_of

STATISTICS: tuple[Statistic, ...] = ("gram", "covariance")


def show_statistic(t: Texts, x: Rows) -> Statistic:
    """Draws part 3: G of a small matrix, entry by entry.

    Args:
        t: texts.
        x: F(x).

    Returns:
        What the visitor describes style by.
    """
    text, example = part(t, "gram")
    text.markdown(t["gram"])
    with example:
        statistic: Statistic = st.segmented_control(
            t["gram_statistic"],
            STATISTICS,
            default=STATISTICS[0],
            required=True,
            key="theory_statistic",
            persist_state="session",
            format_func={name: _(SETTINGS["statistic"].labels[name]) for name in STATISTICS}.__getitem__,
        )
        st.latex(f"F(x) = {matrix(x)}")
        if statistic == "covariance":
            st.latex(f"F(x) - \\overline{{F(x)}} = {matrix(centred(x))}")
        for i, j in ((0, 0), (0, 1), (1, 1)):
            st.latex(entry(x, i, j, statistic).latex)
        st.latex(f"G(F(x)) = {matrix(statistic_of(x, statistic))}")
    return statistic


def show_style(t: Texts, x: Rows, statistic: Statistic) -> Rows:
    """Draws part 4: the style loss of two small matrices.

    Args:
        t: texts.
        x: F(x).
        statistic: what style is described by.

    Returns:
        F(s) as the visitor has changed it.
    """
    s = TheoryState().s
    text, example = part(t, "style")
    text.markdown(t["style"])
    with example:
        matrix_input(s, "s", t["style_s"], on_change=_set_s)
        st.latex(f"G(F(x)) = {matrix(statistic_of(x, statistic))}")
        st.latex(f"G(F(s)) = {matrix(statistic_of(s, statistic))}")
        st.latex(style_of(x, s, statistic).latex)
    return s


def _set_s(s: Rows) -> None:
    TheoryState().s = s
