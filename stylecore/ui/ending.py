"""How the server ends when it is told to: pages show their last pictures, and the process does not abort."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time

from stylecore.engine.engine import Engine
from stylecore.engine.messages import SERVER_ENDS, SERVER_RETURNS
from stylecore.engine.store.writer import Writer
from stylecore.ui.visitors import running_runtime

SHOWN_SECONDS = 1.2  # for which the connections stay, so that every page asks once more
JOIN_SECONDS = 1.5  # for which the end of the process waits for the step that is being computed


def end_runs(engine: Engine, store: Writer) -> None:
    """Ends all runs with their pictures, writes those to disk, and gives the pages time to show them."""
    any_ended, ended = engine.end_all(SERVER_RETURNS if store.keeps else SERVER_ENDS), time.monotonic()
    store.flush()
    if any_ended:
        time.sleep(max(0.0, ended + SHOWN_SECONDS - time.monotonic()))


def end_process_in_peace(engine: Engine, getting_ready: threading.Thread) -> None:
    """Sees to it that a step which is still being computed does not abort the process when it ends.

    Args:
        engine: that computes it.
        getting_ready: the thread that measures the machine when the server starts, with torch as well.

    Torch's threads can't be interrupted, and a large step takes longer than a supervisor waits. By then nothing is left
    to be done: everything that was promised is in memory, and where results are kept on disk, there.
    """
    if running_runtime() is not None:
        atexit.register(_end_process, engine, getting_ready)


def _end_process(engine: Engine, getting_ready: threading.Thread) -> None:
    if not engine.close(JOIN_SECONDS) or getting_ready.is_alive():
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
