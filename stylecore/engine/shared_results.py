"""Finished results of pictures that are nobody's own: kept once for everybody, so that a link shows them at once."""

from __future__ import annotations

import dataclasses
import itertools
import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping

from stylecore.engine.jobs import Job, Request
from stylecore.engine.retention import result_bytes
from stylecore.imaging.inputs import InputImage, Inputs


class SharedResults:
    """Results by what they were made of, within a budget of bytes; those that nobody asked for longest go first.

    A run counts if every file that it used is a public one, byte by byte, and if it is what its settings say: finished,
    never steered, from no picture of before. A copy is kept, without its owner, the names that its owner gave to the
    files, and the pictures of its steps.
    """

    def __init__(self, public: Mapping[bytes, str], max_bytes: int, supplied: Iterable[Job] = ()) -> None:
        """Starts with what is supplied, which stays for ever and is not counted.

        Args:
            public: the names of the files that are nobody's own, by their bytes.
            max_bytes: of all other results together.
            supplied: jobs that have ended, of public files.
        """
        self._public, self._max_bytes = public, max_bytes
        self._supplied: dict[Hashable, list[Job]] = {}
        self._kept: OrderedDict[tuple[Hashable, tuple[float, ...]], Job] = OrderedDict()
        self._bytes = 0
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        for job in supplied:
            self._supplied.setdefault(job.request.but_lambda, []).append(job)

    def offer(self, job: Job) -> None:
        """Keeps a copy of a job that has just ended, if it counts."""
        snapshot, request = job.snapshot, job.request
        steered = snapshot.changes or snapshot.weight_changes
        plain = not (steered or request.levels or request.inputs.init) and snapshot.done == request.config.steps
        if snapshot.status != "finished" or not plain or not self._is_public(request.inputs):
            return
        place = (request.but_lambda, request.config.lambdas)
        with self._lock:
            if place in self._kept:
                return
            copy = Job(
                id=f"shared-{next(self._numbers)}",
                owner="",
                number=0,
                request=dataclasses.replace(request, inputs=self._renamed(request.inputs)),
                cost=None,
                snapshot=dataclasses.replace(snapshot, frames=(), notices=(), resumable=False),
                seen=job.seen,
                size=job.size,
            )
            self._kept[place] = copy
            self._bytes += result_bytes(copy)
            while self._bytes > self._max_bytes:
                _, gone = self._kept.popitem(last=False)
                self._bytes -= result_bytes(gone)

    def matching(self, request: Request) -> list[Job]:
        """Results of the same files with the same settings, whatever their λ and the page that they were made on."""
        key = request.but_lambda
        with self._lock:
            places = [place for place in self._kept if place[0] == key]
            for place in places:
                self._kept.move_to_end(place)
            return [*self._supplied.get(key, ()), *(self._kept[place] for place in places)]

    def find(self, name: str) -> Job | None:
        """The result of that id, if it is still here."""
        with self._lock:
            kept = itertools.chain(*self._supplied.values(), self._kept.values())
            return next((job for job in kept if job.id == name), None)

    def held_bytes(self) -> int:
        """Bytes of all results that were not supplied."""
        return self._bytes

    def _is_public(self, inputs: Inputs) -> bool:
        return all(data in self._public for data in inputs.files())

    def _renamed(self, inputs: Inputs) -> Inputs:
        def renamed(image: InputImage) -> InputImage:
            return dataclasses.replace(image, name=self._public[image.data])

        return Inputs(contents=tuple(map(renamed, inputs.contents)), styles=tuple(map(renamed, inputs.styles)))
