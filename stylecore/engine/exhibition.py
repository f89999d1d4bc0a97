"""What visitors have put into the gallery on purpose: a small picture and its settings, never the files behind it."""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from stylecore.config import TransferConfig, with_lambda
from stylecore.engine.jobs import Job
from stylecore.errors import UserError

MOST_OF_ONE = 3  # pictures of one visitor
SIDE = 480  # pixels of the longer side, that whoever adds a picture makes it


class ExhibitionFull(UserError):
    """No more pictures are taken; the message says why in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibit:
    """A picture that everybody may see.

    Attributes:
        picture: JPEG bytes.
        config: the settings, with the one λ.
        samples: names of those of its pictures that are samples, by "content" and "style"; nothing of the others.
        owner: who has added it.
        job_id: of the result that it shows.
        id: random, so that it says nothing of the owner.
    """

    picture: bytes
    config: TransferConfig
    samples: Mapping[str, str]
    owner: str
    job_id: str
    id: str = field(default_factory=partial(secrets.token_hex, 8))


class Exhibition:
    """The exhibits of a server, in memory, no more than its operator allows."""

    def __init__(self, most: int, operator_key: str = "") -> None:
        """Begins empty.

        Args:
            most: exhibits of all visitors; 0 takes none.
            operator_key: with which the operator removes any; empty if nobody can but whoever has added it.
        """
        self.most = most
        self._operator_key = operator_key
        self._lock = threading.Lock()
        self._exhibits: dict[str, Exhibit] = {}

    @property
    def has_operator(self) -> bool:
        """Whether there is a key for the operator."""
        return bool(self._operator_key)

    def is_operator(self, key: str) -> bool:
        """Whether this is the operator's key."""
        return self.has_operator and hmac.compare_digest(key.encode(), self._operator_key.encode())

    def add(self, job: Job, picture: bytes, public: Mapping[bytes, str]) -> Exhibit:
        """Shows a finished result to everybody; another picture of the same result takes the place of the first.

        Args:
            job: of one λ.
            picture: JPEG bytes, as it shall be seen.
            public: names of the files that are nobody's own, by their bytes.

        Raises:
            ExhibitionFull: if the server or the visitor has as many as may be.
        """
        inputs = job.request.inputs
        files = {"content": inputs.content.data} | ({"style": inputs.style.data} if len(inputs.styles) == 1 else {})
        samples = {role: public[data] for role, data in files.items() if data in public}
        config = with_lambda(job.request.config, job.lam)
        exhibit = Exhibit(
            picture=picture, config=config, samples=MappingProxyType(samples), owner=job.owner, job_id=job.id
        )
        with self._lock:
            before = self._find(job.owner, job.id)
            others = [other for other in self._exhibits.values() if other is not before]
            if len(others) >= self.most:
                raise ExhibitionFull("The gallery is full: it takes {most} of visitors' pictures.", most=self.most)
            if sum(other.owner == job.owner for other in others) >= MOST_OF_ONE:
                raise ExhibitionFull("You have {count} pictures in the gallery: remove one first.", count=MOST_OF_ONE)
            if before is not None:
                del self._exhibits[before.id]
            self._exhibits[exhibit.id] = exhibit
        return exhibit

    def all(self) -> list[Exhibit]:
        """All exhibits, the newest first."""
        with self._lock:
            return list(reversed(self._exhibits.values()))

    def get(self, name: str) -> Exhibit | None:
        """The exhibit of that id, if it is still there."""
        return self._exhibits.get(name)

    def of_result(self, owner: str, job_id: str) -> Exhibit | None:
        """A visitor's exhibit of one of their results."""
        with self._lock:
            return self._find(owner, job_id)

    def remove(self, name: str, owner: str, key: str = "") -> bool:
        """Takes an exhibit away, if it is the visitor's own or the key is the operator's. Returns whether it did."""
        with self._lock:
            exhibit = self._exhibits.get(name)
            if exhibit is None or not (exhibit.owner == owner or self.is_operator(key)):
                return False
            del self._exhibits[name]
            return True

    def forget(self, owner: str) -> None:
        """Takes away all exhibits of a visitor."""
        with self._lock:
            self._exhibits = {name: found for name, found in self._exhibits.items() if found.owner != owner}

    def held_bytes(self) -> int:
        """Bytes of all pictures."""
        with self._lock:
            return sum(len(exhibit.picture) for exhibit in self._exhibits.values())

    def _find(self, owner: str, job_id: str) -> Exhibit | None:
        return next((e for e in self._exhibits.values() if (e.owner, e.job_id) == (owner, job_id)), None)
