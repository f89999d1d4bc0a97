"""What is published of a job while it runs, step by step."""

from __future__ import annotations

from collections.abc import Callable

from stylecore.engine.jobs import Frame, Job, Sizes, Update, merged, with_frame
from stylecore.engine.registry import Registry
from stylecore.engine.runner import Task
from stylecore.transfer.records import Steering


class Progress:
    """Bookkeeping between the worker and the jobs' snapshots, under the registry's lock."""

    def __init__(self, registry: Registry, left: Callable[[Job], float | None]) -> None:
        """Takes the registry of all jobs, and what estimates the seconds that a job still takes."""
        self._registry, self._left = registry, left

    def begun(self, job: Job) -> None:
        """Notes that the runner has been told of a job."""
        with self._registry.changed:
            job.begun = job.holds_state = True
            job.caught_up = False
            self._registry.tell(job, repeated=0 if job.snapshot.done else None)
            self._registry.tell(job, left=self._left(job) or 0.0)

    def frame_due(self, job: Job) -> bool:
        """Whether the pictures of the job's next step are to be kept."""
        snapshot = job.snapshot
        index = snapshot.done + 1 if snapshot.loss_history else 0
        newest = snapshot.frames[-1].index if snapshot.frames else -1
        return index % job.frame_every == 0 and index > newest

    def take_steering(self, job: Job) -> tuple[Steering | None, int]:
        """The message that the job's next step is to be given, and the decision in force."""
        with self._registry.changed:
            steering, job.steering = job.steering, None
            return steering, job.decision

    def return_steering(self, job: Job, steering: Steering | None) -> None:
        """Puts a message back that could not be given to the run."""
        with self._registry.changed:
            if steering is not None:
                job.steering = steering if job.steering is None else merged(steering, job.steering)

    def steered(self, job: Job, steering: Steering) -> None:
        """Publishes that a message has taken effect after the newest published step."""
        with self._registry.changed:
            snapshot = job.snapshot
            changes, weight_changes = snapshot.changes, snapshot.weight_changes
            if steering.lambdas is not None:
                changes = (*changes, (snapshot.done, steering.lambdas))
            if steering.style_weights is not None:
                weight_changes = (*weight_changes, (snapshot.done, steering.style_weights))
            steps = snapshot.steps + steering.more_steps
            self._registry.tell(job, changes=changes, weight_changes=weight_changes, steps=steps)

    def publish(self, job: Job, update: Update, seconds: float) -> bool:
        """Publishes a step.

        Args:
            job: that made it.
            update: the step.
            seconds: of computing that it took.

        Returns:
            Whether the job goes on; if it has been halted meanwhile, the step is kept until it does.
        """
        with self._registry.changed:
            snapshot = job.snapshot
            job.size = update.size
            if update.repeated:
                job.caught_up = update.losses.index == snapshot.done
                repeated = None if job.caught_up else update.losses.index
                self._registry.tell(job, seconds=snapshot.seconds + seconds, repeated=repeated)
                self._registry.tell(job, left=self._left(job) or 0.0)
                return not job.halt
            job.caught_up = True
            if job.halt:  # what was published when it was halted stays as it is
                job.pending = update
                return False
            job.pending = None
            frames = snapshot.frames
            if update.is_frame and update.previews:
                frame = Frame(update.losses.index, update.previews)
                frames, job.frame_every = with_frame(frames, frame, job.frame_every)
            self._registry.tell(
                job,
                seconds=snapshot.seconds + seconds,
                loss_history=(*snapshot.loss_history, update.losses),
                previews=update.previews or snapshot.previews,
                frames=frames,
                sizes=_with_size(snapshot.sizes, update),
                notices=(*snapshot.notices, update.notice) if update.notice else snapshot.notices,
            )
            self._registry.tell(job, left=self._left(job) or 0.0)
            return True


def _with_size(sizes: Sizes, update: Update) -> Sizes:
    """The sizes of a run, with that of its newest step if it is another one."""
    return sizes if sizes and sizes[-1][1] == update.size else (*sizes, (update.losses.index, update.size))


def task_of(job: Job) -> Task:
    """What the runner needs to begin a job, or to begin it anew."""
    snapshot = job.snapshot
    return Task(
        request=job.request,
        steps=snapshot.steps,
        done=snapshot.done if snapshot.loss_history else None,
        changes=snapshot.changes,
        weight_changes=snapshot.weight_changes,
    )
