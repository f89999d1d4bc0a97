"""The language in which a visitor reads the pages: of the address, as chosen in the navigation, or of the browser."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from stylecore.language import ENGLISH, languages, read_by
from stylecore.ui.state.session import SessionValue

LANG = "lang"  # in an address


class LanguageState:
    """Of this tab.

    Attributes:
        code: of one of `languages`; empty until the first page is drawn.
        is_chosen: whether the visitor or a link has chosen it, so that links say it as well.
    """

    prefix = "language"
    code = SessionValue[str]("")
    is_chosen = SessionValue[bool](False)


def settle_language() -> str:
    """Settles the language for this run of a page: as it was, else that of the address, else the browser's.

    Returns:
        Its code, one of `languages`.
    """
    state = LanguageState()
    asked = st.query_params.get(LANG, "")
    if not state.code:
        asked_by_browser = (st.context.locale or "")[:2]
        state.code = asked_by_browser if asked_by_browser in languages() else ENGLISH
        if asked in languages():
            state.code, state.is_chosen = asked, True
    keep_language_in_address()
    return state.code


def choose_language(code: str) -> None:
    """Sets the language that the visitor has chosen, one of `languages`."""
    state = LanguageState()
    state.code, state.is_chosen = code, True


def language_of_links() -> dict[str, str]:
    """What every address on this page says of the language; nothing where nobody has chosen and it is English."""
    state = LanguageState()
    return {LANG: state.code} if state.is_chosen or state.code not in ("", ENGLISH) else {}


def keep_language_in_address() -> None:
    """Writes the language into the address, if it is not there."""
    for name, code in language_of_links().items():
        if st.query_params.get(name) != code:
            st.query_params[name] = code


def _reader() -> str:
    """Whoever is served in this thread; English in threads that serve nobody."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return LanguageState().code or ENGLISH


read_by(_reader)
