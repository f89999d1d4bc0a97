"""Questions of a page to the engine: the answer at once where it is known, a word and another look where it is not."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import Question
from stylecore.engine.queries import Answer, Inquiry
from stylecore.ui.widgets.progress import poll_seconds

AT_ONCE = 0.3  # seconds that a page waits for an answer before it is drawn without


def answer_to(engine: Engine, owner: str, question: Question[Answer], key: str) -> Answer | None:
    """The answer; None while it is on its way, or if there is none: then the page has said so."""
    inquiry = engine.ask(owner, question)
    if inquiry.done.wait(AT_ONCE) and inquiry.status == "answered":
        return inquiry.answer
    every = None if inquiry.status == "failed" else poll_seconds(engine) / 2
    st.fragment(_look_again, run_every=every, key=key)(inquiry)
    return None


def _look_again(inquiry: Inquiry[Answer]) -> None:
    if inquiry.status == "failed":  # it is asked anew when the page is
        st.error(inquiry.error, icon=":material/error:")
        return
    if inquiry.done.is_set():
        st.rerun()
    st.info("Looking at the pictures: between two steps of whatever is being painted.", icon=":material/hourglass_top:")
