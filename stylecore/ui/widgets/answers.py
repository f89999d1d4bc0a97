"""Answers of the engine to a page's queries: drawn at once where they are known, else as soon as they come."""

from __future__ import annotations

from concurrent.futures import CancelledError, Future
from typing import Any

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.queries import Answer, Query, QueryFailed
from stylecore.errors import UserError
from stylecore.language import _
from stylecore.ui.page_errors import guarded
from stylecore.ui.widgets.progress import poll_seconds

WAIT_SECONDS = 0.3  # that a page waits for an answer before it is drawn without


def answer_to(engine: Engine, owner: str, query: Query[Answer], key: str) -> Answer | None:
    """The answer; None while it is on its way, or if there is none: then the page has said so.

    Args:
        engine: of the server.
        owner: the visitor.
        query: what to ask.
        key: of the place on the page where it says that it waits.
    """
    future = engine.ask(owner, query)
    try:
        return future.result(WAIT_SECONDS)
    except (TimeoutError, QueryFailed, CancelledError):
        every = None if _problem(future) else poll_seconds(engine) / 2
        st.fragment(guarded(_poll), run_every=every, key=key)(future)
        return None


def _poll(future: Future[Any]) -> None:
    if problem := _problem(future):  # it is asked anew when the page is
        st.error(problem, icon=":material/error:")
        return
    if future.done():
        st.rerun()
    st.info(_("Analysing the pictures …"), icon=":material/hourglass_top:")


def _problem(future: Future[Any]) -> str:
    """Why there is no answer, in one sentence; empty if there is one, if it is to come, or if it was cancelled."""
    if not future.done() or future.cancelled():
        return ""
    error = future.exception()
    return _(error.sentence) if isinstance(error, UserError) else ""
