"""The ways to stop a run: Ctrl-C, a polite kill, and the end of the terminal or the connection."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterator
from types import FrameType

STOPPING = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last one is Windows' for a closed console
    if hasattr(signal, name)
]


@contextlib.contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """Makes the first signal to stop a KeyboardInterrupt, and all later ones nothing.

    So a second one, which closing a terminal often sends, can't cost the picture that the first one keeps. What was
    ignored before stays so: `nohup` and jobs in the background.

    Yields:
        A function after whose call signals do nothing at all: there is a result, and only its writing is left.
    """
    before = {number: signal.getsignal(number) for number in STOPPING}
    heard = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}

    def go_on(_signal: int, _frame: FrameType | None) -> None:
        """Unlike SIG_IGN, may take over while a signal is on its way."""

    def ignore() -> None:
        for number in heard:
            signal.signal(number, go_on)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        ignore()
        raise KeyboardInterrupt

    for number in heard:
        signal.signal(number, stop)
    try:
        yield ignore
    finally:
        for number, handler in heard.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
