"""How a job comes to rest: the decision at once, its finished pictures as soon as they are encoded."""

from __future__ import annotations

import logging

from stylecore.engine.jobs import Halt, Job, Status
from stylecore.engine.messages import NOT_ENCODED
from stylecore.engine.runner import Pictures
from stylecore.engine.scheduler import Scheduler, at_rest
from stylecore.engine.slots import Slots

_log = logging.getLogger(__name__)


class Endings:
    """Publishes pauses and ends. Pictures are encoded without any lock, in the thread that calls."""

    def __init__(self, scheduler: Scheduler, slots: Slots) -> None:
        """Takes the scheduler, whose decisions are carried out, and the runners, which have the pictures."""
        self._scheduler, self._slots = scheduler, slots

    def halt(self, job: Job, status: Halt) -> None:
        """Pauses or stops a job at its newest step, without waiting for the step that is being computed."""
        if decision := self._scheduler.begin_halt(job, status):
            self.end_halt(job, status, decision)

    def end_halt(self, job: Job, status: Halt, decision: int) -> None:
        """Publishes a halt that `Scheduler.begin_halt` has begun."""
        with self._scheduler.changed:
            fresh = job.snapshot.done > 0 and job.snapshot.status != "paused"  # a paused job has its pictures
        self.publish(job, status, decision, encode=fresh, resumable=job.holds_state)

    def publish(
        self,
        job: Job,
        status: Status,
        decision: int,
        *,
        encode: bool = True,
        resumable: bool = False,
        error: str = "",
        too_large: bool = False,
    ) -> None:
        """Encodes the pictures of a job's newest step, has them kept, and then publishes how it has come to rest.

        Args:
            job: which one.
            status: what it is now; "failed" if there is an error.
            decision: that is carried out; nothing is published if there is a newer one.
            encode: whether the pictures of its newest step are not published yet.
            resumable: whether it can go on from its optimizer's state.
            error: why it failed, in one sentence.
            too_large: whether it failed for lack of memory.
        """
        pictures: Pictures | None = None
        snapshot = job.snapshot
        if encode and snapshot.loss_history and snapshot.pictured != snapshot.done:
            try:
                pictures = self._slots.pictures(job, snapshot)
            except Exception:
                _log.exception("the pictures of job %s could not be encoded", job.id)
                error = error or NOT_ENCODED
        rest = at_rest(job.snapshot, status, pictures, resumable=resumable, error=error, too_large=too_large)
        self._scheduler.registry.before_rest(job, rest, decision)
        self._scheduler.finish(job, status, decision, pictures, resumable=resumable, error=error, too_large=too_large)
