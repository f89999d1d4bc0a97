"""All jobs of a server and whose turn it is: bookkeeping under one lock. It computes nothing and has no thread."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence

from stylecore.engine.clock import SuspendAwareClock
from stylecore.engine.cost import Cost, ThroughputEstimator, cost_of
from stylecore.engine.jobs import FRAMES, Halt, Job, Request, Snapshot, Status, Workspace, extract, split
from stylecore.engine.limits import Limits
from stylecore.engine.logs import Fact, log_event, pseudonym
from stylecore.engine.messages import HALVED, NOT_ENCODED, RELEASED
from stylecore.engine.previews import previews, results
from stylecore.engine.quotas import QueueFull
from stylecore.engine.retention import jobs_to_forget, states_to_release
from stylecore.imaging.images import ImageError, picture_size
from stylecore.transfer.records import Step

UNDO_SECONDS = 120.0  # for which what was removed can be brought back

_log = logging.getLogger(__name__)


class Scheduler:
    """Jobs by id, those that wait, the one that runs; a visitor's jobs are only ever reached by the visitor's name.

    Attributes:
        changed: the lock over everything here; it is notified when there is new work.
        jobs: oldest first.
        waiting: those that are in the queue.
        running: the one whose turn it is.
        clock: which knows of sleep.
    """

    def __init__(
        self,
        device: str,
        limits: Limits,
        throughput: ThroughputEstimator,
        abandoned_after: float,
        clock: Callable[[], float],
    ) -> None:
        """Starts empty; see `engine.Engine` for the arguments."""
        self.changed = threading.Condition(threading.RLock())
        self.jobs: OrderedDict[str, Job] = OrderedDict()
        self.waiting: deque[Job] = deque()
        self.running: Job | None = None
        self.clock = SuspendAwareClock(clock)
        self._device, self._limits, self._throughput = device, limits, throughput
        self._abandoned_after = abandoned_after
        self._numbers = itertools.count(1)
        self._turns: dict[str, int] = {}  # by owner: number of the last turn
        self._turn = 0

    # Who has what

    def of(self, owner: str) -> list[Job]:
        """The owner's jobs, oldest first."""
        with self.changed:
            return [job for job in self.jobs.values() if job.owner == owner and job.removed is None]

    def alive(self, owner: str, workspace: Workspace) -> list[Job]:
        """What a new job of the owner in a room takes the place of."""
        return [job for job in self.of(owner) if job.request.workspace == workspace and not job.ended]

    def abandoned(self, job: Job) -> bool:
        """Whether nobody has looked at a job for too long."""
        return self.clock() - job.seen > self._abandoned_after

    def time_is_up(self, job: Job) -> bool:
        """Whether a job has had all the computing that it may have."""
        return job.snapshot.seconds >= self._limits.max_seconds

    # The queue

    def check_room(self, owner: str, count: int, besides: Sequence[Job], *, new: bool = True) -> None:
        """Refuses jobs for which there is no room.

        Args:
            owner: whose they are.
            count: how many.
            besides: jobs that are about to go.
            new: whether they are on top of the owner's present ones.

        Raises:
            QueueFull: in one sentence.
        """
        waiting = [job for job in self.waiting if job not in besides]
        free = self.running is None or self.running in besides
        at_once = 1 if free and not waiting else 0
        if len(waiting) + count - at_once > self._limits.max_waiting:
            if count > 1 and not waiting:
                raise QueueFull(
                    f"This server's queue has room for {self._limits.max_waiting}, and this is {count}: ask for less."
                )
            raise QueueFull(f"{len(waiting)} pictures are waiting already: try again in a few minutes.")
        active = sum(job.owner == owner and not job.ended and job not in besides for job in self.jobs.values())
        if new and active + count > self._limits.max_active:
            raise QueueFull(
                f"This server's limit for one visitor is {self._limits.max_active} runs at a time, and this would be "
                f"{active + count}: ask for less, or stop some."
            )

    def add(self, owner: str, request: Request, cost: Cost | None) -> Job:
        """Puts a new job into the queue."""
        job = Job(
            id=self._next_name(),
            owner=owner,
            number=self._next_number(owner, request.workspace),
            request=request,
            cost=cost,
            snapshot=Snapshot(status="queued", steps=request.config.steps),
            seen=self.clock(),
            frame_every=max(1, round(request.config.steps / FRAMES)),
        )
        self.jobs[job.id] = job
        self.enqueue(job)
        self.log("job_submitted", job)
        return job

    def enqueue(self, job: Job) -> None:
        """Puts a job at the end of the queue, and wakes who waits for work."""
        with self.changed:
            self.tell(job, status="queued")
            self.waiting.append(job)
            self.sweep()
            self._tell_positions()
            self.changed.notify_all()

    def wait_for_work(self, other_work: Callable[[], bool]) -> None:
        """Returns when a job waits, or there is other work."""
        with self.changed:
            while not self.waiting and not other_work():
                self._turns.clear()
                self.sweep()
                self.changed.wait(self._abandoned_after)

    def take(self) -> Job | None:
        """The job whose turn it is, which runs from now on; None if none waits."""
        with self.changed:
            if not self.waiting:
                return None
            job = self._order()[0]
            self.waiting.remove(job)
            self.running = job
            self._turn += 1
            self._turns[job.owner] = self._turn
            self._tell_positions()
            self.tell(job, status="running", position=0)
        self.log("job_started", job)
        return job

    def put_down(self, job: Job) -> None:
        """Ends the turn of a job, whatever became of it."""
        with self.changed:
            self.running = None
            gone = job.id not in self.jobs or job.removed is not None
            if gone or (job.ended and self.time_is_up(job)):
                self.release(job)
            elif job.snapshot.status == "running" and not job.halt:  # it was told to go on before that was noticed
                self.enqueue(job)
            self.sweep()
            self._tell_positions()

    def cut_off(self, error: str) -> None:
        """Ends the turn of whatever ran when the worker died: it fails, its picture kept."""
        with self.changed:
            lost = [job for job in self.jobs.values() if job.active and job not in self.waiting]
            if self.running is not None:  # what was cut off in the middle of a step can't go on from there
                self.running.run, self.running.pending = None, None
            self.running = None
            for job in lost:
                job.halt = None  # whoever was about to halt it may have been the worker
                self.publish_end(job, "failed", job.step, self.decide(job), error=error)

    def _order(self) -> list[Job]:
        """The waiting jobs, those first whose owner's last turn is the longest ago."""
        return sorted(self.waiting, key=lambda job: self._turns.get(job.owner, 0))

    def _at_work(self) -> list[Job]:
        """The job that has its turn, unless it ends with the step it is at."""
        return [self.running] if self.running is not None and not self.running.halt else []

    def _tell_positions(self) -> None:
        for position, job in enumerate(self._order(), len(self._at_work())):
            self.tell(job, position=position)

    def _next_number(self, owner: str, workspace: Workspace) -> int:
        jobs = (job for job in self.jobs.values() if job.owner == owner and job.request.workspace == workspace)
        return 1 + max((job.number for job in jobs), default=0)

    def _next_name(self) -> str:
        return f"job-{next(self._numbers)}"

    # How long it takes

    def wait(self, job: Job | None = None) -> float | None:
        """Seconds until the turn of a waiting job, or of one that were added now; None where nobody knows."""
        with self.changed:
            before = itertools.takewhile(lambda other: other is not job, self._order())
            each = [self.left(other) for other in (*self._at_work(), *before)]
        return None if None in each else sum((left or 0.0 for left in each), 0.0)

    def left(self, job: Job) -> float | None:
        """Seconds of computing that a job still takes, about."""
        return None if job.cost is None else self.seconds(job.cost, job.snapshot.done, job.snapshot.steps)

    def seconds(self, cost: Cost, done: int = 0, steps: int | None = None) -> float | None:
        """Seconds of computing that a run still takes, about: see `engine.Engine.seconds`."""
        pace = self._throughput.of(cost.picture)
        return None if pace is None else cost.work(done, steps) * pace

    # What is told of a job

    def tell(self, job: Job, **changes: object) -> None:
        """Publishes another snapshot of a job."""
        with self.changed:
            job.snapshot = dataclasses.replace(job.snapshot, **changes)  # type: ignore[arg-type]  # names unknown to mypy

    def halt(self, job: Job, status: Halt) -> None:
        """Publishes the end, or a pause, at the newest step, without waiting for the step that is being computed."""
        if decision := self.begin_halt(job, status):
            self.end_halt(job, status, decision)

    def begin_halt(self, job: Job, status: Halt) -> int:
        """Takes a job out of the queue and keeps the worker from another step; no picture is encoded yet.

        Returns:
            The decision, for `end_halt`, which shall follow without the lock: pictures take their time, and nobody
            shall wait for it. 0 if there is nothing to be done.
        """
        with self.changed:
            if job.snapshot.status == status or job.ended or (job.halt == "stopped" and status == "paused"):
                return 0
            job.halt = status
            if job in self.waiting:
                self.waiting.remove(job)
            self._tell_positions()
            return self.decide(job)

    def end_halt(self, job: Job, status: Halt, decision: int) -> None:
        """Publishes the halt that has begun, unless something else has been decided meanwhile."""
        with self.changed:
            keep = job.run is not None or job is self.running
            fresh = job.step is not None and job.step.index > 0 and job.snapshot.status != "paused"
            step = job.step if fresh else None  # a paused job's pictures are finished already
        self.publish_end(job, status, step, decision, resumable=keep)

    def decide(self, job: Job) -> int:
        """Begins a decision on what shall become of a job. Returns its number."""
        job.decision += 1
        return job.decision

    def make_way(self, jobs: Sequence[Job]) -> list[tuple[Job, int]]:
        """Takes jobs out of the queue for others of their owner.

        Returns:
            Those for which `end_halt` shall follow, and the decisions.
        """
        halted = []
        for job in jobs:
            if job.snapshot.done == 0:  # there is no picture to keep but the one that it began with
                self.forget(job)
            elif decision := self.begin_halt(job, "stopped"):
                halted.append((job, decision))
        return halted

    def stop(self, job: Job) -> None:
        """Ends a job at once, with the picture of the step it has reached; a waiting job leaves the queue."""
        self.halt(job, "stopped")

    def publish_end(
        self,
        job: Job,
        status: Status,
        step: Step | None,
        decision: int,
        *,
        resumable: bool = False,
        error: str = "",
        too_large: bool = False,
    ) -> None:
        """Publishes how a job has come to rest, with the finished pictures of its newest step.

        Nothing is published if something else has been decided since `decision`.
        """
        pictures, shown = job.snapshot.results, job.snapshot.previews
        if step is not None:
            try:
                pictures, shown = results(job, step, self._device), previews(step)
            except Exception:
                _log.exception("the pictures of job %s could not be encoded", job.id)
                error = error or NOT_ENCODED
        with self.changed:
            if job.ended or job.decision != decision:
                return
            self.tell(
                job,
                status="failed" if error else status,
                position=0,
                left=0.0,
                results=pictures,
                previews=shown,
                error=error,
                resumable=resumable and not error,
                too_large=too_large,
            )
            if error:  # nothing of it shall take the next one's memory
                job.run, job.step, job.pending = None, None, None
            job.done.set()
            self.log("job_paused" if status == "paused" and not error else "job_ended", job)

    def log(self, event: str, job: Job, level: int = logging.INFO, **more: Fact) -> None:
        """One line of the log, without anything of the pictures or of who it is."""
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
            waiting=len(self.waiting),
            **more,
        )

    # Parts of a batch

    def promote(self, job: Job, k: int) -> Job:
        """One picture of a batch that has come to rest, as an ended job of the Studio."""
        with self.changed:
            apart = extract(job, k, self._next_number(job.owner, "studio"), self._next_name())
            self.jobs[apart.id] = apart
            self._forget_old()
            return apart

    def split_batch(self, job: Job) -> None:
        """Puts two jobs of half as many λ in the place of a batch; they are next, and go on from where it was."""
        with self.changed:
            if job.halt or job.id not in self.jobs:
                return
            numbers = (job.number, self._next_number(job.owner, job.request.workspace))
            both = split(job, numbers, (self._next_name(), self._next_name()))
            del self.jobs[job.id]
            self._turns[job.owner] = -1  # it has its turn still
            for half in both:
                half.cost = request_cost(half.request, self._device)
                self.jobs[half.id] = half
                notices = half.snapshot.notices
                self.tell(half, notices=notices if HALVED in notices else (*notices, HALVED))
                self.enqueue(half)
                self.log("job_submitted", half)
            self.tell(job, status="stopped", left=0.0, resumable=False, notices=(*job.snapshot.notices, HALVED))
            job.step, job.pending = None, None
            job.done.set()

    # What is kept

    def remove(self, job: Job) -> None:
        """Ends a job and hides it; it is forgotten when the owner removes another one, or the time is up."""
        self.stop(job)
        with self.changed:
            if job.id not in self.jobs or job.removed is not None:
                return
            self.release(job)
            for earlier in self._removed(job.owner):
                self.forget(earlier)
            job.removed = self.clock()
            if not job.snapshot.results:  # there is no picture to bring back
                self.forget(job)

    def removed(self, owner: str) -> Job | None:
        """What the owner has removed last, while it can be brought back."""
        with self.changed:
            self._forget_old()
            return next(iter(self._removed(owner)), None)

    def bring_back(self, job: Job) -> bool:
        """Undoes a removal. Returns whether it could."""
        with self.changed:
            self._forget_old()
            job.removed = None
            return job.id in self.jobs

    def forget(self, job: Job) -> None:
        """Ends a job and drops all that is held of it."""
        with self.changed:
            self.stop(job)
            self.release(job)
            self.jobs.pop(job.id, None)

    def sweep(self) -> None:
        """Gives back what is too much: paused jobs that nobody looks at, old optimizer states, old pictures."""
        for job in [job for job in self.jobs.values() if job.snapshot.status == "paused" and self.abandoned(job)]:
            self.stop(job)
        for job in states_to_release(self.jobs.values(), self._limits):
            self.release(job)
        self._forget_old()

    def release(self, job: Job) -> None:
        """Drops the computation of a job that rests; its pictures stay."""
        if job is self.running:
            return  # that is done when its step has ended
        if job.run is not None:
            job.run.close()
        job.run, job.step, job.pending = None, None, None
        if job.snapshot.status == "paused":
            self.tell(job, status="stopped", notices=(*job.snapshot.notices, RELEASED))
        self.tell(job, resumable=False)

    def release_ended(self) -> None:
        """Drops what only serves to go on with jobs that have ended, of whomever."""
        with self.changed:
            for job in self.jobs.values():
                if job.ended:
                    self.release(job)

    def _removed(self, owner: str) -> list[Job]:
        return [job for job in self.jobs.values() if job.owner == owner and job.removed is not None]

    def _forget_old(self) -> None:
        late = self.clock() - UNDO_SECONDS
        for job in [job for job in self.jobs.values() if job.removed is not None and job.removed < late]:
            self.forget(job)
        for job in jobs_to_forget(self.jobs.values(), self._limits):
            self.forget(job)


def request_cost(request: Request, device: str) -> Cost | None:
    """What a request will cost; None for pictures that can't be read: its run will say why."""
    try:
        return cost_of(
            [picture_size(image.data) for image in request.inputs.contents],
            [picture_size(image.data) for image in request.inputs.styles],
            request.config,
            device,
        )
    except ImageError:
        return None
