"""How `stylecore app` ends when it is told to by a signal: first what pages need is done, then connections close."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import streamlit as st

_before: list[Callable[[], object]] = []


def when_stopped(call: Callable[[], object]) -> None:
    """Has a function called when the server is told to stop, while its pages are still connected."""
    _before.append(call)


@asynccontextmanager
async def stop_in_order(_: st.App) -> AsyncGenerator[None, None]:
    """Lifespan of the server: a signal ends it in order and with exit status 0, a second one at once.

    Uvicorn's own handler closes the connections first, and then lets the signal kill the process.
    """
    loop = asyncio.get_running_loop()
    for kind in (signal.SIGINT, signal.SIGTERM):
        at_once = signal.getsignal(kind)
        server = getattr(at_once, "__self__", None)  # uvicorn's, unless another server runs this app
        if callable(at_once) and hasattr(server, "should_exit"):
            signal.signal(kind, _handler(loop, server, at_once))
    yield


def _handler(
    loop: asyncio.AbstractEventLoop, server: object, at_once: Callable[[int, FrameType | None], object]
) -> Callable[[int, FrameType | None], object]:
    told = threading.Event()

    def stop() -> None:
        try:
            for call in _before:
                call()
        finally:
            loop.call_soon_threadsafe(setattr, server, "should_exit", True)

    def handle(kind: int, frame: FrameType | None) -> None:
        if told.is_set():
            at_once(kind, frame)
        else:
            told.set()
            threading.Thread(target=stop, name="stylecore-stop", daemon=True).start()

    return handle
