"""What every page begins with: its name, the way to the others, the engine and the visitor."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.errors import UserError
from stylecore.ui.server import get_engine, visitor

_log = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10.0  # seconds between two signs of life, or a third of the grace time

STYLES = Path(__file__).with_name("page.css")

PAGES = {
    "app.py": ("Studio", ":material/brush:"),
    "pages/lambda_lab.py": ("λ lab", ":material/compare:"),
    "pages/layers.py": ("Layers", ":material/layers:"),
    "pages/theory.py": ("Theory", ":material/function:"),
    "pages/about.py": ("About", ":material/info:"),
}


def start_page(title: str) -> tuple[Engine, str]:
    """Sets the page up.

    Args:
        title: of the browser's tab.

    Returns:
        The server's engine, and the visitor's name.
    """
    st.session_state.came_from = st.session_state.get("page")
    st.session_state.page = title
    st.set_page_config(page_title=f"{title} · Neural style transfer", page_icon="🎨", layout="wide")
    st.html(STYLES)
    with st.container(horizontal=True, gap="small", key="navigation"):
        for file, (label, icon) in PAGES.items():
            st.page_link(file, label=label, icon=icon)
    with st.container(key="here"):  # always: what comes and goes up here would draw all that is below anew
        engine, owner = _engine(), visitor()
        if any(not job.ended for job in engine.jobs_of(owner)):
            every = min(HEARTBEAT_SECONDS, engine.limits.grace_seconds / 3)
            st.fragment(_still_here, run_every=every, key="still_here")(engine, owner)
    return engine, owner


def plain(text: str) -> str:
    """Text of a stranger for a place where marks make links, pictures and formulas: it is shown as it was written."""
    printable = "".join(character if character.isprintable() else "�" for character in text)
    unlinked = re.sub(r"(?i):(?=//)|www(?=\.)|@", "\\g<0>\u2060", printable)  # bare addresses become links, too
    return re.sub(r"[\\`*\[\]<>$:~!&#|+-]|(?<![^\W_])_|_(?![^\W_])", r"\\\g<0>", unlinked)


def _engine() -> Engine:
    """The server's engine; where it can't start, the page says why, and tries again when it is reloaded."""
    try:
        return get_engine()
    except UserError as error:
        _log.error("the engine can't start: %s", error)
        st.error(str(error), icon=":material/error:")
        st.stop()


def _still_here(engine: Engine, owner: str) -> None:
    """Tells the engine, from whatever page, that the visitor still waits for what is being computed."""
    for job in engine.jobs_of(owner):
        if not job.ended:
            engine.heartbeat(job)
