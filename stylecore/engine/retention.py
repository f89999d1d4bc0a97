"""What a server keeps of its jobs, and what has to go when there is too much: decisions only."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import TypeVar

from stylecore.engine.jobs import Job
from stylecore.engine.limits import Limits

Item = TypeVar("Item")


def states_to_release(jobs: Iterable[Job], limits: Limits) -> list[Job]:
    """Jobs at rest whose optimizer state has to go.

    First of all come the states of runs between two of their turns, which stay. Paused jobs keep theirs as far as there
    is room then, the most recently seen ones first. After them come ended jobs, of which each owner keeps the newest in
    each workspace.

    Args:
        jobs: oldest first.
        limits: `state_mb` is the room.
    """
    jobs = list(jobs)
    resting = [job for job in jobs if job.holds_state and not job.active]
    newest = {(job.owner, job.request.workspace): job for job in resting if job.ended}
    held = sum(job.cost.state for job in jobs if job.active and job.holds_state and not job.computing and job.cost)
    gone = []
    for job in sorted(resting, key=lambda job: (not job.ended, job.seen), reverse=True):
        state = job.cost.state if job.cost else 0
        wanted = not job.ended or job is newest[job.owner, job.request.workspace]
        if wanted and held + state <= limits.state_mb * 10**6:
            held += state
        else:
            gone.append(job)
    return gone


def jobs_to_forget(jobs: Iterable[Job], limits: Limits) -> list[Job]:
    """Ended jobs that have to be forgotten, for three reasons: too many of one owner, too much of results, of uploads.

    Of one owner's, those go first that have been removed already, then the oldest. What waits, runs or is paused stays,
    and takes no room from what is kept: `admission` bounds it.

    Args:
        jobs: oldest first.
        limits: `kept_jobs` for each owner; `kept_mb` of results and `uploads_mb` of uploads for all together.
    """
    jobs = list(jobs)
    by_owner: dict[str, list[Job]] = {}
    for job in sorted(jobs, key=lambda job: job.removed is None):
        if job.ended:
            by_owner.setdefault(job.owner, []).append(job)
    gone = {id(job): job for ended in by_owner.values() for job in ended[: -limits.kept_jobs]}
    results = {
        owner: deque((job, result_bytes(job)) for job in ended if id(job) not in gone)
        for owner, ended in by_owner.items()
    }
    gone |= {id(job): job for job in surplus(results, limits.kept_mb * 10**6)}
    uploads = _kept_uploads(job for job in jobs if id(job) not in gone)
    for users in surplus(uploads, limits.uploads_mb * 10**6):
        gone |= {id(job): job for job in users}
    return list(gone.values())


def surplus(kept: Mapping[str, deque[tuple[Item, int]]], budget: int) -> list[Item]:
    """What has to go until all fits: of whoever holds most, and nothing of who holds no more than a fair share.

    Args:
        kept: of each owner, things with their bytes, in the order in which they shall go.
        budget: bytes of all together.
    """
    held = {owner: sum(size for _, size in things) for owner, things in kept.items()}
    total, gone = sum(held.values()), []
    while total > budget:
        most = max(held, key=held.__getitem__)
        thing, size = kept[most].popleft()
        held[most] -= size
        total -= size
        gone.append(thing)
    return gone


def result_bytes(job: Job) -> int:
    """Bytes of all pictures that a job has made; counted once for each snapshot, since there may be many jobs."""
    if job.weighed is None or job.weighed[0] is not job.snapshot:
        snapshot = job.snapshot
        frames = sum(len(picture) for frame in snapshot.frames for picture in frame.pictures)
        job.weighed = (snapshot, frames + sum(map(len, (*snapshot.previews, *snapshot.results))))
    return job.weighed[1]


def upload_bytes(jobs: Iterable[Job]) -> dict[str, int]:
    """Bytes of the files that jobs were made from, by owner, each counted once and samples not at all."""
    held: dict[str, int] = {}
    for users, size in _uploads(jobs):
        held[users[0].owner] = held.get(users[0].owner, 0) + size
    return held


def _kept_uploads(jobs: Iterable[Job]) -> dict[str, deque[tuple[list[Job], int]]]:
    """Of each owner, the files that only ended jobs were made from, each with these jobs: it goes with them."""
    kept: dict[str, deque[tuple[list[Job], int]]] = {}
    for users, size in _uploads(jobs):
        if all(job.ended for job in users):
            kept.setdefault(users[0].owner, deque()).append((users, size))
    return kept


def _uploads(jobs: Iterable[Job]) -> list[tuple[list[Job], int]]:
    """The files that jobs were made from, each as these jobs and its bytes; the most recently used one comes last.

    A file that several owners have in common is a sample, and not among them.
    """
    users: dict[int, list[Job]] = {}
    sizes: dict[int, int] = {}
    for job in jobs:
        for data in {id(data): data for data in job.request.inputs.files()}.values():
            users[id(data)] = [*users.pop(id(data), []), job]
            sizes[id(data)] = len(data)
    return [(using, sizes[name]) for name, using in users.items() if len({job.owner for job in using}) == 1]
