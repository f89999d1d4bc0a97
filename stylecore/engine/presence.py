"""Who is here: the connections of each visitor, and where they come from."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

MAX_KNOWN = 10_000  # visitors whose address is remembered after they have left


@dataclass(frozen=True, slots=True)
class _Connection:
    owner: str
    place: str


class Presence:
    """Connections by name. A visitor with two tabs has left when both are closed.

    All methods may be called from any thread.
    """

    def __init__(self) -> None:
        """Nobody is here."""
        self._open: dict[str, _Connection] = {}
        self._places: OrderedDict[str, str] = OrderedDict()
        self._lock = threading.Lock()

    def arrive(self, owner: str, connection: str, address: str = "") -> None:
        """Notes a connection of a visitor.

        Args:
            owner: the visitor.
            connection: a name that no other connection has.
            address: from which it comes; empty if that is unknown.
        """
        with self._lock:
            place = place_of(address)
            self._open[connection] = _Connection(owner, place)
            self._places[owner] = place
            self._places.move_to_end(owner)
            while len(self._places) > MAX_KNOWN:
                self._places.popitem(last=False)

    def end_closed(self, is_open: Callable[[str], bool]) -> list[str]:
        """Drops the connections that are closed. Returns the visitors who have none left."""
        with self._lock:
            closed = [name for name in self._open if not is_open(name)]
            owners = {self._open.pop(name).owner for name in closed}
            return sorted(owners - {connection.owner for connection in self._open.values()})

    def knows(self, owner: str) -> bool:
        """Whether a visitor has been here, as far as that is remembered."""
        return owner in self._places

    def place(self, owner: str) -> str:
        """Where the visitor's newest connection came from; empty if that is unknown."""
        return self._places.get(owner, "")


def place_of(address: str) -> str:
    """What counts as one place: an address of IPv4, or the network of 64 bits that one household has with IPv6."""
    try:
        found = ipaddress.ip_address(address.split("%")[0])
    except ValueError:
        return ""
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((found, 64), strict=False))
