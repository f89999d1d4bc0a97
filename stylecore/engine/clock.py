"""A clock that stands still while the process does: nobody is late because the machine slept."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST_PAUSE = 10.0  # seconds between two looks; where somebody looks every second, more is sleep


class SuspendAwareClock:
    """Seconds on a clock, without the time that a suspended process, or machine, has missed.

    Somebody must look at it more often than every `LONGEST_PAUSE`: the engine does so every second.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes a clock that never goes back and knows of no calendar, so that nobody can set it."""
        self._clock = clock
        self._lock = threading.Lock()
        self._looked = clock()
        self._slept = 0.0

    def __call__(self) -> float:
        """The time."""
        with self._lock:
            now = self._clock()
            if now - self._looked > LONGEST_PAUSE:
                self._slept += now - self._looked
            self._looked = now
            return now - self._slept

    @property
    def slept(self) -> float:
        """Seconds that have been missed so far."""
        return self._slept
