"""Values that the server makes once, for all visitors, as long as it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class singleton(Generic[Value]):  # a decorator
    """Calls a function once and returns the same value ever after; an exception is not kept, the next call tries again.

    Unlike `st.cache_resource` it can't be emptied from outside: "Clear cache", which any browser can send, empties
    streamlit's caches for all visitors, and with the engine all their runs and results would be gone.
    """

    def __init__(self, make: Callable[[], Value]) -> None:
        self._make = make
        self._made: list[Value] = []
        self._lock = threading.RLock()
        self.__doc__ = make.__doc__

    def __call__(self) -> Value:
        """The value that the function returned when it was called first."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def made(self) -> Value | None:
        """The value if it has been made already, without making it."""
        with self._lock:
            return self._made[0] if self._made else None

    def clear(self) -> None:
        """Drops the value, so that the next call makes another; for tests."""
        with self._lock:
            self._made.clear()
