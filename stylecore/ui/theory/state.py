"""What the theory page remembers while its tab lives, and how a link to it is read."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from stylecore.ui.state.session import SessionValue
from stylecore.ui.theory.texts import LANGUAGES
from stylecore.ui.theory.worked_examples import FEATURES, Rows


class TheoryState:
    """State of the page.

    Attributes:
        language: one of `LANGUAGES`; a widget's value.
        x: F(x), as the visitor has changed it.
        s: F(s), as the visitor has changed it.
        seed: of the order into which the photograph's positions are shuffled.
    """

    prefix = "theory"
    language = SessionValue[str]("en")
    x = SessionValue[Rows](FEATURES["x"])
    s = SessionValue[Rows](FEATURES["s"])
    seed = SessionValue[int](0)

    def set_widget_defaults(self, locale: str | None) -> None:
        """Sets the language of the browser, if there are texts in it and no link has said anything else.

        Args:
            locale: of the browser, as "en-GB".
        """
        spoken = (locale or "")[:2]
        st.session_state.setdefault(TheoryState.language.key, spoken if spoken in LANGUAGES else self.language)


def read_query_params(query: Mapping[str, str]) -> None:
    """Sets the language that an address asks for, if there are texts in it."""
    language = query.get("lang", "")
    if language in LANGUAGES:
        TheoryState().language = language
