"""Whose turn it is: whoever has had the least of the computing, counted in seconds."""

from __future__ import annotations

import itertools

SLICE_SECONDS = 2.0  # of computing, after which a run gives way to whoever has had less
LEAST_SECONDS = 0.01  # that every turn costs, so that whoever has just had one comes after whoever has not

Place = tuple[float, int]


class Turns:
    """Start-time fair queueing: https://doi.org/10.1109/90.649569. Plain data, used under the registry's lock.

    A newcomer counts as one who has just had a slice: it comes after all who wait already, and before any of them has
    another two. So everybody has a turn in every round, whoever else comes, and nobody has credit for an earlier time.
    """

    def __init__(self) -> None:
        """Nobody has had anything."""
        self._places: dict[str, Place] = {}
        self._now = 0.0
        self._order = itertools.count()

    def join(self, owner: str) -> None:
        """Notes that an owner waits for a turn from now on."""
        had, _ = self.place(owner)
        if owner not in self._places or had < self._now:
            self._places[owner] = (self._now + SLICE_SECONDS, next(self._order))

    def begin(self, owner: str) -> None:
        """Notes that a turn of an owner begins."""
        self._now = max(self._now, self.place(owner)[0])
        self.charge(owner, LEAST_SECONDS)

    def charge(self, owner: str, seconds: float) -> None:
        """Notes what an owner has had."""
        had = max(self.place(owner)[0], self._now)
        self._places[owner] = (had + seconds, next(self._order))

    def place(self, owner: str) -> Place:
        """What the owners are sorted by; the least is next. Who has not joined has the place of the present."""
        return self._places.get(owner, (self._now, -1))

    def clear(self) -> None:
        """Forgets everything: nobody waits."""
        self._places.clear()
        self._now = 0.0
