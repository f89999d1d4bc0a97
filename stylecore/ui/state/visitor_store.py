"""What each visitor has on the desk, kept over a reload: pictures of their own, what is shown, touches on results."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TypeVar

from stylecore.config import Postprocess
from stylecore.ui.server import get_engine
from stylecore.ui.state.singleton import singleton
from stylecore.ui.state.sources import Role, Source

NOTES = 10_000  # of all visitors together

Key = TypeVar("Key")
Thing = TypeVar("Thing")


class VisitorStore:
    """The newest choices of all visitors, within a budget of bytes; the oldest go first."""

    def __init__(self, max_bytes: int) -> None:
        self._newest: OrderedDict[tuple[str, Role], Source] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], Source] = OrderedDict()  # by owner and token
        self._notes: OrderedDict[tuple[str, str], str | Postprocess] = OrderedDict()
        self._max_bytes = max_bytes
        self._lock = threading.Lock()  # every visitor's page runs in a thread of its own

    def put(self, owner: str, role: Role, source: Source) -> None:
        """Remembers a choice."""
        with self._lock:
            if self._newest.get((owner, role)) is source:
                return
            _keep(self._newest, (owner, role), source)
            if not source.sample:
                _keep(self._own, (owner, source.token), source)
            while len(self._own) > 1 and sum(map(_size, self._own.values())) > self._max_bytes:
                _, gone = self._own.popitem(last=False)
                for place in [place for place, kept in self._newest.items() if kept is gone]:
                    del self._newest[place]

    def get(self, owner: str, role: Role) -> Source | None:
        """The owner's newest choice, if it is still here."""
        return self._newest.get((owner, role))

    def find(self, owner: str, token: str) -> Source | None:
        """A picture of the owner's own by its token, if it is still here."""
        return self._own.get((owner, token))

    def own(self, owner: str) -> list[Source]:
        """All pictures of the owner's own that are still here, the newest first."""
        with self._lock:
            return [source for (whose, _), source in reversed(self._own.items()) if whose == owner]

    def note(self, owner: str, name: str, value: str | Postprocess) -> None:
        """Remembers something small."""
        with self._lock:
            _keep(self._notes, (owner, name), value)

    def noted(self, owner: str, name: str) -> str | Postprocess | None:
        """What was noted, if it is still here."""
        return self._notes.get((owner, name))


def _keep(things: OrderedDict[Key, Thing], key: Key, thing: Thing) -> None:
    """Puts a thing in as the newest; the oldest go."""
    things[key] = thing
    things.move_to_end(key)
    while len(things) > NOTES:
        things.popitem(last=False)


def _size(source: Source) -> int:
    return len(source.data) + len(source.preview)


@singleton
def get_visitor_store() -> VisitorStore:
    """The server's desk."""
    return VisitorStore(get_engine().limits.kept_mb * 10**6 // 2)
