"""What pages and the command line ask of the server's one engine: submit, look, steer, pause, stop, go on."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stylecore.config import VggWeights
from stylecore.engine.cost import Cost, ThroughputEstimator
from stylecore.engine.feature_views import Query
from stylecore.engine.jobs import Job, Request, Snapshot
from stylecore.engine.limits import Limits, free_memory, read_limits
from stylecore.engine.messages import NO_STATE, sentence
from stylecore.engine.queries import Answer, PendingQuery, QueryQueue
from stylecore.engine.quotas import RequestRefused, check_more_steps, check_request, check_steering
from stylecore.engine.retention import bytes_of
from stylecore.engine.scheduler import Scheduler, request_cost
from stylecore.engine.worker import Worker
from stylecore.transfer.devices import choose_device
from stylecore.transfer.records import Steering
from stylecore.transfer.vgg import VGG16, load_vgg16

LATE_HEARTBEAT_SECONDS = 2.0  # after a visitor has left: heartbeats of that tab's last page run may still arrive


@dataclass(frozen=True, slots=True)
class Tally:
    """What an engine holds: see `health.Health`."""

    waiting: int
    running: int
    jobs: int
    bytes: int
    restarts: int
    uptime: float


class Engine:
    """Runs jobs one after another, taking turns between owners; every method returns at once.

    One job is computed at a time, and an owner has one run in each room: a new one ends what the owner had waiting or
    running there, and its picture is kept. Nothing here depends on streamlit: an owner is any string, and a job that
    nobody has looked at for `abandoned_after` seconds is stopped.

    Attributes:
        device: on which it computes.
        limits: that it enforces.
    """

    def __init__(
        self,
        device: str | None = None,
        load: Callable[[VggWeights, str], VGG16] = load_vgg16,
        limits: Limits | None = None,
        throughput: ThroughputEstimator | None = None,
        abandoned_after: float = 180.0,
        refresh: float = 0.7,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts the worker.

        Args:
            device: "cpu" or "cuda"; the best there is if None.
            load: gives VGG16 with the named weights on a device; called by the worker.
            limits: what is allowed; from this machine's memory and the environment if None.
            throughput: as far as it is known; the engine learns from every step.
            abandoned_after: seconds.
            refresh: seconds between two previews of a running job.
            clock: for tests.
        """
        self.device = device or choose_device()
        self.limits = limits or read_limits()
        throughput = throughput or ThroughputEstimator()
        self._abandoned_after = abandoned_after
        self._scheduler = Scheduler(self.device, self.limits, throughput, abandoned_after, clock)
        self._queries = QueryQueue(lambda network: load(network, self.device), sentence)
        self._began = time.monotonic()
        self._worker = Worker(self._scheduler, self._queries, load, self.device, self.limits, throughput, refresh)

    # New work

    def ask(self, owner: str, query: Query[Answer]) -> PendingQuery[Answer]:
        """Asks something short: it is answered between two steps of whatever runs, the answer is kept for a while."""
        pending = self._queries.ask(owner, query)
        with self._scheduler.changed:
            self._worker.revive()
            self._scheduler.changed.notify_all()
        return pending

    def submit(self, owner: str, request: Request) -> Job:
        """Puts a request into the queue; what the owner had alive in the same room ends, its picture kept.

        Raises:
            QueueFull: if too many jobs wait already.
            RequestRefused: if the settings or the files are beyond this server's limits.
        """
        return self.submit_all(owner, [request])[0]

    def submit_all(self, owner: str, requests: Sequence[Request], *, beside: bool = False) -> list[Job]:
        """Like `submit`, for several requests that belong together; between them others have their turns.

        Args:
            owner: whose they are.
            requests: at least one, all of one room.
            beside: whether what the owner has waiting or running in their room goes on, before these.
        """
        for request in requests:
            check_request(request, self.limits)
        costs = [request_cost(request, self.device) for request in requests]
        with self._scheduler.changed:
            self._worker.revive()
            others = [] if beside else self._scheduler.alive(owner, requests[0].workspace)
            self._scheduler.check_room(owner, len(requests), besides=others)
            halted = self._scheduler.make_way(others)
            jobs = [self._scheduler.add(owner, request, cost) for request, cost in zip(requests, costs, strict=True)]
        for other, decision in halted:
            self._scheduler.end_halt(other, "stopped", decision)
        return jobs

    # What there is

    def heartbeat(self, job: Job) -> Snapshot:
        """The job's present snapshot; looking also tells the engine that somebody still cares."""
        now = self._scheduler.clock()
        if now >= job.ignore_heartbeats_until:
            job.seen = now
        snapshot = job.snapshot
        return (
            dataclasses.replace(snapshot, wait=self._scheduler.wait(job)) if snapshot.status == "queued" else snapshot
        )

    def jobs_of(self, owner: str) -> list[Job]:
        """The owner's jobs, oldest first."""
        return self._scheduler.of(owner)

    def job(self, owner: str, name: str) -> Job | None:
        """The job of that id, if it is the owner's; else None."""
        return next((job for job in self._scheduler.of(owner) if job.id == name), None)

    def expected_wait(self) -> float | None:
        """Seconds until a job that were submitted now would have its turn, about; None where nobody knows."""
        return self._scheduler.wait()

    def seconds(self, cost: Cost, done: int = 0, steps: int | None = None) -> float | None:
        """Seconds of computing that a run still takes, about, by what the engine has seen so far; None if nothing.

        Args:
            cost: of the run.
            done: updates made.
            steps: updates of the whole run, if that is no longer what it was set to.
        """
        return self._scheduler.seconds(cost, done, steps)

    def free_memory(self) -> int:
        """Bytes that a run could take now on the engine's device."""
        return free_memory(self.device)

    def tally(self) -> Tally:
        """What the engine holds now."""
        scheduler = self._scheduler
        with scheduler.changed:
            return Tally(
                waiting=len(scheduler.waiting),
                running=int(scheduler.running is not None),
                jobs=len(scheduler.jobs),
                bytes=bytes_of(scheduler.jobs.values()),
                restarts=self._worker.restarts,
                uptime=time.monotonic() - self._began,
            )

    # What is done with a job

    def leave(self, owner: str, grace: float) -> None:
        """Tells that the owner seems to have gone: the jobs end after `grace` seconds, unless somebody looks before."""
        with self._scheduler.changed:
            now = self._scheduler.clock()
            for job in self._scheduler.of(owner):
                job.seen = min(job.seen, now - self._abandoned_after + grace)
                job.ignore_heartbeats_until = now + min(LATE_HEARTBEAT_SECONDS, grace / 2)

    def pause(self, job: Job) -> None:
        """Lets a running job rest at the step it has reached; others have their turn meanwhile."""
        if job.active:
            self._scheduler.halt(job, "paused")

    def stop(self, job: Job) -> None:
        """Ends a job at once, with the picture of the step it has reached; a waiting job leaves the queue."""
        self._scheduler.stop(job)

    def go_on(self, job: Job, more_steps: int = 0) -> None:
        """Lets a paused or ended job run again from where it is, with all that its optimizer knows.

        Args:
            job: whose computation is still there, as `snapshot.resumable` says.
            more_steps: updates on top of those it was set to make.

        Raises:
            QueueFull: if too many jobs wait already.
            RequestRefused: if the computation is no longer there, or that is more than this server's limits.
        """
        check_more_steps(job, more_steps, self.limits)
        with self._scheduler.changed:
            if job.active:
                return
            if not job.snapshot.resumable or self.job(job.owner, job.id) is None:
                raise RequestRefused(NO_STATE)
            others = [other for other in self._scheduler.alive(job.owner, job.request.workspace) if other is not job]
            self._worker.revive()
            self._scheduler.check_room(job.owner, 1, besides=others, new=False)
            halted = self._scheduler.make_way(others)
            unread = sum(message.more_steps for message in job.messages)
            missing = job.snapshot.done + more_steps - job.snapshot.steps - unread
            if missing > 0:
                self._send(job, Steering(more_steps=missing))
            job.done.clear()
            job.halt = None
            self._scheduler.decide(job)
            job.seen = self._scheduler.clock()
            if job is self._scheduler.running:  # the step it was halted at has not even ended
                self._scheduler.tell(job, status="running", position=0)
            else:
                self._scheduler.enqueue(job)
        for other, decision in halted:
            self._scheduler.end_halt(other, "stopped", decision)

    def steer(self, job: Job, steering: Steering) -> None:
        """Sends a message to a job: it takes effect from the next step on, and none at all if the job has ended.

        Raises:
            RequestRefused: if it is no message for this job, or beyond this server's limits.
        """
        with self._scheduler.changed:
            check_steering(job, steering, self.limits)
            if not job.ended:
                self._send(job, steering)

    def promote(self, job: Job, k: int) -> Job:
        """One picture of a batch that has come to rest, as an ended job of its own."""
        return self._scheduler.promote(job, k)

    def remove(self, job: Job) -> None:
        """Ends a job and takes its picture away; `bring_back` undoes that for `scheduler.UNDO_SECONDS`."""
        self._scheduler.remove(job)

    def removed(self, owner: str) -> Job | None:
        """The job that the owner removed last, while it can be brought back."""
        return self._scheduler.removed(owner)

    def bring_back(self, job: Job) -> bool:
        """Undoes a removal. Returns whether it could: in the end a removed job is gone."""
        return self._scheduler.bring_back(job)

    @staticmethod
    def _send(job: Job, steering: Steering) -> None:
        """Leaves a message; with one that has not been read yet it becomes one, so that a slider can't pile them up."""
        if job.messages:
            unread = job.messages.pop()
            steering = Steering(
                lambdas=unread.lambdas if steering.lambdas is None else steering.lambdas,
                more_steps=unread.more_steps + steering.more_steps,
            )
        job.messages.append(steering)
