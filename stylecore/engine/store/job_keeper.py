"""Keeps all jobs of an engine on disk: new ones and those at rest at once, those at work every few seconds."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from stylecore.engine.jobs import ENDED, Job, Snapshot, Status
from stylecore.engine.logs import log_event
from stylecore.engine.runner import Pictures
from stylecore.engine.store.database import SMALL, StoreError
from stylecore.engine.store.job_records import job_to_plain
from stylecore.engine.store.store import Store

CHECKPOINT_SECONDS = 4.0  # at least, between two pictures that are kept of a run at work
MOST_SHARE = 20  # times as long as that took: no more than 5 % of the time

KIND = "job"
AT_REST: frozenset[Status] = ENDED | {"paused"}


class Jobs(Protocol):
    """What has the jobs: the engine."""

    def all_jobs(self) -> Sequence[Job]:
        """All jobs that have not been removed, of whomever."""

    def job(self, owner: str, name: str) -> Job | None:
        """The job of that id, if it is the owner's and has not been removed."""

    def newest_pictures(self, job: Job, snapshot: Snapshot) -> Pictures | None:
        """The pictures of a snapshot's newest step; None if they can't be had any more."""


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written of a job.

    Attributes:
        owner: whose it is.
        state: what of it is written as soon as it changes.
        done: updates that it had made.
        next: time from which on it may be written again, if only more of these have been made.
    """

    owner: str
    state: object
    done: int
    next: float


class JobKeeper:
    """Compares the engine's jobs with what was written of them.

    `keep` is called by one thread, and `keep_at_rest` by another one meanwhile: a result is on disk before it is seen.
    """

    def __init__(self, jobs: Jobs, restored: Iterable[Job] = (), clock: Callable[[], float] = time.monotonic) -> None:
        """Begins with what is in the store.

        Args:
            jobs: the engine.
            restored: jobs that came from the store, as they were when they did.
            clock: seconds, never going back.
        """
        self._jobs, self._clock = jobs, clock
        self._written = {job.id: _Written(job.owner, None, job.snapshot.done, clock()) for job in restored}
        self._too_large: set[str] = set()  # ids of jobs for which the store has no room
        self._resting: dict[str, int] = {}  # by id, the decision by which a job rests now, or is about to

    def keep(self, store: Store) -> None:
        """Writes what is new, and removes what is gone.

        Raises:
            StoreError: if something can't be written; the next call tries again.
        """
        with store.alone():  # or what is written at rest just now would be taken for what is gone
            jobs = {job.id: job for job in self._jobs.all_jobs()}
            for name in self._written.keys() - jobs.keys():
                store.delete(KIND, self._written[name].owner, name)
                log_event("store_deleted", job=name)
                del self._written[name]
                self._resting.pop(name, None)
        for job in sorted(jobs.values(), key=lambda job: job.active):  # what a visitor has seen finished comes first
            self._keep_job(store, job)
        self._too_large &= jobs.keys()
        if self._too_large:
            raise StoreError(SMALL, store.folder)

    def keep_at_rest(self, store: Store, job: Job, snapshot: Snapshot, decision: int) -> None:
        """Writes a job as it is about to rest; until that is published, `keep` writes nothing older of it.

        Args:
            store: of the jobs.
            job: which one; one that was removed meanwhile, or of which something else was decided, is not written.
            snapshot: with which it will rest.
            decision: by which.

        Raises:
            StoreError: if it can't be written; `keep` tries again.
        """
        with store.alone():
            if job.decision == decision and self._jobs.job(job.owner, job.id) is job:
                self._resting[job.id] = decision
                self._put(store, job, snapshot, None, self._clock())

    def _keep_job(self, store: Store, job: Job) -> None:
        snapshot, written, began = job.snapshot, self._written.get(job.id), self._clock()
        at_work = snapshot.status not in AT_REST
        early = written is not None and (snapshot.done == written.done or (at_work and began < written.next))
        if written is not None and written.state == _state(job, snapshot) and early:
            return
        pictures = None
        if at_work and snapshot.done > 0 and snapshot.done != snapshot.pictured:
            pictures = self._jobs.newest_pictures(job, snapshot)
            if pictures is None and written is not None:
                return  # the step is no longer held: the next look finds a newer one
        with store.alone():
            about_to_rest = self._resting.get(job.id) == job.decision
            if not (at_work and (about_to_rest or job.snapshot.status in AT_REST)):
                self._put(store, job, snapshot, pictures, began)

    def _put(self, store: Store, job: Job, snapshot: Snapshot, pictures: Pictures | None, began: float) -> None:
        plain, files = job_to_plain(job, snapshot, pictures)
        if store.put(KIND, job.owner, job.id, plain, files, spare=snapshot.status in ENDED):
            self._too_large.discard(job.id)
        else:
            self._too_large.add(job.id)
        after = self._clock()
        pause = max(CHECKPOINT_SECONDS, MOST_SHARE * (after - began))
        self._written[job.id] = _Written(job.owner, _state(job, snapshot), snapshot.done, after + pause)


def _state(job: Job, snapshot: Snapshot) -> object:
    """What of a job is worth writing at once; to its owner a job that waits between two turns runs, too."""
    return (
        snapshot.status if snapshot.status in AT_REST else "active",
        snapshot.steps,
        snapshot.results,
        snapshot.changes,
        snapshot.weight_changes,
        snapshot.notices,
        snapshot.error,
        job.steering,
    )
