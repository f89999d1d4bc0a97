"""Part 6 of the theory: why style forgets places."""

from __future__ import annotations

import streamlit as st

from stylecore import language
from stylecore.config import Statistic
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import ShuffleQuery
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.theory.state import TheoryState
from stylecore.ui.theory.widgets import Texts, part
from stylecore.ui.theory.worked_examples import ORDERS, Rows, content_of, matrix, moved, number, statistic_of
from stylecore.ui.widgets.answers import answer_to

DEFAULT_ORDER = "4 3 2 1"


def show_shuffle(t: Texts, engine: Engine, owner: str, x: Rows, statistic: Statistic, layer: str) -> None:
    """Draws the part: shuffled positions of the small matrix, and of the visitor's photograph.

    Args:
        t: texts.
        engine: of the server.
        owner: the visitor.
        x: F(x).
        statistic: what style is described by.
        layer: in which the photograph's features are shuffled.
    """
    text, example = part(t, "shuffle")
    text.markdown(t["shuffle"])
    with example:
        _show_small(t, x, statistic)
    text.markdown(t["shuffle_real"])
    with text:
        st.button(
            t["shuffle_again"], icon=":material/shuffle:", key="shuffle_again", on_click=guarded_callback(_next_seed)
        )
    with example:
        _show_photograph(t, engine, owner, layer)


def _show_small(t: Texts, x: Rows, statistic: Statistic) -> None:
    order = st.segmented_control(
        t["shuffle_order"],
        list(ORDERS),
        default=DEFAULT_ORDER,
        required=True,
        key="theory_order",
        persist_state="session",
        wrap=True,
    )
    other = moved(x, ORDERS[order])
    st.latex(f"\\tilde F = {matrix(other)}")
    st.latex(f"G(\\tilde F) = {matrix(statistic_of(other, statistic))}")
    st.markdown(t["shuffle_small"].format(content=f"${number(content_of(other, x).value)}$"))


def _show_photograph(t: Texts, engine: Engine, owner: str, layer: str) -> None:
    content, _ = chosen_pair()
    query = ShuffleQuery(content.data, layer, TheoryState().seed, view_settings())
    found = answer_to(engine, owner, query, "shuffle_wait")
    if found is None:
        return
    left, right = st.columns(2, wrap=False)
    before, after = t["shuffle_before"].format(channel=found.channel), t["shuffle_after"]
    left.image(found.before, width="stretch", caption=before, alt=before)
    right.image(found.after, width="stretch", caption=after, alt=after)
    st.markdown(
        t["shuffle_found"].format(content=language.number(found.content, ".2f"), style=f"${number(found.style)}$")
    )


def _next_seed() -> None:
    TheoryState().seed += 1
