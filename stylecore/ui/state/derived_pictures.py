"""What pages make of visitors' pictures to show them: thumbnails, JPEGs, small frames. One bounded cache for all."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

MAX_FORGOTTEN = 10_000  # names of jobs and pictures that nothing shall be kept of any more

Value = TypeVar("Value")
Original = tuple[str, str]  # the owner, and the id of a job or the token of a picture


class DerivedPictures:
    """Pictures by what they were made from, within a budget of bytes; those that were not used for longest go first.

    When an original is forgotten, all that was made of it goes at once, and nothing is kept of it from then on: a page
    that is being drawn may still make something of it.
    """

    def __init__(self, max_bytes: int) -> None:
        """Starts empty.

        Args:
            max_bytes: of all pictures together.
        """
        self._kept: OrderedDict[tuple[Original, Hashable], Any] = OrderedDict()
        self._forgotten: OrderedDict[Original, None] = OrderedDict()
        self._bytes = 0
        self._max_bytes = max_bytes
        self._lock = threading.Lock()

    def get(self, owner: str, original: str, kind: Hashable, make: Callable[[], Value]) -> Value:
        """The picture from the cache, or a new one.

        Args:
            owner: the visitor.
            original: id of a job or token of a picture; both are never used twice.
            kind: what is made of it, and all that this depends on.
            make: makes it; called without a lock. Whatever it holds of bytes and texts counts.
        """
        key = ((owner, original), kind)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                known: Value = self._kept[key]
                return known
        value = make()
        with self._lock:
            if key not in self._kept and key[0] not in self._forgotten:
                self._kept[key] = value
                self._bytes += size_of(value)
                while self._bytes > self._max_bytes:
                    _, old = self._kept.popitem(last=False)
                    self._bytes -= size_of(old)
        return value

    def forget(self, owner: str, original: str) -> None:
        """Drops all that was made of a job or a picture, and keeps nothing of it from now on."""
        with self._lock:
            self._forgotten[owner, original] = None
            while len(self._forgotten) > MAX_FORGOTTEN:
                self._forgotten.popitem(last=False)
            for key in [key for key in self._kept if key[0] == (owner, original)]:
                self._bytes -= size_of(self._kept.pop(key))

    def held_bytes(self) -> int:
        """Bytes of all pictures in the cache."""
        return self._bytes


def size_of(value: object) -> int:
    """Bytes and characters in a value and in the tuples and lists that it consists of."""
    if isinstance(value, bytes | str):
        return len(value)
    return sum(map(size_of, value)) if isinstance(value, tuple | list) else 0
