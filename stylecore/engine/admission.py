"""Refuses jobs for which there is no place: of too many visitors at once, in all or behind one address, or of one."""

from __future__ import annotations

from collections.abc import Sequence

from stylecore.engine.jobs import Job, Request
from stylecore.engine.presence import Presence
from stylecore.engine.quotas import QueueFull
from stylecore.engine.retention import upload_bytes
from stylecore.engine.scheduler import Scheduler
from stylecore.language import counted


class Admission:
    """Decides who may join the queue. Visitors take turns, so these are counted, and not their jobs."""

    def __init__(self, scheduler: Scheduler, presence: Presence) -> None:
        """Takes the queue, and what is known of who is here."""
        self._scheduler, self._presence = scheduler, presence
        self._registry = scheduler.registry

    def check(self, owner: str, count: int, besides: Sequence[Job], *, new: bool = True) -> None:
        """Refuses jobs for which there is no place; called under the scheduler's lock.

        Visitors who have left make room first, as far as their jobs have not begun.

        Args:
            owner: whose they are.
            count: how many.
            besides: jobs that are about to go.
            new: whether they are on top of the owner's present ones.

        Raises:
            QueueFull: in one sentence.
        """
        limits, place = self._registry.limits, self._presence.place(owner)
        neighbours = {other for other in self._others(owner) if place and self._presence.place(other) == place}
        self._make_room(neighbours, limits.max_per_address - 1)
        if len(neighbours) >= limits.max_per_address:
            raise QueueFull(
                counted(
                    "{count} visitor is waiting behind your address already, and no more may: try again in a few "
                    "minutes.",
                    "{count} visitors are waiting behind your address already, and no more may: try again in a few "
                    "minutes.",
                    len(neighbours),
                )
            )
        others = self._others(owner)
        self._make_room(others, limits.max_waiting)
        if len(others) > limits.max_waiting:
            raise QueueFull(
                counted(
                    "{count} visitor is waiting already: try again in a few minutes.",
                    "{count} visitors are waiting already: try again in a few minutes.",
                    len(others) - 1,
                )
            )
        jobs = self._registry.jobs.values()
        active = sum(job.owner == owner and not job.ended and job not in besides for job in jobs)
        if new and active + count > limits.max_active:
            raise QueueFull(
                "This server's limit for one visitor is {most} runs at a time, and this would be {count}: ask "
                "for less, or stop some.",
                most=limits.max_active,
                count=active + count,
            )

    def check_uploads(self, owner: str, requests: Sequence[Request], besides: Sequence[Job]) -> None:
        """Refuses files for which there is no room beside those of others' runs; a fair share there always is.

        Args:
            owner: whose they are.
            requests: with the files.
            besides: jobs that are about to go.

        Raises:
            QueueFull: in one sentence.
        """
        active = [job for job in self._registry.jobs.values() if job.active and job not in besides]
        held = upload_bytes(active)
        used = {id(data) for job in active for data in job.request.inputs.files()}
        new = {id(data): len(data) for request in requests for data in request.inputs.files() if id(data) not in used}
        mine, budget = held.get(owner, 0) + sum(new.values()), self._registry.limits.uploads_mb * 10**6
        others = sum(held.values()) - held.get(owner, 0)
        if others and others + mine > budget and mine > budget / len(held.keys() | {owner}):
            raise QueueFull(
                "Your pictures have {size:.0f} MB, and others' runs leave no room for so much: save them "
                "smaller, or try again in a few minutes.",
                size=mine / 1e6,
            )

    def _others(self, owner: str) -> set[str]:
        """The other visitors with jobs that wait or run."""
        return {job.owner for job in self._registry.jobs.values() if job.active} - {owner}

    def _make_room(self, visitors: set[str], most: int) -> None:
        """Lets those go who have left and of whom nothing has begun, until no more than so many stay."""
        for visitor in list(visitors):
            if len(visitors) > most and self._scheduler.end_unattended(visitor):
                visitors.discard(visitor)
