"""What each visitor has chosen, kept over a reload: uploads are in no address."""

from __future__ import annotations

from collections import OrderedDict

from stylecore.ui.once import once
from stylecore.ui.pictures import Role, Source
from stylecore.ui.server import get_engine


class Desk:
    """The newest choices of all visitors, within a budget of bytes; the oldest go first."""

    def __init__(self, max_bytes: int) -> None:
        self._sources: OrderedDict[tuple[str, Role], Source] = OrderedDict()
        self._max_bytes = max_bytes

    def put(self, owner: str, role: Role, source: Source) -> None:
        """Remembers a choice."""
        if self._sources.get((owner, role)) is source:
            return
        self._sources[owner, role] = source
        self._sources.move_to_end((owner, role))
        while len(self._sources) > 1 and sum(self._size(kept) for kept in self._sources.values()) > self._max_bytes:
            self._sources.popitem(last=False)

    def get(self, owner: str, role: Role) -> Source | None:
        """The owner's newest choice, if it is still here."""
        return self._sources.get((owner, role))

    @staticmethod
    def _size(source: Source) -> int:
        return 0 if source.sample else len(source.data) + len(source.preview)


@once
def get_desk() -> Desk:
    """The server's desk."""
    return Desk(get_engine().limits.kept_mb * 10**6 // 2)
