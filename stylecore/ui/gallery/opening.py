"""The way from the gallery to the Studio: a click is heard before the page runs, which then goes there."""

from __future__ import annotations

import streamlit as st

from stylecore.ui.state.session import SessionValue


class _State:
    """Of this tab.

    Attributes:
        opens_studio: whether a picture was opened in the Studio by the click that this page run follows.
    """

    prefix = "gallery_page"
    opens_studio = SessionValue[bool](False)


def open_studio() -> None:
    """Opens the Studio when the page runs next; in a callback."""
    _State().opens_studio = True


def go_where_opened() -> None:
    """Goes to the Studio if a picture was opened there."""
    if _State().opens_studio:
        _State().opens_studio = False
        st.switch_page("app.py")
