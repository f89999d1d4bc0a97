"""The ways to stop a run: Ctrl-C, a polite kill, and the end of the terminal or the connection."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterable, Iterator
from types import FrameType

STOPPING = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # the last one is Windows' for a closed console
    if hasattr(signal, name)
]


class Signals:
    """The signals that stop a run, while `stoppable` listens.

    The first one is a KeyboardInterrupt, and all later ones are nothing: so a second one, which closing a terminal
    often sends, can't cost the picture that the first one keeps.
    """

    def __init__(self, heard: Iterable[int]) -> None:
        """Listens to nothing yet.

        Args:
            heard: numbers of the signals.
        """
        self._heard = tuple(heard)
        self._stopped = False

    def listen(self) -> None:
        """Listens from now on."""
        for number in self._heard:
            signal.signal(number, self._stop)

    def ignore(self) -> None:
        """Signals do nothing from now on: there is a result, and only its writing is left."""
        for number in self._heard:
            signal.signal(number, _go_on)

    def check(self) -> None:
        """Raises what a signal has raised before: in a finalizer, or wherever nobody could catch it, it was lost.

        Raises:
            KeyboardInterrupt: if there was a signal.
        """
        if self._stopped:
            raise KeyboardInterrupt

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.ignore()
        self._stopped = True
        raise KeyboardInterrupt


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Lets the signals that stop a run wait for a moment; a process that is started meanwhile never gets them."""
    if not hasattr(signal, "pthread_sigmask"):  # Windows, which can't
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _go_on(_signal: int, _frame: FrameType | None) -> None:
    """Unlike SIG_IGN, may take over while a signal is on its way."""


@contextlib.contextmanager
def stoppable() -> Iterator[Signals]:
    """Listens to the signals that stop a run, but for those that were ignored before, as with `nohup`."""
    before = {number: signal.getsignal(number) for number in STOPPING}
    heard = {number: handler for number, handler in before.items() if handler is not signal.SIG_IGN}
    signals = Signals(heard)
    signals.listen()
    try:
        yield signals
    finally:
        for number, handler in heard.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
