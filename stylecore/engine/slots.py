"""The runners of a server: as many runs are computed at once, and each stays with the runner that has begun it."""

from __future__ import annotations

from collections.abc import Sequence

from stylecore.config import Postprocess
from stylecore.engine.jobs import Job, Snapshot
from stylecore.engine.runner import Pictures, Runner


class Slots:
    """Finds the runner of a job.

    Attributes:
        runners: by slot.
    """

    def __init__(self, runners: Sequence[Runner]) -> None:
        """Takes at least one runner."""
        self.runners = tuple(runners)

    def devices(self) -> tuple[str, ...]:
        """On which each runner computes."""
        return tuple(runner.device for runner in self.runners)

    def pictures(self, job: Job, snapshot: Snapshot) -> Pictures:
        """The finished pictures of the newest step of a job's snapshot; see `Runner.pictures`.

        Raises:
            LookupError: if no runner has the run.
        """
        return self._runner(job).pictures(job.id, snapshot.done, snapshot.changes, snapshot.weight_changes)

    def deep_picture(self, job: Job, snapshot: Snapshot, postprocess: Postprocess) -> bytes:
        """The first picture of a snapshot's newest step as a TIFF; see `Runner.deep_picture`.

        Raises:
            LookupError: if no runner has the run, or nothing of that step.
        """
        runner = self._runner(job)
        return runner.deep_picture(job.id, snapshot.done, snapshot.changes, snapshot.weight_changes, postprocess)

    def release(self, job: Job) -> None:
        """Lets go of whatever is held of a job; see `Runner.release`."""
        for runner in self.runners if job.slot is None else (self.runners[job.slot],):
            runner.release(job.id)

    def close(self) -> None:
        """Closes all runners."""
        for runner in self.runners:
            runner.close()

    def _runner(self, job: Job) -> Runner:
        if job.slot is None:
            raise LookupError(f"no runner has {job.id}")
        return self.runners[job.slot]
