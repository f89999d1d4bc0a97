"""What the server keeps of each visitor over a reload: their own pictures, what is chosen, shown, postprocessed."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from weakref import WeakSet

from stylecore.config import Postprocess
from stylecore.engine.jobs import Job
from stylecore.engine.retention import surplus
from stylecore.language import Sentence
from stylecore.ui.state.sources import OWN, Role, Source

MAX_VALUES = 10_000  # of all visitors together
LOST_MASKS = Sentence("What you had painted on a photograph")

Masks = Mapping[str, bytes]  # PNG bytes by what is painted there: the role of a style, or what is left alone

Value = TypeVar("Value")


@dataclass(frozen=True)
class StoreKey(Generic[Value]):
    """The name of a small value in the store, and its type."""

    name: str


SHOWN = StoreKey[str]("shown")  # id of the job that the Studio shows


def postprocess_key(job_id: str) -> StoreKey[Postprocess]:
    """The key of what is done to a job's finished picture."""
    return StoreKey(f"postprocess of {job_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What the store has of one visitor.

    Attributes:
        sources: pictures of their own, by token.
        chosen: pictures, samples included, by role.
        masks: by the photograph's `Source.word`.
        values: small values, by the name of their key.
    """

    sources: Mapping[str, Source]
    chosen: Mapping[Role, Source]
    masks: Mapping[str, Masks]
    values: Mapping[str, Any]


class VisitorStore:
    """The newest pictures and values of all visitors. Of pictures there is a budget of bytes, shared by visitor.

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
        self._masks: OrderedDict[tuple[str, str], Masks] = OrderedDict()  # by owner and the photograph's `Source.word`
        self._values: OrderedDict[tuple[str, str], Any] = OrderedDict()
        self._used: dict[tuple[str, str], frozenset[str]] = {}  # tokens by owner and id of a job
        self._noted: dict[tuple[str, str], tuple[object, frozenset[str]]] = {}  # what `note_uses` has looked at
        self._alive: dict[str, WeakSet[Source]] = {}  # also what a tab has chosen and the store has not
        self._losses: dict[str, list[str]] = {}
        self._changed: set[str] = set()  # owners of whom something is not on disk as it is here
        self._max_bytes = max_bytes
        self._lock = threading.Lock()

    # Pictures

    def set_source(self, owner: str, role: Role, source: Source) -> list[tuple[str, str]]:
        """Remembers the picture that is chosen for a role.

        Where there is no room for all, pictures of whoever has most are erased, also in their tabs; `take_losses` tells
        them of it. Of one visitor those go first that are not chosen, then the oldest.

        Returns:
            Owner and token of what had to go.
        """
        with self._lock:
            if source.erased or self._chosen.get((owner, role)) is source:
                return []
            self._put(self._chosen, (owner, role), source)
            return [] if source.sample else self._add_own(owner, source)

    def add_source(self, owner: str, source: Source) -> list[tuple[str, str]]:
        """Remembers a picture of the owner's own that is chosen for no role; see `set_source`."""
        with self._lock:
            return self._add_own(owner, source)

    def take_losses(self, owner: str) -> list[str]:
        """The names of an owner's pictures that had to go for lack of room, since this was asked last."""
        with self._lock:
            return self._losses.pop(owner, [])

    def forget_choice(self, owner: str, role: Role) -> None:
        """Forgets which picture was chosen for a role; the picture stays."""
        with self._lock:
            if self._chosen.pop((owner, role), None) is not None:
                self._changed.add(owner)

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
            return self._erase(owner, source)

    def forget(self, owner: str) -> list[str]:
        """Erases everything of an owner's, in the store and in every tab. Returns the tokens of the pictures."""
        with self._lock:
            tokens = [source.token for source in self._alive.get(owner, ())]
            for source in list(self._alive.pop(owner, ())):
                source.erase()
            kept: tuple[dict[Any, Any], ...] = self._own, self._chosen, self._masks, self._values
            for held in (*kept, self._used, self._noted):
                for key in [key for key in held if key[0] == owner]:
                    del held[key]
            self._losses.pop(owner, None)
            self._changed.add(owner)
            return tokens

    # Masks

    def set_masks(self, owner: str, photograph: str, masks: Masks) -> None:
        """Remembers what is painted on a photograph; where there is no room, what was painted on others goes.

        Args:
            owner: the visitor.
            photograph: `Source.word` of the picture: an own one takes its masks along when it goes.
            masks: all that is painted on it; none if nothing is.
        """
        with self._lock:
            self._changed.add(owner)
            self._masks.pop((owner, photograph), None)
            if masks:
                self._put(self._masks, (owner, photograph), masks)
                self._make_room((owner, photograph))

    def get_masks(self, owner: str, photograph: str) -> Masks:
        """What is painted on a photograph of this `Source.word`."""
        return self._masks.get((owner, photograph), {})

    def rename_masks(self, owner: str, names: Mapping[str, str]) -> None:
        """Renames what is painted on all photographs of an owner; what has no new name is dropped."""
        with self._lock:
            self._changed.add(owner)
            for place in [place for place in self._masks if place[0] == owner]:
                masks = {names[name]: mask for name, mask in self._masks[place].items() if name in names}
                if masks:
                    self._masks[place] = masks
                else:
                    del self._masks[place]

    # Which pictures belong to a job

    def note_uses(self, owner: str, jobs: Iterable[Job]) -> None:
        """Notes which of the owner's pictures each job was made from, or has made, for when the job is forgotten."""
        jobs = list(jobs)
        with self._lock:
            own: dict[bytes, frozenset[str]] = {}
            for (whose, token), source in self._own.items():
                if whose == owner:
                    own[source.data] = own.get(source.data, frozenset()) | {token}
            tokens = frozenset[str]().union(*own.values())
            for job in jobs:
                snapshot = job.snapshot
                state = (snapshot.status, snapshot.done, len(snapshot.frames))
                looked_at, of = self._noted.get((owner, job.id), (None, frozenset()))
                if looked_at == state and tokens <= of:
                    continue
                self._noted[owner, job.id] = (state, tokens)
                frames = (picture for frame in snapshot.frames for picture in frame.pictures)
                files = (*job.request.inputs.files(), *snapshot.results, *frames)
                used = frozenset[str]().union(*(own[data] for data in files if data in own))
                if used:
                    self._used[owner, job.id] = self._used.get((owner, job.id), frozenset()) | used

    def job_forgotten(self, owner: str, job_id: str) -> list[str]:
        """Drops what only this job of the owner needed: pictures that no other job used and that are not chosen.

        Returns:
            The tokens of the pictures that are gone.
        """
        with self._lock:
            self._changed.add(owner)
            self._values.pop((owner, postprocess_key(job_id).name), None)
            self._noted.pop((owner, job_id), None)
            used = self._used.pop((owner, job_id), frozenset())
            needed = {token for (whose, _), tokens in self._used.items() if whose == owner for token in tokens}
            needed |= {source.token for (whose, _), source in self._chosen.items() if whose == owner}
            gone = sorted(used - needed)
            for token in gone:
                self._drop(owner, token)
            return gone

    def held_bytes(self) -> int:
        """Bytes of all pictures in the store, without the files that a job has too: the engine tells of those."""
        with self._lock:
            used = {(whose, token) for (whose, _), tokens in self._used.items() for token in tokens}
            return sum(map(_size, self._masks.values())) + sum(
                len(source.preview) + (0 if place in used else len(source.data)) for place, source in self._own.items()
            )

    # Small values

    def set(self, owner: str, key: StoreKey[Value], value: Value) -> None:
        """Remembers a value."""
        with self._lock:
            if self._values.get((owner, key.name)) == value:
                self._values.move_to_end((owner, key.name))
            else:
                self._put(self._values, (owner, key.name), value)

    def get(self, owner: str, key: StoreKey[Value]) -> Value | None:
        """The value that was set last, if it is still here."""
        value: Value | None = self._values.get((owner, key.name))
        return value

    # What is kept on disk

    def take_changed(self) -> Set[str]:
        """Owners of whom something has changed since this was asked last."""
        with self._lock:
            changed, self._changed = self._changed, set()
            return changed

    def owners(self) -> Set[str]:
        """All visitors of whom there is anything."""
        with self._lock:
            kept: tuple[dict[Any, Any], ...] = self._own, self._chosen, self._masks, self._values
            return {owner for held in kept for owner, _ in held}

    def note_changed(self, owners: Iterable[str]) -> None:
        """Has `take_changed` name these owners once more."""
        with self._lock:
            self._changed.update(owners)

    def things_of(self, owner: str) -> Things:
        """Everything of an owner's that a reload finds again."""
        with self._lock:
            return Things(
                sources={token: source for (whose, token), source in self._own.items() if whose == owner},
                chosen={role: source for (whose, role), source in self._chosen.items() if whose == owner},
                masks={photograph: masks for (whose, photograph), masks in self._masks.items() if whose == owner},
                values={name: value for (whose, name), value in self._values.items() if whose == owner},
            )

    def _add_own(self, owner: str, source: Source) -> list[tuple[str, str]]:
        self._put(self._own, (owner, source.token), source)
        self._alive.setdefault(owner, WeakSet()).add(source)
        return self._make_room((owner, source.token))

    def _put(self, values: OrderedDict[tuple[str, Any], Value], key: tuple[str, Any], value: Value) -> None:
        """Puts a value of an owner's in as the newest; the oldest go."""
        values[key] = value
        values.move_to_end(key)
        self._changed.add(key[0])
        while len(values) > MAX_VALUES:
            (owner, _), _ = values.popitem(last=False)
            self._changed.add(owner)

    def _make_room(self, newest: tuple[str, str]) -> list[tuple[str, str]]:
        """Erases masks and pictures until the others fit; the newest may always stay.

        Args:
            newest: owner and token of a picture, or owner and photograph of masks.

        Returns:
            Owner and token of each picture that is gone.
        """
        spared = {newest, *((owner, source.token) for (owner, _), source in self._chosen.items())}
        things: list[tuple[tuple[str, str], Source | Masks]] = [*self._masks.items(), *self._own.items()]
        kept: dict[str, deque[tuple[tuple[tuple[str, str], Source | Masks], int]]] = {}
        for place, thing in sorted(things, key=lambda item: item[0] in spared):
            kept.setdefault(place[0], deque()).append(((place, thing), _size(thing)))
        room = max(self._max_bytes, next(_size(thing) for place, thing in things if place == newest))
        gone = []
        for (owner, name), thing in surplus(kept, room):
            if not isinstance(thing, Source):
                self._losses.setdefault(owner, []).append(LOST_MASKS)
                self._masks.pop((owner, name), None)
                self._changed.add(owner)
            elif not thing.erased:  # of a file with two tokens both are gone at once
                self._losses.setdefault(owner, []).append(thing.name)
                gone += [(owner, token) for token in self._erase(owner, thing)]
        while len(self._losses) > MAX_VALUES:
            del self._losses[next(iter(self._losses))]
        return gone

    def _erase(self, owner: str, source: Source) -> list[str]:
        """Erases a picture under all tokens that it has, in every tab. Returns the tokens."""
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

    def _drop(self, owner: str, token: str) -> None:
        """Drops a picture, in whatever roles; a tab that has it chosen keeps it until it chooses another."""
        self._changed.add(owner)
        self._own.pop((owner, token), None)
        self._masks.pop((owner, f"{OWN}-{token}"), None)
        roles = [(whose, role) for (whose, role), source in self._chosen.items() if source.token == token]
        for place in roles:
            if place[0] == owner:
                del self._chosen[place]


def _size(thing: Source | Masks) -> int:
    if isinstance(thing, Source):
        return len(thing.data) + len(thing.preview)
    return sum(map(len, thing.values()))
