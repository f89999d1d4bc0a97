"""Who a tab's visitor is: a name that follows from a random cookie, and the connections that bear it."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
import time
from collections import OrderedDict
from typing import TypeGuard

import streamlit as st
from streamlit.runtime import Runtime, exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from stylecore.engine.engine import Engine
from stylecore.ui.components import remember_visitor
from stylecore.ui.state.session import SessionValue

COOKIE = "stylecore_visitor"
WATCH_SECONDS = 1.0  # between two looks at which connections are open
MAX_SESSIONS = 10_000  # of which it is remembered whose they are

_lock = threading.Lock()
_owners: OrderedDict[str, str] = OrderedDict()  # by streamlit's id of the session


class _State:
    """Of this tab.

    Attributes:
        secret: value of the cookie that its visitor's browser keeps.
        name: of its visitor.
        outlived_server: whether its visitor has a name from before this server began.
    """

    prefix = "visitor"
    secret = SessionValue[str]("")
    name = SessionValue[str]("")
    outlived_server = SessionValue[bool](False)


def visitor_name() -> str:
    """The name that `visitor` has given to this tab's visitor."""
    return _State().name


def outlived_server() -> bool:
    """Whether this tab's visitor has a name from before this server began."""
    return _State().outlived_server


def visitor(engine: Engine, cookie_days: int = 0) -> str:
    """A name for this visitor, so that a reload finds everything again: the checksum of a cookie that nobody can guess.

    Args:
        engine: of the server.
        cookie_days: for which a browser keeps the cookie from today on; 0 until it is closed.
    """
    state, kept = _State(), st.context.cookies.get(COOKIE)
    first = not state.secret
    if first:
        _become(kept if _is_cookie(kept) else secrets.token_urlsafe(32))
    if kept != state.secret or (first and cookie_days):
        remember_visitor(COOKIE, state.secret, cookie_days, on_other=_become)
    known = _connected(engine, state.name)
    if first:
        state.outlived_server = kept == state.secret and not known
    return state.name


def running_runtime() -> Runtime | None:
    """Streamlit's runtime; None in tests of pages, which have none."""
    runtime = get_instance() if exists() else None
    return runtime if isinstance(runtime, Runtime) else None


def may_resume(session: str, kept: str) -> bool:
    """Whether a session may go on for a browser with this cookie: it is its visitor's, or nobody's yet."""
    with _lock:
        return session not in _owners or _owners[session] == _name(kept)


def watch_connections(engine: Engine) -> None:
    """Tells the engine of connections that are closed, from a thread of its own.

    Streamlit's own sign, `on_release` of a cached value, comes for everybody when anybody clears the caches.
    """

    def watch() -> None:
        while True:
            time.sleep(WATCH_SECONDS)
            if (runtime := running_runtime()) is not None:
                engine.end_connections(runtime.is_active_session)

    threading.Thread(target=watch, name="stylecore-connections", daemon=True).start()


def _become(cookie: object) -> None:
    """Takes the visitor's cookie, perhaps the one that another tab of the browser has been given meanwhile."""
    if _is_cookie(cookie):
        _State().secret, _State().name = cookie, _name(cookie)


def _name(cookie: str) -> str:
    """What the server calls the visitor with a cookie: whoever learns it, from a file on disk say, is not let in."""
    return hashlib.sha256(cookie.encode()).hexdigest()


def _is_cookie(text: object) -> TypeGuard[str]:
    return isinstance(text, str) and re.fullmatch(r"[\w-]{43}", text, re.ASCII) is not None


def _connected(engine: Engine, name: str) -> bool:
    """Tells the engine of this connection. Returns whether its visitor has been here before."""
    context, runtime = get_script_run_ctx(), running_runtime()
    if context is None or runtime is None:
        return True
    with _lock:
        _owners[context.session_id] = name
        _owners.move_to_end(context.session_id)
        while len(_owners) > MAX_SESSIONS:
            _owners.popitem(last=False)
    client = runtime.get_client(context.session_id)
    seen = client.client_context if client is not None else None
    return engine.arrive(name, context.session_id, (seen.remote_ip if seen is not None else "") or "")
