"""A clock on which the time that the process was suspended does not pass."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

LONGEST_PAUSE = 10.0  # seconds between two readings; the engine reads every second, so a longer gap was sleep


class SuspendAwareClock:
    """Seconds, without those in which the process or the machine was suspended.

    It has to be read more often than every `LONGEST_PAUSE` seconds; the engine's watchdog does so.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes a clock that never goes back, and that nobody can set."""
        self._clock = clock
        self._lock = threading.Lock()
        self._last_reading = clock()
        self._slept = 0.0

    def __call__(self) -> float:
        """The time, in seconds."""
        with self._lock:
            now = self._clock()
            if now - self._last_reading > LONGEST_PAUSE:
                self._slept += now - self._last_reading
            self._last_reading = now
            return now - self._slept

    @property
    def slept(self) -> float:
        """Seconds of suspension so far."""
        return self._slept
