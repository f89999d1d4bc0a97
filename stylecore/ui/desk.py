"""What each visitor has on the desk, kept over a reload: pictures of their own, what is shown, touches on results."""

from __future__ import annotations

from collections import OrderedDict

from stylecore.config import Finish
from stylecore.ui.once import once
from stylecore.ui.pictures import Role, Source
from stylecore.ui.server import get_engine

NOTES = 10_000  # of all visitors together


class Desk:
    """The newest choices of all visitors, within a budget of bytes; the oldest go first."""

    def __init__(self, max_bytes: int) -> None:
        self._newest: OrderedDict[tuple[str, Role], Source] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], Source] = OrderedDict()  # by owner and token
        self._notes: OrderedDict[tuple[str, str], str | Finish] = OrderedDict()
        self._max_bytes = max_bytes

    def put(self, owner: str, role: Role, source: Source) -> None:
        """Remembers a choice."""
        if self._newest.get((owner, role)) is source:
            return
        self._newest[owner, role] = source
        self._newest.move_to_end((owner, role))
        if not source.sample:
            self._own[owner, source.token] = source
            self._own.move_to_end((owner, source.token))
        while len(self._own) > 1 and sum(map(_size, self._own.values())) > self._max_bytes:
            _, gone = self._own.popitem(last=False)
            for place in [place for place, kept in self._newest.items() if kept is gone]:
                del self._newest[place]
        while len(self._newest) > NOTES:
            self._newest.popitem(last=False)

    def get(self, owner: str, role: Role) -> Source | None:
        """The owner's newest choice, if it is still here."""
        return self._newest.get((owner, role))

    def find(self, owner: str, token: str) -> Source | None:
        """A picture of the owner's own by its token, if it is still here."""
        return self._own.get((owner, token))

    def note(self, owner: str, name: str, value: str | Finish) -> None:
        """Remembers something small."""
        self._notes[owner, name] = value
        self._notes.move_to_end((owner, name))
        while len(self._notes) > NOTES:
            self._notes.popitem(last=False)

    def noted(self, owner: str, name: str) -> str | Finish | None:
        """What was noted, if it is still here."""
        return self._notes.get((owner, name))


def _size(source: Source) -> int:
    return len(source.data) + len(source.preview)


@once
def get_desk() -> Desk:
    """The server's desk."""
    return Desk(get_engine().limits.kept_mb * 10**6 // 2)
