"""What pages ask of the server's one engine: submit, show, steer, pause, stop, go on."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from stylecore.config import Postprocess, TransferConfig, VggWeights
from stylecore.engine.admission import Admission
from stylecore.engine.answering import AnsweringThread
from stylecore.engine.cost import Cost, Size, fitting_cost
from stylecore.engine.derived_jobs import from_result
from stylecore.engine.endings import Endings
from stylecore.engine.jobs import Job, Request, Snapshot
from stylecore.engine.limits import Limits, free_memory, read_limits
from stylecore.engine.messages import FROM_PICTURE, NO_STATE, NOT_DEEP, SERVER_ENDS
from stylecore.engine.presence import Presence
from stylecore.engine.queries import Answer, Query, QueryFailed, QueryQueue
from stylecore.engine.quotas import RequestRefused, check_more_steps, check_steering, checked_request
from stylecore.engine.registry import Registry
from stylecore.engine.retention import result_bytes, upload_bytes
from stylecore.engine.runner import Answerer, Pictures, Runner
from stylecore.engine.scheduler import Scheduler, request_cost
from stylecore.engine.shared_results import SharedResults
from stylecore.engine.slots import Slots
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.engine.throughput import ThroughputEstimator
from stylecore.engine.usual_size import usual_size
from stylecore.engine.weights import OtherWeights
from stylecore.engine.worker import CLOSING_SECONDS, Worker, close_all
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
    """Runs jobs in slices, taking turns between owners; every method returns at once.

    In each slot, which is a runner, one step is computed at a time. A new run ends what its owner had waiting or
    running in its workspace, with the picture kept, unless it is to wait beside that. Nothing here depends on
    streamlit: an owner is any string, and a job that no page has shown for `abandoned_after` seconds is stopped.

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
        runners: Sequence[Runner] | None = None,
        answerer: Answerer | None = None,
        shared: SharedResults | None = None,
    ) -> None:
        """Starts the worker.

        Args:
            device: "cpu" or "cuda"; the best there is if None.
            load: gives VGG16 with the named weights on a device; called by the runner.
            limits: what is allowed; from this machine's memory and the environment if None.
            throughput: what is known of the machine's speed; the engine learns from every step.
            abandoned_after: seconds without a heartbeat after which a job is stopped.
            refresh: seconds of computing between two previews of a running job.
            clock: seconds, never going back; for tests.
            runners: who compute, each one run at a time; this process alone, with torch, if None.
            answerer: who answers queries, between the steps of its runs if it is one of the runners, else beside them;
                this process if None.
            shared: results that everybody may see, to which those of public pictures are added; none if None.
        """
        self.device = device or choose_device()
        self.limits = limits or read_limits(device=self.device)
        throughput = throughput or ThroughputEstimator()
        self._throughput = throughput
        self._abandoned_after = abandoned_after
        self._slots = Slots(runners or [ThreadRunner(self.device, load, refresh)])
        here = (runner for runner in self._slots.runners if isinstance(runner, ThreadRunner))
        self._answerer = answerer or next(here, None) or ThreadRunner(self.device, load, refresh)
        self._registry = Registry(self.limits, clock, self._slots.release)
        self._shared = shared or SharedResults({}, 0)
        self._registry.on_finish.append(self._shared.offer)
        self.count_also(self._shared.held_bytes)
        self._scheduler = Scheduler(self._registry, self._slots.devices(), throughput, abandoned_after)
        self._weights = OtherWeights(lambda name: load(name, self.device), allowed=bool(self.limits.downloads))
        self._presence = Presence()
        self._admission = Admission(self._scheduler, self._presence)
        self._endings = Endings(self._scheduler, self._slots)
        self._queries = QueryQueue(self._answerer.answer)
        self._began = time.monotonic()
        runs_itself: object = self._answerer  # if it is a runner, too
        self._workers = [
            Worker(
                self._scheduler,
                slot,
                runner,
                self._endings,
                self._queries if runner is runs_itself else None,
                throughput,
            )
            for slot, runner in enumerate(self._slots.runners)
        ]
        beside = all(runner is not runs_itself for runner in self._slots.runners)
        self._answering = AnsweringThread(self._scheduler, self._queries) if beside else None

    # New work

    def ask(self, owner: str, query: Query[Answer]) -> Future[Answer]:
        """Asks a short query, which is answered between two steps of whatever runs; the answer is kept for a while.

        Returns:
            The answer to come. It fails with `queries.QueryFailed`, and is cancelled if the owner asks too much else.
        """
        try:
            self._weights.check(query.config.vgg_weights)
        except RequestRefused as refusal:
            refused: Future[Answer] = Future()
            refused.set_exception(QueryFailed(refusal.sentence))
            return refused
        self._revive()
        with self._scheduler.changed:
            future = self._queries.ask(owner, query)
            self._scheduler.changed.notify_all()
        return future

    def submit(self, owner: str, request: Request) -> Job:
        """Puts a request into the queue; what the owner had alive in the same workspace ends, its picture kept.

        Raises:
            QueueFull: if too many jobs wait already.
            RequestRefused: if the settings or the files are beyond this server's limits.
        """
        return self.submit_all(owner, [request])[0]

    def submit_all(self, owner: str, requests: Sequence[Request], *, beside: bool = False) -> list[Job]:
        """Like `submit`, for several requests that belong together; between them others have their turns.

        Args:
            owner: whose they are.
            requests: at least one, all of one workspace.
            beside: whether what the owner has waiting or running there goes on, before these.
        """
        results = [result for job in self.jobs_of(owner) for result in job.snapshot.results]
        requests = [checked_request(request, self.limits, results) for request in requests]
        for request in requests:
            self._weights.check(request.config.vgg_weights)
        costs = [request_cost(request, self.device) for request in requests]
        self._revive()
        with self._scheduler.changed:
            others = [] if beside else self._registry.living(owner, requests[0].workspace)
            self._admission.check(owner, len(requests), besides=others)
            self._admission.check_uploads(owner, requests, besides=others)
            halted = self._scheduler.make_way(others)
            jobs = [self._scheduler.add(owner, request, cost) for request, cost in zip(requests, costs, strict=True)]
        for other, decision in halted:
            self._endings.end_halt(other, "stopped", decision)
        return jobs

    # What there is

    def heartbeat(self, job: Job) -> Snapshot:
        """The job's present snapshot; asking for it also tells the engine that somebody still waits for the job."""
        now = self._registry.clock()
        if now >= job.ignore_heartbeats_until:
            job.seen = now
        snapshot = job.snapshot
        if snapshot.status == "queued":
            return dataclasses.replace(snapshot, wait=self._scheduler.wait(job))
        if snapshot.status == "running":
            wait, others = self._scheduler.meanwhile(job)
            return dataclasses.replace(snapshot, wait=wait, position=others)
        return snapshot

    def jobs_of(self, owner: str) -> list[Job]:
        """The owner's jobs, oldest first."""
        return self._registry.of(owner)

    def all_jobs(self) -> list[Job]:
        """The jobs of everybody, without those that have been removed; for what keeps them on disk."""
        with self._scheduler.changed:
            return [job for job in self._registry.jobs.values() if job.removed is None]

    def newest_pictures(self, job: Job, snapshot: Snapshot) -> Pictures | None:
        """The finished pictures of a job at work; None where its runner has lost them, or gone on from that step."""
        if not job.caught_up:
            return None
        try:
            return self._slots.pictures(job, snapshot)
        except Exception:  # the run says so itself when it ends
            return None

    def restore(self, jobs: Sequence[Job], numbered: int = 0) -> None:
        """Takes the jobs of an earlier server: those at rest rest here, the others wait for their turns.

        A run that had begun repeats its steps, and goes on from there.

        Args:
            jobs: oldest first; before anything was submitted here.
            numbered: a number above which new ids begin, so that none is given twice.
        """
        for job in jobs:
            if not job.ended:
                job.cost = request_cost(job.request, self.device)
        with self._scheduler.changed:
            self._registry.adopt(jobs, numbered)
            for job in jobs:
                if job.active:
                    self._scheduler.enqueue(job)
            self._scheduler.sweep()

    def jobs_like(self, owner: str, request: Request) -> list[Job]:
        """Where the pictures of a request may be: what everybody may see of it, then all jobs of the owner's."""
        return [*self._shared.matching(request), *self.jobs_of(owner)]

    def job(self, owner: str, name: str) -> Job | None:
        """The job of that id, if it is the owner's; else None."""
        return next((job for job in self._registry.of(owner) if job.id == name), None)

    def shared_job(self, name: str) -> Job | None:
        """The result of that id that everybody may see; else None."""
        return self._shared.find(name)

    def expected_wait(self) -> float | None:
        """Seconds until a job submitted now would have its turn, estimated; None where that is unknown."""
        return self._scheduler.wait()

    def seconds(self, cost: Cost, done: int = 0, steps: int | None = None) -> float | None:
        """Seconds of computing that a run still takes, by what the engine has seen so far; None if that is nothing.

        Args:
            cost: of the run.
            done: updates made.
            steps: updates of the whole run, if they are not those of the cost any more.
        """
        return self._scheduler.seconds(cost, done, steps)

    def price(self, content: Size, styles: Sequence[Size], config: TransferConfig, regions: int = 0) -> Cost:
        """What a run would cost now: in tiles where it would not fit as a whole into what is free.

        Args:
            content: width and height of the content file, in pixels.
            styles: width and height of each style file, in pixels.
            config: the settings.
            regions: number of regions with a mask of their own, see `mask_files.guided_regions`.

        Raises:
            ImageError: if a picture is too narrow for the layers.
        """
        return fitting_cost([content], styles, config, self.device, self.free_memory(), regions)

    def price_of(self, request: Request) -> Cost | None:
        """What a request would cost now; None for pictures that can't be read: its run will say why."""
        return request_cost(request, self.device)

    def know_speed(self, measured: ThroughputEstimator) -> None:
        """Takes into account how fast the machine is, if that has been measured after the engine began."""
        self._throughput.take(measured)

    @property
    def usual_size(self) -> int:
        """Pixels of the longer side at which pages begin, by what is known of the machine's speed now."""
        return usual_size(self._throughput, self.limits, self.device)

    def absent_runners(self) -> tuple[int, int]:
        """How many of those who compute can't be reached, and how many there are in all."""
        return len(self._scheduler.absent), len(self._slots.runners)

    def free_memory(self) -> int:
        """Bytes that a run could take now on the engine's device."""
        return free_memory(self.device)

    def tally(self) -> Tally:
        """What the engine holds now."""
        with self._scheduler.changed:
            return Tally(
                waiting=sum(job.snapshot.status == "queued" for job in self._scheduler.waiting),
                running=sum(job.computing or job.snapshot.status == "running" for job in self._registry.jobs.values()),
                jobs=len(self._registry.jobs),
                bytes=self._held_bytes(),
                restarts=sum(worker.restarts for worker in self._workers),
                uptime=time.monotonic() - self._began,
            )

    def _held_bytes(self) -> int:
        jobs = self._registry.jobs.values()
        elsewhere = sum(count() for count in self._registry.other_bytes)
        return sum(map(result_bytes, jobs)) + sum(upload_bytes(jobs).values()) + elsewhere

    def take_losses(self, owner: str) -> int:
        """How many of an owner's results had to go for lack of room, since this was asked last."""
        return self._registry.take_losses(owner)

    def count_also(self, held_bytes: Callable[[], int]) -> None:
        """Counts bytes that are kept elsewhere in `tally`.

        Args:
            held_bytes: gives their number; called under the engine's lock, so it must not ask the engine.
        """
        self._registry.other_bytes.append(held_bytes)

    def on_forget(self, callback: Callable[[str, str], None]) -> None:
        """Calls back with owner and id whenever a job is gone for good.

        Args:
            callback: called under the engine's lock, so it must return at once and not wait for another thread.
        """
        self._registry.on_forget.append(callback)

    def before_rest(self, keep: Callable[[Job, Snapshot, int], None]) -> None:
        """Has results kept elsewhere before anybody sees them.

        Args:
            keep: called without any lock, with a job, the snapshot with which it is about to rest, and the number of
                the decision (see `Scheduler`); it returns when that is kept, or can't be.
        """
        self._registry.before_rest = keep

    def end_all(self, notice: str = SERVER_ENDS) -> bool:
        """Stops every job with its picture, since the server ends. Returns whether any waited or ran.

        Args:
            notice: what their owners are told.
        """
        with self._scheduler.changed:
            active = [job for job in self._registry.jobs.values() if job.active]
            for job in active:
                self._registry.tell(job, notices=(*job.snapshot.notices, notice))
        for job in active:
            self._endings.halt(job, "stopped")
        return bool(active)

    def close(self, seconds: float = CLOSING_SECONDS) -> bool:
        """Ends the engine: what runs ends after its step, and nothing is computed any more.

        Args:
            seconds: for which this waits for the step that is being computed.

        Returns:
            Whether that step has ended.
        """
        if self._answering is not None:
            self._answering.close()
        ended = close_all(self._workers, seconds)
        if ended:
            self._slots.close()
        return ended

    def _revive(self) -> None:
        for worker in self._workers:
            worker.revive()

    # What is done with a job

    def arrive(self, owner: str, connection: str, address: str = "") -> bool:
        """Notes a connection of a visitor; it may be noted again and again.

        Args:
            owner: the visitor.
            connection: a name that no other connection has.
            address: from which it comes; empty if that is unknown.

        Returns:
            Whether the visitor has been here before, since this engine has begun.
        """
        known = self._presence.knows(owner)
        self._presence.arrive(owner, connection, address)
        return known

    def end_connections(self, is_open: Callable[[str], bool]) -> None:
        """Lets visitors leave all of whose connections are closed; to be called every second or so.

        Args:
            is_open: whether the connection of that name is open.
        """
        for owner in self._presence.end_closed(is_open):
            self.leave(owner, self.limits.grace_seconds)

    def leave(self, owner: str, grace: float) -> None:
        """Tells that the owner seems to have left: the jobs end after `grace` seconds unless a page shows them."""
        with self._scheduler.changed:
            now = self._registry.clock()
            for job in self._registry.of(owner):
                job.seen = min(job.seen, now - self._abandoned_after + grace)
                job.ignore_heartbeats_until = now + min(LATE_HEARTBEAT_SECONDS, grace / 2)

    def pause(self, job: Job) -> None:
        """Lets a running job rest at the step it has reached; others have their turn meanwhile."""
        if job.active:
            self._endings.halt(job, "paused")

    def stop(self, job: Job) -> None:
        """Ends a job at once, with the picture of the step it has reached; a waiting job leaves the queue."""
        self._endings.halt(job, "stopped")

    def go_on(self, job: Job, more_steps: int = 0, *, beside: bool = False) -> None:
        """Lets a paused or ended job run again from where it is, with all that its optimizer knows.

        Args:
            job: whose computation is still there, as `snapshot.resumable` says.
            more_steps: updates on top of those it was set to make.
            beside: whether what else the owner has waiting or running there goes on.

        Raises:
            QueueFull: if too many jobs wait already.
            RequestRefused: if the computation is no longer there, or that is more than this server's limits.
        """
        check_more_steps(job, more_steps, self.limits)
        self._revive()
        with self._scheduler.changed:
            if job.active:
                return
            if not job.snapshot.resumable or self.job(job.owner, job.id) is None:
                raise RequestRefused(NO_STATE)
            living = self._registry.living(job.owner, job.request.workspace)
            others = [] if beside else [other for other in living if other is not job]
            self._admission.check(job.owner, 1, besides=others, new=False)
            halted = self._scheduler.make_way(others)
            self._scheduler.resume(job, more_steps)
        for other, decision in halted:
            self._endings.end_halt(other, "stopped", decision)

    def extend(self, job: Job, more_steps: int, *, beside: bool = False) -> Job:
        """Goes on with a job of one λ that is at rest: with its optimizer's state, or from its picture if that is gone.

        Args:
            job: with a result.
            more_steps: updates to make, at least those that it has not made yet.
            beside: whether what else the owner has waiting or running there goes on.

        Returns:
            The job that makes them: the same, or a new one with the λ that this one was steered to.

        Raises:
            QueueFull: if too many jobs wait already.
            RequestRefused: if that is more than this server's limits.
        """
        if job.ended and job.snapshot.results and not job.snapshot.resumable:
            request = from_result(job, max(more_steps, job.snapshot.steps - job.snapshot.done))
            (anew,) = self.submit_all(job.owner, [request], beside=beside)
            with self._scheduler.changed:
                self._registry.tell(anew, notices=(FROM_PICTURE, *anew.snapshot.notices))
            return anew
        self.go_on(job, more_steps, beside=beside)
        return job

    def deep_picture(self, job: Job, postprocess: Postprocess) -> bytes:
        """The picture of a job of one λ at rest, as a TIFF of 16 bits a channel, with its recipe.

        Args:
            job: whose computation is still there, as `snapshot.resumable` says: only that has more than 8 bits.
            postprocess: what is done to the picture.

        Raises:
            RequestRefused: if the computation is no longer there.
        """
        try:
            return self._slots.deep_picture(job, job.snapshot, postprocess)
        except LookupError as error:
            raise RequestRefused(NOT_DEEP) from error

    def steer(self, job: Job, steering: Steering) -> None:
        """Sends a message to a job: it takes effect from the next step on, and none at all if the job has ended.

        Raises:
            RequestRefused: if it is no message for this job, or beyond this server's limits.
        """
        with self._scheduler.changed:
            check_steering(job, steering, self.limits)
            if not job.ended:
                self._scheduler.steer(job, steering)

    def promote(self, job: Job, k: int, owner: str | None = None) -> Job:
        """One picture of a batch that has come to rest, as an ended job of the Studio.

        Args:
            job: that has computed it.
            k: index of its λ in the batch.
            owner: whose it becomes, if it was everybody's; the job's own if None.
        """
        return self._registry.promote(job, k, job.owner if owner is None else owner)

    def remove(self, job: Job) -> None:
        """Ends a job and takes its picture away; `bring_back` undoes that for `registry.UNDO_SECONDS`."""
        self.stop(job)
        self._registry.hide(job)

    def removed(self, owner: str) -> Job | None:
        """The job that the owner removed last, while it can be brought back."""
        return self._registry.hidden(owner)

    def bring_back(self, job: Job) -> bool:
        """Undoes a removal. Returns whether it could: in the end a removed job is gone."""
        return self._registry.bring_back(job)

    def forget_all(self, owner: str) -> None:
        """Ends all of an owner's jobs and drops everything that is held of them, also removed ones and answers."""
        self._queries.forget(owner)
        self._answerer.forget_views()
        with self._scheduler.changed:
            jobs = [job for job in self._registry.jobs.values() if job.owner == owner]
            for job in jobs:
                if decision := self._scheduler.begin_halt(job, "stopped"):
                    self._scheduler.finish(job, "stopped", decision)
                self._registry.forget(job)

    def forget_answers(self, owner: str) -> None:
        """Drops what was answered to an owner, since a picture that was asked about is to be gone."""
        self._queries.forget(owner)
        self._answerer.forget_views()
