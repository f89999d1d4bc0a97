"""What a server keeps of its jobs, and what has to go when there is too much; decisions only."""

from __future__ import annotations

from collections.abc import Iterable

from stylecore.engine.jobs import Job
from stylecore.engine.limits import Limits


def states_to_release(jobs: Iterable[Job], limits: Limits) -> list[Job]:
    """Jobs at rest whose computation has to go: the newest of each owner stays, as far as there is room.

    Args:
        jobs: oldest first.
        limits: `state_mb` is the room; paused runs have it before those that have ended.
    """
    warm = [job for job in jobs if (job.run or job.step) and not job.active]
    newest = {job.owner: job for job in warm}
    held, gone = 0, []
    for job in sorted(warm, key=lambda job: (job.snapshot.status == "paused", job.seen), reverse=True):
        state = job.cost.state if job.cost else 0
        if job is newest[job.owner] and held + state <= limits.state_mb * 10**6:
            held += state
        else:
            gone.append(job)
    return gone


def jobs_to_forget(jobs: Iterable[Job], limits: Limits) -> list[Job]:
    """Ended jobs that have to be forgotten: the oldest of owners with too many, then of those who hold the most.

    Of one owner's, those go first that have been removed already.

    Args:
        jobs: oldest first.
        limits: `kept_jobs` for each owner, `kept_mb` for all together.
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
    while any(by_owner.values()) and bytes_of(kept) > limits.kept_mb * 10**6:
        most = max(by_owner, key=lambda owner: sum(sum(map(len, job.pictures())) for job in by_owner[owner]))
        oldest = by_owner[most].pop(0)
        kept.remove(oldest)
        gone.append(oldest)
    return gone


def bytes_of(jobs: Iterable[Job]) -> int:
    """Of all their pictures, each counted once."""
    sizes = {id(picture): len(picture) for job in jobs for picture in job.pictures()}
    return sum(sizes.values())
