"""The inputs of the λ lab: which λ, and a second axis."""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from stylecore.errors import UserError
from stylecore.experiments.axes import AXES
from stylecore.experiments.lambdas import FEWEST, MOST
from stylecore.language import _
from stylecore.ui.lab.state import BY_HAND, EVENLY, MODES, NO_AXIS, LabState
from stylecore.ui.widgets.number_input import number_input, slider_format


def lambdas_input() -> tuple[float, ...]:
    """Draws the widgets that choose λ, and below them what is wrong with the choice, if anything.

    Returns:
        Two to eight λ, rising: those that are chosen, or those of before if the present choice makes no sense.
    """
    state = LabState()
    st.segmented_control(
        _("Which λ"),
        MODES,
        format_func={mode: _(mode) for mode in MODES}.__getitem__,
        required=True,
        key=LabState.mode.key,
        persist_state="session",
        width="stretch",
    )
    if state.mode == BY_HAND:
        st.text_input(
            _("λ, two to {most} numbers from 0 to 1", most=MOST),
            key=LabState.lambdas.key,
            persist_state="session",
            label_visibility="collapsed",
        )
    else:
        left, right = st.columns(2, wrap=False)
        _range_input(left, state.mode)
        with right:
            number_input(_("How many"), FEWEST, MOST, key=LabState.count.key, step=1)
    try:
        state.usable_lambdas = state.chosen_lambdas()
    except UserError as error:
        st.warning(_(error.sentence), icon=":material/warning:")
    return state.usable_lambdas


def axis_input() -> tuple[str, list[str]]:
    """Draws the widgets that choose the second axis.

    Returns:
        One of `AXES`, or `NO_AXIS`; and the names of the chosen values, in the order of the axis.
    """
    names = {NO_AXIS: _("none: λ alone"), **{name: _(declared.label) for name, declared in AXES.items()}}
    axis = st.selectbox(
        _("Second axis"),
        list(names),
        format_func=names.__getitem__,
        key=LabState.axis.key,
        persist_state="session",
        help=_("A grid: λ from left to right, this setting from top to bottom."),
    )
    if axis != NO_AXIS:
        st.multiselect(
            _("Rows"),
            list(AXES[axis].values),
            format_func={value: _(value) for value in AXES[axis].values}.__getitem__,
            key=LabState.rows_key(axis),
            placeholder=_("Choose rows"),
            persist_state="session",
        )
    return axis, LabState().chosen_rows()


def _range_input(place: DeltaGenerator, mode: str) -> None:
    """Draws between which λ the others are."""
    options: dict[str, Any] = {"format": slider_format("%g"), "persist_state": "session"}
    if mode == EVENLY:
        place.slider(_("From … to"), 0.0, 1.0, step=0.05, key=LabState.span.key, **options)
    else:
        place.slider(_("Reach"), 0.02, 0.5, step=0.02, key=LabState.reach.key, **options)
