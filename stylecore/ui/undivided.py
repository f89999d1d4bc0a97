"""Callbacks that are done whole, or not at all, however fast a visitor is."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from streamlit.runtime.scriptrunner import get_script_run_ctx

MAX_SESSIONS = 10_000  # of which the lock is kept


@contextmanager
def undivided() -> Iterator[None]:
    """Lets what is done inside end before another run of the same tab does something of the kind.

    Streamlit stops a run as soon as the next one is asked for, at any access to the session's state: a callback that
    has noted half of what it does never comes to the other half, and an upload that another follows is lost. It also
    begins the next run while the one before is still in its callback.
    """
    context = get_script_run_ctx()
    if context is None:
        yield
        return
    session = context.session_state
    stop_if_asked = session._yield_callback
    with _lock_of(context.session_id):
        object.__setattr__(session, "_yield_callback", lambda: None)
        try:
            yield
        finally:
            object.__setattr__(session, "_yield_callback", stop_if_asked)


@lru_cache(maxsize=MAX_SESSIONS)
def _lock_of(session_id: str) -> threading.RLock:
    return threading.RLock()
