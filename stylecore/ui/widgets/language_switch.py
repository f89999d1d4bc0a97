"""The choice of the language, beside the links to the pages."""

from __future__ import annotations

import streamlit as st

from stylecore.language import languages
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.language import LanguageState, choose_language


def language_switch() -> None:
    """Draws the switch: the languages in their own names."""
    st.segmented_control(
        "Language / Язык",
        list(languages()),
        required=True,
        key=LanguageState.code.key,
        format_func=languages().__getitem__,
        on_change=guarded_callback(choose_language),
        persist_state="session",
        label_visibility="collapsed",
        width="content",
    )
