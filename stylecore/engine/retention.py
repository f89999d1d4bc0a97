"""What a server keeps of its jobs, and what has to go when there is too much: decisions only."""

from __future__ import annotations

from collections.abc import Iterable

from stylecore.engine.jobs import Job
from stylecore.engine.limits import Limits


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


def jobs_to_forget(jobs: Iterable[Job], limits: Limits, other_bytes: int = 0) -> list[Job]:
    """Ended jobs that have to be forgotten: the oldest of owners with too many, then of those who hold the most.

    Of one owner's, those go first that have been removed already.

    Args:
        jobs: oldest first.
        limits: `kept_jobs` for each owner, `kept_mb` for all together.
        other_bytes: that are kept besides the jobs, and count towards `kept_mb`.
    """
    kept = list(jobs)
    by_owner: dict[str, list[Job]] = {}
    for job in kept:
        if job.ended:
            by_owner.setdefault(job.owner, []).append(job)
    for ended in by_owner.values():
        ended.sort(key=lambda job: job.removed is None)
    gone = [job for ended in by_owner.values() for job in ended[: -limits.kept_jobs]]
    for job in gone:
        kept.remove(job)
        by_owner[job.owner].remove(job)
    while any(by_owner.values()) and bytes_of(kept) + other_bytes > limits.kept_mb * 10**6:
        most = max(by_owner, key=lambda owner: sum(sum(map(len, job.pictures())) for job in by_owner[owner]))
        oldest = by_owner[most].pop(0)
        kept.remove(oldest)
        gone.append(oldest)
    return gone


def bytes_of(jobs: Iterable[Job]) -> int:
    """Bytes of all their pictures, each counted once."""
    sizes = {id(picture): len(picture) for job in jobs for picture in job.pictures()}
    return sum(sizes.values())
