"""Parts 1 and 2 of the theory: features, and the content loss."""

from __future__ import annotations

import streamlit as st

from stylecore.language import _, counted
from stylecore.layers import LAYERS
from stylecore.transfer.vgg import layer_facts
from stylecore.ui.layers.network import used_content_size
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.theory.state import TheoryState
from stylecore.ui.theory.widgets import Texts, matrix_input, part
from stylecore.ui.theory.worked_examples import FEATURES, Rows, content_of, matrix

DEFAULT_LAYER = "relu4_2"


def show_network(t: Texts) -> str:
    """Draws part 1: the features of the visitor's photograph in one layer.

    Args:
        t: texts.

    Returns:
        The layer that was chosen.
    """
    text, example = part(t, "vgg")
    text.markdown(t["vgg"])
    with example:
        layer = st.selectbox(
            t["vgg_layer"],
            LAYERS,
            index=LAYERS.index(DEFAULT_LAYER),
            key="theory_layer",
            persist_state="session",
        )
        width, height = used_content_size(view_settings())
        fact = layer_facts(width, height)[layer]
        w, h = fact.size
        st.markdown(
            t["vgg_facts"].format(
                width=width,
                height=height,
                layer=layer,
                channels=fact.channels,
                h=h,
                w=w,
                entries=_(counted("{count:,} entry", "{count:,} entries", fact.channels * h * w)),
                field=fact.receptive_field,
            )
        )
    return layer


def show_content(t: Texts) -> Rows:
    """Draws part 2: the content loss of two small matrices.

    Args:
        t: texts.

    Returns:
        F(x) as the visitor has changed it.
    """
    x = TheoryState().x
    text, example = part(t, "content")
    text.markdown(t["content"])
    with example:
        matrix_input(x, "x", t["content_x"], on_change=_set_x)
        st.latex(f"F(c) = {matrix(FEATURES['c'])}")
        found = content_of(x, FEATURES["c"])
        st.latex(found.latex)
        if found.value == 0:
            st.caption(t["content_equal"])
    return x


def _set_x(x: Rows) -> None:
    TheoryState().x = x
