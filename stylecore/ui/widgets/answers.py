"""Queries of a page to the engine: the answer at once where it is known, else a note and another try."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import Query
from stylecore.engine.queries import Answer, PendingQuery
from stylecore.ui.page_errors import guarded
from stylecore.ui.widgets.progress import poll_seconds

WAIT_SECONDS = 0.3  # for an answer, before the page is drawn without it


def answer_to(engine: Engine, owner: str, query: Query[Answer], key: str) -> Answer | None:
    """The answer; None while it is on its way, or if the query failed, and then the page says so.

    Args:
        engine: of the server.
        owner: the visitor.
        query: what is asked.
        key: of the part of the page that waits for the answer.
    """
    pending = engine.ask(owner, query)
    if pending.done.wait(WAIT_SECONDS) and pending.status == "answered":
        return pending.answer
    every = None if pending.status == "failed" else poll_seconds(engine) / 2
    st.fragment(guarded(_poll), run_every=every, key=key)(pending)
    return None


def _poll(pending: PendingQuery[Answer]) -> None:
    if pending.status == "failed":  # it is asked anew when the page is
        st.error(pending.error, icon=":material/error:")
        return
    if pending.done.is_set():
        st.rerun()
    st.info("Looking at the pictures: between two steps of whatever is being painted.", icon=":material/hourglass_top:")
