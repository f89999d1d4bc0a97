"""What pages and the command line ask of the server's one engine: submit, look, steer, pause, stop, go on."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from stylecore.config import Network
from stylecore.engine.cost import Cost, Pace
from stylecore.engine.feature_views import Question
from stylecore.engine.jobs import Job, Request, Snapshot
from stylecore.engine.limits import Limits, read_limits
from stylecore.engine.messages import NO_STATE, sentence
from stylecore.engine.queries import Answer, Inbox, Inquiry
from stylecore.engine.quotas import check_more_steps, check_request, check_steering
from stylecore.engine.retention import bytes_of
from stylecore.engine.scheduler import Board, request_cost
from stylecore.engine.worker import Worker
from stylecore.transfer.devices import choose_device
from stylecore.transfer.stylize import Steering
from stylecore.transfer.vgg import VGG16, load_vgg16

ECHO = 2.0  # seconds after a visitor's leaving for which the last run of that tab's page may still look at its jobs


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
        load: Callable[[Network, str], VGG16] = load_vgg16,
        limits: Limits | None = None,
        pace: Pace | None = None,
        abandoned_after: float = 180.0,
        refresh: float = 0.7,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts the worker.

        Args:
            device: "cpu" or "cuda"; the best there is if None.
            load: gives VGG16 with the named weights on a device; called by the worker.
            limits: what is allowed; from this machine's memory and the environment if None.
            pace: as far as it is known; the engine learns from every step.
            abandoned_after: seconds.
            refresh: seconds between two previews of a running job.
            clock: for tests.
        """
        self.device = device or choose_device()
        self.limits = limits or read_limits()
        pace = pace or Pace()
        self._abandoned_after = abandoned_after
        self._board = Board(self.device, self.limits, pace, abandoned_after, clock)
        self._inbox = Inbox(lambda network: load(network, self.device), sentence)
        self._began = time.monotonic()
        self._worker = Worker(self._board, self._inbox, load, self.device, self.limits, pace, refresh)

    # New work

    def ask(self, owner: str, question: Question[Answer]) -> Inquiry[Answer]:
        """Asks something short: it is answered between two steps of whatever runs, the answer is kept for a while."""
        inquiry = self._inbox.ask(owner, question)
        with self._board.changed:
            self._worker.revive()
            self._board.changed.notify_all()
        return inquiry

    def submit(self, owner: str, request: Request) -> Job:
        """Puts a request into the queue; what the owner had alive in the same room ends, its picture kept.

        Raises:
            QueueFull: if too many jobs wait already.
            ValueError: if the settings or the files are beyond this server's limits.
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
        with self._board.changed:
            self._worker.revive()
            others = [] if beside else self._board.alive(owner, requests[0].room)
            self._board.check_room(owner, len(requests), besides=others)
            halted = self._board.make_way(others)
            jobs = [self._board.add(owner, request, cost) for request, cost in zip(requests, costs, strict=True)]
        for other, decision in halted:
            self._board.end_halt(other, "stopped", decision)
        return jobs

    # What there is

    def look(self, job: Job) -> Snapshot:
        """The job's present snapshot; looking also tells the engine that somebody still cares."""
        now = self._board.clock()
        if now >= job.deaf_until:
            job.seen = now
        snapshot = job.snapshot
        return dataclasses.replace(snapshot, wait=self._board.wait(job)) if snapshot.status == "queued" else snapshot

    def jobs_of(self, owner: str) -> list[Job]:
        """The owner's jobs, oldest first."""
        return self._board.of(owner)

    def job(self, owner: str, name: str) -> Job | None:
        """The job of that id, if it is the owner's; else None."""
        return next((job for job in self._board.of(owner) if job.id == name), None)

    def expected_wait(self) -> float | None:
        """Seconds until a job that were submitted now would have its turn, about; None where nobody knows."""
        return self._board.wait()

    def seconds(self, cost: Cost, done: int = 0, steps: int | None = None) -> float | None:
        """Seconds of computing that a run still takes, about, by what the engine has seen so far; None if nothing.

        Args:
            cost: of the run.
            done: updates made.
            steps: updates of the whole run, if that is no longer what it was set to.
        """
        return self._board.seconds(cost, done, steps)

    def tally(self) -> Tally:
        """What the engine holds now."""
        board = self._board
        with board.changed:
            return Tally(
                waiting=len(board.waiting),
                running=int(board.running is not None),
                jobs=len(board.jobs),
                bytes=bytes_of(board.jobs.values()),
                restarts=self._worker.restarts,
                uptime=time.monotonic() - self._began,
            )

    # What is done with a job

    def leave(self, owner: str, grace: float) -> None:
        """Tells that the owner seems to have gone: the jobs end after `grace` seconds, unless somebody looks before."""
        with self._board.changed:
            now = self._board.clock()
            for job in self._board.of(owner):
                job.seen = min(job.seen, now - self._abandoned_after + grace)
                job.deaf_until = now + min(ECHO, grace / 2)

    def pause(self, job: Job) -> None:
        """Lets a running job rest at the step it has reached; others have their turn meanwhile."""
        if job.active:
            self._board.halt(job, "paused")

    def stop(self, job: Job) -> None:
        """Ends a job at once, with the picture of the step it has reached; a waiting job leaves the queue."""
        self._board.stop(job)

    def go_on(self, job: Job, more_steps: int = 0) -> None:
        """Lets a paused or ended job run again from where it is, with all that its optimizer knows.

        Args:
            job: whose computation is still there, as `snapshot.warm` says.
            more_steps: updates on top of those it was set to make.

        Raises:
            QueueFull: if too many jobs wait already.
            ValueError: if the computation is no longer there, or that is more than this server's limits.
        """
        check_more_steps(job, more_steps, self.limits)
        with self._board.changed:
            if job.active:
                return
            if not job.snapshot.warm or self.job(job.owner, job.id) is None:
                raise ValueError(NO_STATE)
            others = [other for other in self._board.alive(job.owner, job.request.room) if other is not job]
            self._worker.revive()
            self._board.check_room(job.owner, 1, besides=others, new=False)
            halted = self._board.make_way(others)
            unread = sum(message.more_steps for message in job.messages)
            missing = job.snapshot.done + more_steps - job.snapshot.steps - unread
            if missing > 0:
                self._send(job, Steering(more_steps=missing))
            job.done.clear()
            job.halt = None
            self._board.decide(job)
            job.seen = self._board.clock()
            if job is self._board.running:  # the step it was halted at has not even ended
                self._board.tell(job, status="running", position=0)
            else:
                self._board.enqueue(job)
        for other, decision in halted:
            self._board.end_halt(other, "stopped", decision)

    def steer(self, job: Job, steering: Steering) -> None:
        """Sends a message to a job: it takes effect from the next step on, and none at all if the job has ended.

        Raises:
            ValueError: if it is no message for this job, or beyond this server's limits.
        """
        with self._board.changed:
            check_steering(job, steering, self.limits)
            if not job.ended:
                self._send(job, steering)

    def set_apart(self, job: Job, k: int) -> Job:
        """One picture of a batch that has come to rest, as an ended job of its own."""
        return self._board.set_apart(job, k)

    def remove(self, job: Job) -> None:
        """Ends a job and takes its picture away; `bring_back` undoes that for `board.UNDO_SECONDS`."""
        self._board.remove(job)

    def removed(self, owner: str) -> Job | None:
        """The job that the owner removed last, while it can be brought back."""
        return self._board.removed(owner)

    def bring_back(self, job: Job) -> bool:
        """Undoes a removal. Returns whether it could: in the end a removed job is gone."""
        return self._board.bring_back(job)

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
