"""What the server has once, for all visitors, as long as it runs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class singleton(Generic[Thing]):  # a decorator
    """Calls a function the first time, and gives what it returned from then on; what it raises is not kept.

    Unlike `st.cache_resource` nobody can empty it from outside: "Clear cache", which any browser can send, empties
    streamlit's caches for all visitors, and with the engine all their runs and results would be gone.
    """

    def __init__(self, make: Callable[[], Thing]) -> None:
        self._make = make
        self._made: list[Thing] = []
        self._lock = threading.RLock()
        self.__doc__ = make.__doc__

    def __call__(self) -> Thing:
        """The thing."""
        with self._lock:
            if not self._made:
                self._made.append(self._make())
            return self._made[0]

    def clear(self) -> None:
        """Forgets the thing; for tests."""
        with self._lock:
            self._made.clear()
