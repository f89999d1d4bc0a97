"""All jobs of a server by id: who has which, what is published of them, and what is kept of those that have ended."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from stylecore.engine.clock import SuspendAwareClock
from stylecore.engine.derived_jobs import extract
from stylecore.engine.jobs import Job, Snapshot, Workspace
from stylecore.engine.limits import Limits
from stylecore.engine.logs import Fact, log_event, pseudonym
from stylecore.engine.messages import RELEASED
from stylecore.engine.retention import jobs_to_forget, states_to_release

UNDO_SECONDS = 120.0  # for which a removal can be undone
_ID = "job-"
MAX_LOSSES = 10_000  # visitors for whom it is noted that they have lost something


class Registry:
    """Plain data under one lock; a visitor's jobs are only ever reached by the visitor's name.

    Attributes:
        changed: the lock over all jobs, and over the queue; it is notified when something has changed.
        jobs: by id, oldest first.
        clock: in seconds; time that the process slept does not count.
        before_rest: keeps a job as it is about to rest, by the decision of that number, before anybody sees it so.
    """

    def __init__(self, limits: Limits, clock: Callable[[], float], release_run: Callable[[Job], None]) -> None:
        """Starts empty.

        Args:
            limits: of this server.
            clock: seconds, never going back.
            release_run: tells the job's runner to drop what it holds of a job; it returns at once.
        """
        self.changed = threading.Condition(threading.RLock())
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.clock = SuspendAwareClock(clock)
        self.limits = limits
        self.on_forget: list[Callable[[str, str], None]] = []
        self.on_finish: list[Callable[[Job], None]] = []
        self.before_rest: Callable[[Job, Snapshot, int], None] = lambda *_: None
        self.other_bytes: list[Callable[[], int]] = []
        self._losses: dict[str, int] = {}
        self._release_run = release_run
        self._numbers = itertools.count(1)

    # Who has which

    def of(self, owner: str) -> list[Job]:
        """The owner's jobs, oldest first, without those that have been removed."""
        with self.changed:
            return [job for job in self.jobs.values() if job.owner == owner and job.removed is None]

    def living(self, owner: str, workspace: Workspace) -> list[Job]:
        """The owner's jobs in a workspace that have not ended, oldest first."""
        return [job for job in self.of(owner) if job.request.workspace == workspace and not job.ended]

    def next_id(self) -> str:
        """An id that no job of this engine has had."""
        return f"{_ID}{next(self._numbers)}"

    def adopt(self, jobs: Sequence[Job], numbered: int) -> None:
        """Takes jobs of an earlier server, oldest first; they count as seen just now.

        Args:
            jobs: whose ids no job of this server has.
            numbered: the ids that this server gives are above that of each of them, and above this.
        """
        with self.changed:
            for job in jobs:
                job.seen = self.clock()
                self.jobs[job.id] = job
                numbered = max(numbered, id_number(job.id))
            self._numbers = itertools.count(numbered + 1)

    def next_number(self, owner: str, workspace: Workspace) -> int:
        """The number of the owner's next job in a workspace."""
        jobs = (job for job in self.jobs.values() if job.owner == owner and job.request.workspace == workspace)
        return 1 + max((job.number for job in jobs), default=0)

    # What is published

    def tell(self, job: Job, **changes: object) -> None:
        """Publishes another snapshot of a job.

        Args:
            job: which one.
            changes: fields of `Snapshot`.
        """
        with self.changed:
            job.snapshot = dataclasses.replace(job.snapshot, **changes)  # type: ignore[arg-type]  # fields by name

    def log(self, event: str, job: Job, level: int = logging.INFO, **more: Fact) -> None:
        """Writes one line of the log, without anything of the pictures or of who it is."""
        config, snapshot = job.request.config, job.snapshot
        log_event(
            event,
            level,
            job=job.id,
            owner=pseudonym(job.owner),
            status=snapshot.status,
            size=config.size,
            lambdas=len(config.lambdas),
            steps=snapshot.steps,
            done=snapshot.done,
            seconds=round(snapshot.seconds, 2),
            waiting=sum(other.snapshot.status == "queued" for other in list(self.jobs.values())),
            **more,
        )

    def promote(self, job: Job, k: int, owner: str) -> Job:
        """One picture of a batch at rest, as an ended job of an owner's in the Studio; the same one every time."""
        with self.changed:
            pictures = {id(picture) for picture in job.snapshot.results[k : k + 1]}
            for other in self.of(owner):
                alone = other.request.workspace == "studio" and len(other.snapshot.results) == 1
                if alone and pictures & set(map(id, other.snapshot.results)):
                    return other
            number = self.next_number(owner, "studio")
            promoted = dataclasses.replace(extract(job, k, number, self.next_id()), owner=owner, seen=self.clock())
            self.jobs[promoted.id] = promoted
            self.forget_old()
            return promoted

    # What is kept

    def hide(self, job: Job) -> None:
        """Removes an ended job so that it can be brought back for a while; one without a picture goes for good."""
        with self.changed:
            if job.id not in self.jobs or job.removed is not None:
                return
            self.release(job)
            for earlier in self._hidden(job.owner):
                self.forget(earlier)
            job.removed = self.clock()
            if not job.snapshot.results:
                self.forget(job)

    def hidden(self, owner: str) -> Job | None:
        """The job that the owner has removed last, while it can be brought back."""
        with self.changed:
            self.forget_old()
            return next(iter(self._hidden(owner)), None)

    def bring_back(self, job: Job) -> bool:
        """Undoes a removal. Returns whether that was still possible."""
        with self.changed:
            self.forget_old()
            job.removed = None
            return job.id in self.jobs

    def forget(self, job: Job) -> None:
        """Drops all that is held of a job that is at rest."""
        with self.changed:
            self.release(job)
            self.drop(job)

    def drop(self, job: Job) -> None:
        """Takes a job off the list, whatever the runner still holds of it, and tells those who want to know."""
        if self.jobs.pop(job.id, None) is not None:
            for callback in self.on_forget:
                callback(job.owner, job.id)

    def release(self, job: Job, *, failed: bool = False) -> None:
        """Drops the computation of a job; its pictures stay.

        Args:
            job: at rest; one whose step is still being computed keeps its state until the scheduler puts it down.
            failed: whether it can't go on anyway, so that there is nothing to wait for.
        """
        with self.changed:
            if job.computing and not failed:
                return
            self._release_run(job)
            self.lose_run(job)
            job.holds_state, job.slot = False, None
            if job.snapshot.status == "paused":
                self.tell(job, status="stopped", notices=(*job.snapshot.notices, RELEASED))
            self.tell(job, resumable=False)

    def lose_run(self, job: Job) -> None:
        """Notes that the runner can't go on with a job but has to begin it anew."""
        with self.changed:
            job.begun = job.caught_up = False
            job.pending = None

    def release_ended(self) -> None:
        """Drops what only serves to go on with jobs that have ended, of whomever."""
        with self.changed:
            for job in self.jobs.values():
                if job.ended:
                    self.release(job)

    def release_surplus(self) -> None:
        """Drops optimizer states for which there is no room."""
        with self.changed:
            for job in states_to_release(self.jobs.values(), self.limits):
                self.release(job)

    def forget_old(self) -> None:
        """Drops removed jobs whose time is up, and jobs for which there is no room; their owners are told."""
        late = self.clock() - UNDO_SECONDS
        for job in [job for job in self.jobs.values() if job.removed is not None and job.removed < late]:
            self.forget(job)
        for job in jobs_to_forget(self.jobs.values(), self.limits):
            if job.removed is None:
                self._losses[job.owner] = self._losses.pop(job.owner, 0) + 1
                while len(self._losses) > MAX_LOSSES:
                    del self._losses[next(iter(self._losses))]
            self.forget(job)

    def take_losses(self, owner: str) -> int:
        """How many of an owner's results had to go for lack of room, since this was asked last."""
        with self.changed:
            return self._losses.pop(owner, 0)

    def _hidden(self, owner: str) -> list[Job]:
        return [job for job in self.jobs.values() if job.owner == owner and job.removed is not None]


def id_number(name: str) -> int:
    """The number in an id that `Registry.next_id` has given."""
    return int(name.removeprefix(_ID))
