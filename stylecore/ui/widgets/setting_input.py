"""The widget that follows from a setting's declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import streamlit as st

from stylecore.language import _
from stylecore.settings import Setting
from stylecore.ui.widgets.layers_input import layers_input
from stylecore.ui.widgets.number_input import number_input, slider_format

Width = Literal["stretch"] | int


def setting_input(
    declared: Setting,
    key: str,
    *,
    on_change: Callable[[], None] | None = None,
    width: Width = "stretch",
    segmented: bool = False,
    problem: str = "",
) -> Any:  # noqa: ANN401  # whatever the kind says
    """Draws the widget: a choice, a slider where the declaration has an end for one, a number, layers, or a text.

    Args:
        declared: the setting.
        key: of the widget; the session holds the value already.
        on_change: called when the visitor has changed it.
        width: of the widget.
        segmented: whether all values of a choice shall be seen at once.
        problem: why layers can't be used, in one sentence; it stands at their field.

    Returns:
        The value; for layers, the text that is written there.
    """
    label, told = _(declared.label), _(declared.help)
    common: dict[str, Any] = {"key": key, "persist_state": "session", "help": told, "on_change": on_change}
    if declared.kind == "choice":
        names = {value: _(name) for value, name in declared.labels.items()}
        common |= {"options": list(names), "format_func": names.__getitem__}
        if segmented:
            return st.segmented_control(label, required=True, wrap=True, **common)
        return st.selectbox(label, width=width, **common)
    if declared.kind == "layers":
        return layers_input(declared, key, problem)
    if declared.kind not in ("int", "float"):
        return st.text_input(label, width=width, **common)
    number = int if declared.kind == "int" else float
    form = "%d" if declared.kind == "int" else "%g"
    low, step = number(declared.low), number(declared.step)
    if declared.slider_high:
        high = max(number(declared.slider_high), st.session_state[key])  # a link may go beyond the slider's end
        return st.slider(label, low, high, step=step, format=slider_format(form), width=width, **common)
    options = {"step": step, "format": form, "width": width, "help": told}
    return number_input(label, low, number(declared.high), key=key, on_change=on_change, **options)
