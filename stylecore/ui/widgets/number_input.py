"""A field for a number that never says another one than the page goes on with."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import streamlit as st

from stylecore.language import ENGLISH, reader
from stylecore.ui.page_errors import guarded_callback

Number = TypeVar("Number", int, float)


def slider_format(usual: str) -> str:
    """The `format` of a slider: where people read another language than English, their browser writes the number."""
    return usual if reader() == ENGLISH else "localized"


def number_input(
    label: str,
    low: Number,
    high: Number,
    *,
    key: str,
    on_change: Callable[[], object] | None = None,
    **options: Any,  # noqa: ANN401  # streamlit's
) -> Number:
    """Draws the field; what is written beyond its range becomes the nearest number in it, in the field, too.

    Streamlit's own range leaves such a number where it is, in red, while the page goes on with the one before.

    Args:
        label: of the field.
        low: least number.
        high: largest number.
        key: streamlit's; the session holds the value already.
        on_change: called when the visitor has changed it.
        options: of `st.number_input`.

    Returns:
        The number.
    """

    def change() -> None:
        st.session_state[key] = min(max(st.session_state[key], low), high)
        if on_change is not None:
            on_change()

    value: Number = st.number_input(
        label, key=key, on_change=guarded_callback(change), persist_state="session", **options
    )
    return value
