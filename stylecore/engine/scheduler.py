"""The queue: whose turn it is, and what shall become of a job. It computes nothing."""

from __future__ import annotations

import dataclasses
import itertools
from collections import deque
from collections.abc import Callable, Sequence

from stylecore.engine.cost import Cost, fitting_cost, through_levels
from stylecore.engine.derived_jobs import split
from stylecore.engine.jobs import FRAMES, Halt, Job, Request, Snapshot, Status, merged
from stylecore.engine.limits import free_memory
from stylecore.engine.messages import HALVED, LEFT_QUEUE
from stylecore.engine.progress import task_of
from stylecore.engine.registry import Registry
from stylecore.engine.runner import Pictures, Task
from stylecore.engine.throughput import ThroughputEstimator
from stylecore.engine.turns import SLICE_SECONDS, Turns
from stylecore.errors import ImageError
from stylecore.imaging.images import picture_size
from stylecore.imaging.mask_files import guided_regions
from stylecore.transfer.records import Steering

RUNS_AT_ONCE = 2  # of one visitor, where nobody else waits
ROOM_SECONDS = 1.0  # between two looks at whether there is memory for a job that waits
SHORT_SECONDS = 30.0  # of computing, for which a run may take more room for states than there is


class Scheduler:
    """Jobs that wait, and those at work, one in each slot: plain data under the registry's lock.

    A slot is a runner, and the worker that lets it compute. A run stays in the slot where it has begun, since its state
    is there.

    A turn is a slice of a run: after `turns.SLICE_SECONDS` it gives way to whoever has had less of the computing, and
    keeps its state until its next turn. To its owner it runs all the while.

    A decision on what shall become of a job (pause it, stop it, let it go on) has a number. Whatever takes time to
    carry out, as the encoding of pictures does, is published only if nothing else has been decided meanwhile.

    Attributes:
        registry: all jobs.
        changed: the registry's lock.
        waiting: the jobs that wait for a turn, those between two of their turns among them.
        devices: of the slots.
        at_work: the jobs whose turn it is, by slot.
        absent: slots whose runner can't be reached: nothing begins there, and what had begun has gone to others.
        turns: who has had how much.
    """

    def __init__(
        self,
        registry: Registry,
        devices: Sequence[str],
        throughput: ThroughputEstimator,
        abandoned_after: float,
    ) -> None:
        """Starts empty; see `engine.Engine` for the arguments. There is a device for each slot."""
        self.registry = registry
        self.changed = registry.changed
        self.waiting: deque[Job] = deque()
        self.at_work: dict[int, Job] = {}
        self.absent: set[int] = set()
        self.turns = Turns()
        self.devices, self._throughput, self._abandoned_after = devices, throughput, abandoned_after
        self._turn_began = [0.0] * len(devices)

    # The queue

    def add(self, owner: str, request: Request, cost: Cost | None) -> Job:
        """Puts a new job into the queue."""
        with self.changed:
            job = Job(
                id=self.registry.next_id(),
                owner=owner,
                number=self.registry.next_number(owner, request.workspace),
                request=request,
                cost=cost,
                snapshot=Snapshot(status="queued", steps=request.config.steps),
                seen=self.registry.clock(),
                frame_every=max(1, round(request.config.steps / FRAMES)),
            )
            self.registry.jobs[job.id] = job
            self.enqueue(job)
            self.registry.log("job_submitted", job)
            return job

    def enqueue(self, job: Job) -> None:
        """Puts a job at the end of the queue, and wakes the workers."""
        with self.changed:
            self.registry.tell(job, status="queued")
            self.waiting.append(job)
            self.turns.join(job.owner)
            self.sweep()
            self._tell_positions()
            self.changed.notify_all()

    def wait_for_work(self, slot: int, other_work: Callable[[], bool]) -> None:
        """Returns when a job waits for a slot, or there is other work."""
        with self.changed:
            while self._next(slot) is None and not other_work():
                if not self.waiting and not self.at_work:
                    self.turns.clear()
                self.sweep()
                self.changed.wait(ROOM_SECONDS if self.waiting else self._abandoned_after)

    def take(self, slot: int) -> Job | None:
        """The job whose turn it is in a slot, where it is at work from now on; None if none waits for it."""
        with self.changed:
            job = self._next(slot)
            if job is None:
                return None
            self.waiting.remove(job)
            self.at_work[slot] = job
            job.computing, job.slot = True, slot
            self._begin_turn(job)
            self._tell_positions()
            begins = job.snapshot.status != "running"
            self.registry.tell(job, status="running", position=0)
        if begins:
            self.registry.log("job_started", job)
        return job

    def gives_way(self, job: Job) -> bool:
        """Whether the turn of a job at work is over: it has had its slice, and somebody waits who has had less."""
        with self.changed:
            slot = self._slot(job)
            if self.registry.clock() - self._turn_began[slot] < SLICE_SECONDS:
                return False
            mine = self.turns.place(job.owner)
            others = (other for other in self.waiting if other.owner != job.owner)
            if any(self.turns.place(other.owner) < mine and self._may_begin(other, slot, job) for other in others):
                return True
            self._begin_turn(job)
            return False

    def _begin_turn(self, job: Job) -> None:
        self.turns.begin(job.owner)
        self._turn_began[self._slot(job)] = self.registry.clock()

    def _slot(self, job: Job) -> int:
        """Where a job is at work."""
        return next(slot for slot, other in self.at_work.items() if other is job)

    def goes_before(self, asker: str, slot: int) -> bool:
        """Whether somebody with a short query comes before the job at work in a slot, or before the next one there."""
        with self.changed:
            job = self.at_work.get(slot) or self._next(slot)
            return job is None or job.owner == asker or self.turns.place(asker) < self.turns.place(job.owner)

    def charge(self, owner: str, seconds: float) -> None:
        """Notes that so much has been computed for somebody."""
        with self.changed:
            self.turns.charge(owner, seconds)

    def put_down(self, job: Job) -> None:
        """Ends the turn of a job, whatever has become of it."""
        with self.changed:
            self.at_work = {slot: other for slot, other in self.at_work.items() if other is not job}
            job.computing = False
            gone = job.id not in self.registry.jobs or job.removed is not None
            if gone or (job.ended and self.time_is_up(job)):
                self.registry.release(job)
            elif job.snapshot.status == "running" and not job.halt:
                self.waiting.appendleft(job)  # before others of its owner, so that these don't all begin
            self.sweep()
            self._tell_positions()
            self.changed.notify_all()  # another slot may have room now

    def cut_off(self, slot: int) -> list[tuple[Job, int]]:
        """Ends the turn of whatever ran in a slot when its worker died.

        Returns:
            The jobs that have to be published as failed, and the decisions.
        """
        with self.changed:
            if (cut := self.at_work.pop(slot, None)) is not None:
                self.registry.lose_run(cut)  # a step that was cut off in the middle can't go on from there
                cut.computing = False
            idle = [job for job in self.registry.jobs.values() if job.active and job not in self.waiting]
            lost = [job for job in idle if job not in self.at_work.values()]
            for job in lost:
                job.halt = None  # whoever was about to halt it may have been the worker
            return [(job, self.decide(job)) for job in lost]

    def runner_lost(self, slot: int) -> None:
        """Notes that all runs of a slot went down with its runner; whatever goes on begins anew, anywhere."""
        with self.changed:
            for job in self.registry.jobs.values():
                if job.slot == slot and job.holds_state:
                    self.registry.lose_run(job)
                    job.holds_state = False
                    job.lost += job.computing
                    if not job.snapshot.loss_history:  # nor has it a picture there
                        job.slot = None

    def runner_absent(self, slot: int) -> None:
        """Notes that the runner of a slot does not come back for now: whatever was there begins anew in other slots."""
        with self.changed:
            jobs = [job for job in self.registry.jobs.values() if job.slot == slot]
            self.runner_lost(slot)
            self.absent.add(slot)
            present = [other for other in range(len(self.devices)) if other not in self.absent]
            for job in jobs if present else []:
                slots = [other.slot for other in self.registry.jobs.values()]
                job.slot = min(present, key=slots.count)
            self.changed.notify_all()

    def runner_present(self, slot: int) -> None:
        """Notes that the runner of a slot is there again: what waits for those that are not is for it."""
        with self.changed:
            self.absent.discard(slot)
            for job in self.registry.jobs.values():
                if job.slot in self.absent:
                    job.slot = slot
            self.changed.notify_all()

    def abandoned(self, job: Job) -> bool:
        """Whether no page has shown a job for too long."""
        return self.registry.clock() - job.seen > self._abandoned_after

    def end_unattended(self, owner: str) -> bool:
        """Ends the jobs of a visitor who has left, if none of them has begun. Returns whether it did."""
        with self.changed:
            jobs = [job for job in self.registry.of(owner) if job.active]
            if not all(job.departed and job in self.waiting and not job.snapshot.loss_history for job in jobs):
                return False
            for job in jobs:
                self.registry.tell(job, notices=(*job.snapshot.notices, LEFT_QUEUE))
                if decision := self.begin_halt(job, "stopped"):
                    self.finish(job, "stopped", decision)
            return True

    def abandoned_jobs(self) -> list[Job]:
        """Jobs in the queue that no page has shown for too long."""
        with self.changed:
            return [job for job in self.waiting if self.abandoned(job)]

    def time_is_up(self, job: Job) -> bool:
        """Whether a job has had all the computing that it may have."""
        return job.snapshot.seconds >= self.registry.limits.max_seconds

    def sweep(self) -> None:
        """Ends paused jobs that nobody looks at, and drops old optimizer states and pictures."""
        with self.changed:
            for job in self.registry.jobs.values():
                if job.snapshot.status == "paused" and self.abandoned(job):
                    self.finish(job, "stopped", self.decide(job), resumable=job.holds_state)
            self.registry.release_surplus()
            self.registry.forget_old()

    def _order(self) -> list[Job]:
        """The waiting jobs, those first whose owner has had the least."""
        return sorted(self.waiting, key=lambda job: self.turns.place(job.owner))

    def _next(self, slot: int) -> Job | None:
        """The job whose turn comes next in a slot; None if none may begin there."""
        return next((job for job in self._order() if self._may_begin(job, slot)), None)

    def _may_begin(self, job: Job, slot: int, at_work: Job | None = None) -> bool:
        """Whether a job may have its turn in a slot now.

        A run stays where it has begun. A visitor has one run at work, and a second one where nobody else waits. And
        there has to be room for another run beside those at work and those between two turns, which keep their states.

        Args:
            job: that waits; one whose state is held already has its room.
            slot: where it would be at work.
            at_work: a job that would be between two turns then, too.
        """
        if slot in self.absent or job.slot not in (None, slot):
            return False
        elsewhere = [other for number, other in self.at_work.items() if number != slot]
        mine = sum(other.owner == job.owner for other in elsewhere)
        if mine >= RUNS_AT_ONCE or (mine and any(other.owner != job.owner for other in self.waiting)):
            return False
        between = [other for other in (*self.waiting, at_work) if other is not None and other.holds_state]
        if job.holds_state or not (between or elsewhere) or job.cost is None:
            return True
        states = sum(other.cost.state for other in between if other.cost is not None)
        full = len(between) > 1 and states > self.registry.limits.state_mb * 10**6  # one may always be interrupted
        if full and (not self._is_short(job) or any(map(self._is_short, between))):
            return False
        beginning = sum(other.cost.memory for other in elsewhere if other.cost and other.snapshot.done < 2)
        return job.cost.memory + beginning <= free_memory(self.devices[slot])

    def _is_short(self, job: Job) -> bool:
        """Whether a run soon gives back what it takes: one such may begin beside long ones that have all the room."""
        left = self.left(job)
        return left is not None and left <= SHORT_SECONDS

    def _at_work(self) -> list[Job]:
        """The jobs that have their turn, without those that end with the step that is being computed."""
        return [job for job in self.at_work.values() if not job.halt]

    def _tell_positions(self) -> None:
        for position, job in enumerate(self._order(), len(self._at_work())):
            self.registry.tell(job, position=position)

    # How long it takes

    def wait(self, job: Job | None = None) -> float | None:
        """Seconds until the first turn of a waiting job, or of one that were added now; None where that is unknown."""
        with self.changed:
            if job is not None and not any(self._may_begin(job, slot) for slot in range(len(self.devices))):
                return None
            slots = max(1, len(self.devices) - len(self.absent))
            before = itertools.takewhile(lambda other: other is not job, self._order())
            each = [self.left(other) for other in (*self._at_work(), *before)]
        if len(each) < slots:
            return 0.0
        return None if None in each else sum(min(left or 0.0, SLICE_SECONDS) for left in each) / slots

    def meanwhile(self, job: Job) -> tuple[float, int]:
        """Seconds for which a running job waits for others until it has ended, and how many these are, estimated."""
        with self.changed:
            mine = self.left(job) or 0.0
            active = [other for other in (*self._at_work(), *self.waiting) if other.owner != job.owner]
            lefts: dict[str, float] = {}
            for other in active:
                lefts[other.owner] = lefts.get(other.owner, 0.0) + (self.left(other) or 0.0)
        whole = mine + sum(min(left, mine) for left in lefts.values())  # of work, until this one has ended
        return max(0.0, whole / len(self.devices) - mine), len(lefts)

    def left(self, job: Job) -> float | None:
        """Seconds of computing that a job still takes, estimated."""
        if job.cost is None:
            return None
        snapshot = job.snapshot
        made = snapshot.done if snapshot.repeated is None else snapshot.repeated
        return self.seconds(job.cost, made if job.begun else 0, snapshot.steps)  # else all of it is to be repeated

    def seconds(self, cost: Cost, done: int = 0, steps: int | None = None) -> float | None:
        """Seconds of computing that a run still takes, estimated: see `engine.Engine.seconds`."""
        per_pixel = self._throughput.of(cost.picture)
        return None if per_pixel is None else cost.work(done, steps) * per_pixel

    def split_batch(self, job: Job, split_run: Callable[[str, Sequence[tuple[str, Task, slice]]], None]) -> None:
        """Puts two jobs of half as many λ in the place of a batch; they are next, and go on from where it was.

        Args:
            job: the batch; nothing is done if it has been halted or removed meanwhile.
            split_run: tells the runner, which returns at once.
        """
        with self.changed:
            if job.halt or job.id not in self.registry.jobs:
                return
            numbers = (job.number, self.registry.next_number(job.owner, job.request.workspace))
            parts = split(job, numbers, (self.registry.next_id(), self.registry.next_id()))
            self.registry.drop(job)
            for part, _ in parts:
                part.cost, part.slot = request_cost(part.request, self.devices[self._slot(job)]), job.slot
                self.registry.jobs[part.id] = part
                notices = part.snapshot.notices
                self.registry.tell(part, notices=notices if HALVED in notices else (*notices, HALVED))
            split_run(job.id, [(part.id, task_of(part), places) for part, places in parts])
            for part, _ in parts:
                part.begun = part.holds_state = True
                self.enqueue(part)
                self.registry.log("job_submitted", part)
            notices = (*job.snapshot.notices, HALVED)
            self.registry.tell(job, status="stopped", left=0.0, resumable=False, notices=notices)
            job.begun = job.holds_state = False
            job.slot = None
            self.changed.notify_all()

    # What shall become of a job

    def decide(self, job: Job) -> int:
        """Begins a decision on what shall become of a job. Returns its number."""
        job.decision += 1
        return job.decision

    def begin_halt(self, job: Job, status: Halt) -> int:
        """Takes a job out of the queue and keeps the worker from another step.

        Returns:
            The decision, which `finish` shall carry out once the pictures are encoded; 0 if there is nothing to do.
        """
        with self.changed:
            if job.snapshot.status == status or job.ended or (job.halt == "stopped" and status == "paused"):
                return 0
            job.halt = status
            if job in self.waiting:
                self.waiting.remove(job)
            self._tell_positions()
            return self.decide(job)

    def make_way(self, jobs: Sequence[Job]) -> list[tuple[Job, int]]:
        """Takes jobs out of the queue for others of their owner; those without a picture are forgotten.

        Returns:
            The jobs that have to be published as stopped, and the decisions.
        """
        halted = []
        for job in jobs:
            decision = self.begin_halt(job, "stopped")
            if job.snapshot.done == 0:  # there is no picture to keep but the one that it began with
                self.finish(job, "stopped", decision)
                self.registry.forget(job)
            elif decision:
                halted.append((job, decision))
        return halted

    def resume(self, job: Job, more_steps: int) -> None:
        """Lets a job at rest run again from where it is.

        Args:
            job: whose state the runner holds.
            more_steps: updates on top of those it was set to make.
        """
        with self.changed:
            unread = job.steering.more_steps if job.steering else 0
            missing = job.snapshot.done + more_steps - job.snapshot.steps - unread
            if missing > 0:
                self.steer(job, Steering(more_steps=missing))
            job.halt = None
            self.decide(job)
            job.seen = self.registry.clock()
            if job.computing:  # the step in which it was halted has not even ended
                self.registry.tell(job, status="running", position=0)
            else:
                self.enqueue(job)

    def steer(self, job: Job, steering: Steering) -> None:
        """Leaves a message for the job's next step."""
        with self.changed:
            job.steering = merged(job.steering, steering)

    def finish(
        self,
        job: Job,
        status: Status,
        decision: int,
        pictures: Pictures | None = None,
        *,
        resumable: bool = False,
        error: str = "",
        too_large: bool = False,
    ) -> None:
        """Publishes how a job has come to rest, unless something else has been decided since.

        Args:
            job: which one.
            status: "failed" if there is an error, whatever is said here.
            decision: that is carried out.
            pictures: of its newest step; those that are published already stay if None.
            resumable: whether it can go on from its optimizer's state.
            error: why it failed, in one sentence.
            too_large: whether it failed for lack of memory.
        """
        with self.changed:
            if job.ended or job.decision != decision:
                return
            job.snapshot = at_rest(
                job.snapshot, status, pictures, resumable=resumable, error=error, too_large=too_large
            )
            if error:  # nothing of it shall take the next one's memory
                self.registry.release(job, failed=True)
            self.registry.log("job_paused" if job.snapshot.status == "paused" else "job_ended", job)
            if job.snapshot.status == "finished":
                for callback in self.registry.on_finish:
                    callback(job)
            self.changed.notify_all()


def at_rest(
    snapshot: Snapshot,
    status: Status,
    pictures: Pictures | None,
    *,
    resumable: bool = False,
    error: str = "",
    too_large: bool = False,
) -> Snapshot:
    """A job's snapshot as it is published when the job has come to rest; see `Scheduler.finish` for the arguments."""
    return dataclasses.replace(
        snapshot,
        status="failed" if error else status,
        position=0,
        left=0.0,
        results=pictures.results if pictures else snapshot.results,
        pictured=snapshot.done if pictures else snapshot.pictured,
        previews=pictures.previews if pictures else snapshot.previews,
        error=error,
        resumable=resumable and not error,
        too_large=too_large,
    )


def request_cost(request: Request, device: str) -> Cost | None:
    """What a request will cost; None for pictures that can't be read: its run will say why."""
    try:
        contents = [picture_size(image.data) for image in request.inputs.contents]
        styles = [picture_size(image.data) for image in request.inputs.styles]
        regions = guided_regions(request.inputs)
        cost = fitting_cost(contents, styles, request.config, device, free_memory(device), regions)
        return through_levels(cost, contents[0], styles, request.config, request.levels) if request.levels else cost
    except ImageError:
        return None
