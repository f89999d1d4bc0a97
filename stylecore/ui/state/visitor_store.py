"""What the server keeps of each visitor over a reload: their own pictures, what is chosen, shown, postprocessed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from stylecore.config import Postprocess
from stylecore.engine.jobs import Job
from stylecore.ui.state.sources import Role, Source

MAX_VALUES = 10_000  # of all visitors together

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class StoreKey(Generic[Value]):
    """The name of a small value in the store, and its type."""

    name: str


SHOWN = StoreKey[str]("shown")  # id of the job that the Studio shows


def postprocess_key(job_id: str) -> StoreKey[Postprocess]:
    """The key of what is done to a job's finished picture."""
    return StoreKey(f"postprocess of {job_id}")


class VisitorStore:
    """The newest pictures and values of all visitors, within a budget of bytes; the oldest go first.

    All methods may be called from any thread. None calls the engine, which may hold its own lock while it asks for
    `held_bytes` or reports a job that it has forgotten.
    """

    def __init__(self, max_bytes: int) -> None:
        """Starts empty.

        Args:
            max_bytes: of visitors' own pictures, all together.
        """
        self._chosen: OrderedDict[tuple[str, Role], Source] = OrderedDict()
        self._own: OrderedDict[tuple[str, str], Source] = OrderedDict()  # by owner and token
        self._values: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._used: dict[tuple[str, str], frozenset[str]] = {}  # tokens by owner and id of a job
        self._alive: dict[str, WeakSet[Source]] = {}  # also what has left the store, while a tab has it chosen
        self._max_bytes = max_bytes
        self._lock = threading.Lock()

    # Pictures

    def set_source(self, owner: str, role: Role, source: Source) -> None:
        """Remembers the picture that is chosen for a role."""
        with self._lock:
            if source.erased or self._chosen.get((owner, role)) is source:
                return
            _put(self._chosen, (owner, role), source)
            if not source.sample:
                _put(self._own, (owner, source.token), source)
                self._alive.setdefault(owner, WeakSet()).add(source)
            while len(self._own) > 1 and sum(map(_size, self._own.values())) > self._max_bytes:
                self._drop(*next(iter(self._own)))

    def get_source(self, owner: str, role: Role) -> Source | None:
        """The picture that the owner chose last for a role, if it is still here."""
        return self._chosen.get((owner, role))

    def find_source(self, owner: str, token: str) -> Source | None:
        """A picture of the owner's own by its token, if it is still here."""
        return self._own.get((owner, token))

    def own_sources(self, owner: str) -> list[Source]:
        """All pictures of the owner's own that are still here, the newest first."""
        with self._lock:
            return [source for (whose, _), source in reversed(self._own.items()) if whose == owner]

    def remove_source(self, owner: str, source: Source) -> list[str]:
        """Erases a picture of the owner's own, in the store and in every tab that has it chosen.

        Returns:
            The tokens it had: a file that was uploaded in two tabs has two.
        """
        with self._lock:
            if source.sample or source.erased:
                return []
            data = source.data
            same = [source, *(other for other in self._alive.get(owner, ()) if other.data == data)]
            tokens = list({other.token for other in same})
            for other in same:
                other.erase()
            for token in tokens:
                self._drop(owner, token)
            if not self._alive.get(owner):
                self._alive.pop(owner, None)
            return tokens

    # Which pictures belong to a job

    def note_uses(self, owner: str, jobs: Iterable[Job]) -> None:
        """Notes which of the owner's pictures each job was made from, or has made, for when the job is forgotten."""
        jobs = list(jobs)
        with self._lock:
            own = [source for (whose, _), source in self._own.items() if whose == owner]
            for job in jobs:
                frames = (picture for frame in job.snapshot.frames for picture in frame.pictures)
                files = [*job.request.inputs.files(), *job.snapshot.results, *frames]
                used = {source.token for source in own if any(_same(source.data, data) for data in files)}
                if used:
                    self._used[owner, job.id] = self._used.get((owner, job.id), frozenset()) | used

    def job_forgotten(self, owner: str, job_id: str) -> list[str]:
        """Drops what only this job of the owner needed: pictures that no other job used and that are not chosen.

        Returns:
            The tokens of the pictures that are gone.
        """
        with self._lock:
            self._values.pop((owner, postprocess_key(job_id).name), None)
            used = self._used.pop((owner, job_id), frozenset())
            needed = {token for (whose, _), tokens in self._used.items() if whose == owner for token in tokens}
            needed |= {source.token for (whose, _), source in self._chosen.items() if whose == owner}
            gone = sorted(used - needed)
            for token in gone:
                self._drop(owner, token)
            return gone

    def held_bytes(self) -> int:
        """Bytes of all pictures in the store, without the files that a job has too: the engine counts those."""
        with self._lock:
            used = {(whose, token) for (whose, _), tokens in self._used.items() for token in tokens}
            return sum(
                len(source.preview) + (0 if place in used else len(source.data)) for place, source in self._own.items()
            )

    # Small values

    def set(self, owner: str, key: StoreKey[Value], value: Value) -> None:
        """Remembers a value."""
        with self._lock:
            _put(self._values, (owner, key.name), value)

    def get(self, owner: str, key: StoreKey[Value]) -> Value | None:
        """The value that was set last, if it is still here."""
        value: Value | None = self._values.get((owner, key.name))
        return value

    def _drop(self, owner: str, token: str) -> None:
        """Drops a picture; a tab that has it chosen keeps it until it chooses another."""
        gone = self._own.pop((owner, token), None)
        for place in [place for place, source in self._chosen.items() if source is gone]:
            del self._chosen[place]


def _put(values: OrderedDict[Key, Value], key: Key, value: Value) -> None:
    """Puts a value in as the newest; the oldest go."""
    values[key] = value
    values.move_to_end(key)
    while len(values) > MAX_VALUES:
        values.popitem(last=False)


def _same(one: bytes, other: bytes) -> bool:
    return one is other or one == other


def _size(source: Source) -> int:
    return len(source.data) + len(source.preview)
