"""Questions of a page to the engine: the answer at once where it is known, a word and another look where it is not."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import Query
from stylecore.engine.queries import Answer, PendingQuery
from stylecore.ui.widgets.progress import poll_seconds

AT_ONCE = 0.3  # seconds that a page waits for an answer before it is drawn without


def answer_to(engine: Engine, owner: str, query: Query[Answer], key: str) -> Answer | None:
    """The answer; None while it is on its way, or if there is none: then the page has said so."""
    pending = engine.ask(owner, query)
    if pending.done.wait(AT_ONCE) and pending.status == "answered":
        return pending.answer
    every = None if pending.status == "failed" else poll_seconds(engine) / 2
    st.fragment(_poll, run_every=every, key=key)(pending)
    return None


def _poll(pending: PendingQuery[Answer]) -> None:
    if pending.status == "failed":  # it is asked anew when the page is
        st.error(pending.error, icon=":material/error:")
        return
    if pending.done.is_set():
        st.rerun()
    st.info("Looking at the pictures: between two steps of whatever is being painted.", icon=":material/hourglass_top:")
