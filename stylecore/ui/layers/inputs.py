"""The inputs of the page about layers: the view, and size, steps and descriptions of style of reconstructions."""

from __future__ import annotations

import streamlit as st

from stylecore.config import SETTINGS, Statistic
from stylecore.engine.limits import Limits
from stylecore.language import _
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.ui.layers.state import VIEWS, LayersState, available_sizes
from stylecore.ui.widgets.number_input import number_input


def view_input() -> str:
    """Draws the choice of the view. Returns one of `VIEWS`."""
    view = st.segmented_control(
        _("View"),
        list(VIEWS),
        format_func={view: _(view) for view in VIEWS}.__getitem__,
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
        _("Size, pixels"), available_sizes(limits), key=LayersState.size.key, persist_state="session"
    )
    with right:
        steps = number_input(_("Steps"), 1, limits.max_steps, step=20, key=LayersState.steps.key)
    return int(size), int(steps)


def descriptions_input() -> list[Statistic]:
    """Draws the choice of descriptions by which the style is painted again; each gives a row of reconstructions.

    Returns:
        Those that are chosen, in the order in which all are listed; none if only the content is wanted.
    """
    names = {name: _(SETTINGS["statistic"].labels[name]) for name in DESCRIPTIONS}
    st.pills(
        _("Style described by"),
        list(names),
        selection_mode="multi",
        wrap=True,
        key=LayersState.described.key,
        persist_state="session",
        format_func=names.__getitem__,
    )
    return LayersState().descriptions
