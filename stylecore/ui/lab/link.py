"""How a link to the λ lab is read and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from stylecore.errors import UserError
from stylecore.experiments.axes import AXES
from stylecore.experiments.lambdas import DEFAULT_LAMBDAS, lambdas_to_text, parse_lambdas
from stylecore.ui.lab.state import NO_AXIS, LabState

EARLIER_ROW_NAMES = {"maximum": "max"}  # in links of earlier versions


def read_query_params(query: Mapping[str, str]) -> None:
    """Sets the state as an address says; the defaults take the place of what can't be used."""
    state = LabState()
    try:
        state.set_lambdas(parse_lambdas(query.get("lambdas", "")))
    except UserError:
        state.set_lambdas(DEFAULT_LAMBDAS)
    axis = query.get("axis", "")
    state.axis = axis if axis in AXES else NO_AXIS
    if axis in AXES:
        wanted = {name.casefold() for name in query.get("rows", "").split("|")}
        wanted |= {EARLIER_ROW_NAMES[name] for name in wanted & EARLIER_ROW_NAMES.keys()}
        values = list(AXES[axis].values)
        linked = [value for value in values if value.casefold() in wanted]
        st.session_state[LabState.rows_key(axis)] = linked or list(AXES[axis].usual)


def lab_query_params(lambdas: Sequence[float], axis: str, rows: Sequence[str]) -> dict[str, str]:
    """The lab's own parameters of a link to it.

    Args:
        lambdas: that are compared.
        axis: one of `AXES`, or `NO_AXIS`.
        rows: names of values of the axis.
    """
    params = {"lambdas": lambdas_to_text(lambdas, separator=" ")}
    return params | ({"axis": axis, "rows": "|".join(rows)} if axis else {})
