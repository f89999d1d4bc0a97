"""A server that gets ready before anybody has come: imports, the engine, the network, and how fast the machine is."""

from __future__ import annotations

import logging
import threading
import time

from streamlit.runtime import exists

from stylecore.errors import UserError

POLL_SECONDS = 0.05  # between two looks at whether streamlit's runtime is there
PATIENCE = 60.0  # seconds; without a runtime nobody is served

_log = logging.getLogger(__name__)


def warm_up() -> None:
    """Starts the engine from a thread of its own, as soon as there is a runtime; returns at once."""
    threading.Thread(target=_start, name="stylecore-warm-up", daemon=True).start()


def _start() -> None:
    # Imported here, where nobody waits: torch takes seconds.
    from stylecore.ui.server import get_derived_pictures, get_engine, get_visitor_store

    deadline = time.monotonic() + PATIENCE
    while not exists():
        if time.monotonic() > deadline:
            return
        time.sleep(POLL_SECONDS)
    try:
        get_engine(), get_visitor_store(), get_derived_pictures()
    except UserError as error:  # the first page says so
        _log.error("the engine can't start: %s", error)
