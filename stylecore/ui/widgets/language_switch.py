"""The choice of the language, beside the links to the pages."""

from __future__ import annotations

import streamlit as st

from stylecore.language import languages
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.language import LanguageState, choose_language

_KEY = "language"  # of the widget


def language_switch() -> None:
    """Draws the switch: the languages in their own names."""
    st.session_state[_KEY] = LanguageState().code
    st.segmented_control(
        "Language / Язык",
        list(languages()),
        required=True,
        key=_KEY,
        format_func=languages().__getitem__,
        on_change=guarded_callback(_choose),
        label_visibility="collapsed",
        width="content",
    )


def _choose() -> None:
    """Sets the language. Browsers send a choice by its label, so they are told each anew, under its other label."""
    choose_language(st.session_state[_KEY])
    for key, value in list(st.session_state.items()):
        if key != _KEY and _is_choice(value):
            st.session_state[key] = value


def _is_choice(value: object) -> bool:
    """Whether this may be the value of a choice, or of several; not a button's, nor that of a field for files."""
    if isinstance(value, (list, tuple)):
        return bool(value) and all(isinstance(one, (str, int, float)) for one in value)
    return isinstance(value, str)
