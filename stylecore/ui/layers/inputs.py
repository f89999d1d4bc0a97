"""The inputs of the page about layers: the view, and size and steps of reconstructions."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.limits import Limits
from stylecore.ui.layers.state import VIEWS, LayersState, available_sizes


def view_input() -> str:
    """Draws the choice of the view. Returns one of `VIEWS`."""
    view = st.segmented_control(
        "View",
        list(VIEWS),
        required=True,
        key=LayersState.view.key,
        persist_state="session",
        label_visibility="collapsed",
    )
    return str(view)


def size_and_steps_input(limits: Limits) -> tuple[int, int]:
    """Draws size and steps of reconstructions, which are smaller than the Studio's pictures since there are many.

    Returns:
        Longer side in pixels, and steps.
    """
    left, right = st.columns(2, wrap=False)
    size = left.select_slider(
        "Size, pixels", available_sizes(limits), key=LayersState.size.key, persist_state="session"
    )
    steps = right.number_input(
        "Steps", 1, limits.max_steps, step=20, key=LayersState.steps.key, persist_state="session"
    )
    return int(size), int(steps)
