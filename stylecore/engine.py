"""One worker thread a device, and a fair, bounded queue: pause, stop, go on, steer. Knows nothing of any page."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Literal

from stylecore.admission import check_more_steps, check_request, check_steering
from stylecore.awake import AwakeClock
from stylecore.config import Network
from stylecore.cost import Cost, Pace, cost_of
from stylecore.devices import OutOfMemory, choose_device, is_out_of_memory, release_memory
from stylecore.images import ImageError, decode, picture_size, to_tensor
from stylecore.inbox import Answer, Inbox, Inquiry
from stylecore.jobs import FRAMES, Job, Point, Request, Room, Snapshot, Status, alone, halves, with_frame
from stylecore.keeping import bytes_of, too_many, too_warm
from stylecore.limits import Limits, available_memory, read_limits
from stylecore.logs import Fact, log_event, pseudonym
from stylecore.publishing import frame_due, previews, results
from stylecore.questions import Question
from stylecore.sentences import COOLED, HALVED, KILLED, NO_STATE, NOT_ENCODED, REFUSALS, sentence, time_is_up
from stylecore.transfer import Steering, Step, prepare, stylize
from stylecore.vgg import VGG16, load_vgg16

_log = logging.getLogger(__name__)

BEAT = 1.0  # seconds between two looks at whether the worker lives


@dataclass(frozen=True, slots=True)
class Tally:
    """What an engine holds: see `health.Health`."""

    waiting: int
    running: int
    jobs: int
    bytes: int
    restarts: int
    uptime: float


class QueueFull(RuntimeError):
    """There is no room for another job now; the message says so in one sentence."""


class Engine:
    """Runs jobs one after another, taking turns between owners; every method returns at once.

    One job is computed at a time, and an owner has one run in each room: a new one ends what the owner had waiting or
    running there, and its picture is kept. Nothing here depends on streamlit: an owner is any string, and a job that
    nobody has looked at for `abandoned_after` seconds is stopped.
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
        self._pace = pace or Pace()
        self._load = load
        self._abandoned_after, self._refresh = abandoned_after, refresh
        self._clock = AwakeClock(clock)
        self._changed = threading.Condition(threading.RLock())
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._numbers = itertools.count(1)
        self._turns: dict[str, int] = {}  # by owner: number of the last turn
        self._turn = 0
        self._inbox = Inbox(lambda network: self._load(network, self.device), sentence)
        self._restarts = 0
        self._began = time.monotonic()
        self._worker = self._start_worker()
        threading.Thread(target=self._watch, name="stylecore-watch", daemon=True).start()

    # What pages ask

    def ask(self, owner: str, question: Question[Answer]) -> Inquiry[Answer]:
        """Asks something short: it is answered between two steps of whatever runs, the answer is kept for a while."""
        inquiry = self._inbox.ask(owner, question)
        with self._changed:
            self._revive()
            self._changed.notify_all()
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
        costs = [_cost(request, self.device) for request in requests]
        with self._changed:
            others = [] if beside else self._alive(owner, requests[0].room)
            self._make_room(len(requests), besides=others)
            self._check_active(owner, len(requests), besides=others)
            for other in others:
                self.stop(other)
                if other.snapshot.done == 0:  # there is no picture to keep but the one that it began with
                    self.remove(other)
            jobs = []
            for request, cost in zip(requests, costs, strict=True):
                job = Job(
                    id=f"job-{next(self._numbers)}",
                    owner=owner,
                    number=self._next_number(owner, request.room),
                    request=request,
                    cost=cost,
                    snapshot=Snapshot(status="queued", steps=request.config.steps),
                    seen=self._clock(),
                    frame_every=max(1, round(request.config.steps / FRAMES)),
                )
                self._jobs[job.id] = job
                self._enqueue(job)
                self._log("job_submitted", job)
                jobs.append(job)
            return jobs

    def set_apart(self, job: Job, k: int) -> Job:
        """One picture of a batch that has come to rest, as an ended job of its own."""
        with self._changed:
            apart = alone(job, k, self._next_number(job.owner, "studio"), f"job-{next(self._numbers)}")
            self._jobs[apart.id] = apart
            self._forget_old()
            return apart

    def look(self, job: Job) -> Snapshot:
        """The job's present snapshot; looking also tells the engine that somebody still cares."""
        job.seen = self._clock()
        snapshot = job.snapshot
        return dataclasses.replace(snapshot, wait=self._wait(job)) if snapshot.status == "queued" else snapshot

    def jobs_of(self, owner: str) -> list[Job]:
        """The owner's jobs, oldest first."""
        with self._changed:
            return [job for job in self._jobs.values() if job.owner == owner]

    def job(self, owner: str, name: str) -> Job | None:
        """The job of that id, if it is the owner's; else None."""
        job = self._jobs.get(name)
        return job if job is not None and job.owner == owner else None

    def latest_of(self, owner: str) -> Job | None:
        """The owner's newest job, or None."""
        return next(reversed(self.jobs_of(owner)), None)

    def expected_wait(self) -> float | None:
        """Seconds until a job that were submitted now would have its turn, about; None where nobody knows."""
        with self._changed:
            return self._seconds([*self._at_work(), *self._waiting])

    def seconds(self, cost: Cost, done: int = 0, steps: int | None = None) -> float | None:
        """Seconds of computing that a run still takes, about, by what the engine has seen so far; None if nothing.

        Args:
            cost: of the run.
            done: updates made.
            steps: updates of the whole run, if that is no longer what it was set to.
        """
        pace = self._pace.of(cost.picture)
        return None if pace is None else cost.work(done, steps) * pace

    def tally(self) -> Tally:
        """What the engine holds now."""
        with self._changed:
            return Tally(
                waiting=len(self._waiting),
                running=int(self._running is not None),
                jobs=len(self._jobs),
                bytes=bytes_of(self._jobs.values()),
                restarts=self._restarts,
                uptime=time.monotonic() - self._began,
            )

    def leave(self, owner: str, grace: float) -> None:
        """Tells that the owner seems to have gone: the jobs end after `grace` seconds, unless somebody looks before."""
        with self._changed:
            for job in self._jobs.values():
                if job.owner == owner:
                    job.seen = min(job.seen, self._clock() - self._abandoned_after + grace)

    def pause(self, job: Job) -> None:
        """Lets a running job rest at the step it has reached; others have their turn meanwhile."""
        if job.active:
            self._halt(job, "paused")

    def stop(self, job: Job) -> None:
        """Ends a job at once, with the picture of the step it has reached; a waiting job leaves the queue."""
        if not job.ended:
            self._halt(job, "stopped")

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
        with self._changed:
            if job.active:
                return
            if not job.snapshot.warm:
                raise ValueError(NO_STATE)
            others = [other for other in self._alive(job.owner, job.request.room) if other is not job]
            self._make_room(1, besides=others)
            for other in others:
                self.stop(other)
            missing = job.snapshot.done + more_steps - job.snapshot.steps
            if missing > 0:
                job.messages.append(Steering(more_steps=missing))
            job.done.clear()
            job.halt = None
            job.seen = self._clock()
            if job is self._running:  # the step it was halted at has not even ended
                self._tell(job, status="running", position=0)
            else:
                self._enqueue(job)

    def steer(self, job: Job, steering: Steering) -> None:
        """Sends a message to a running job: it takes effect from the next step on.

        Raises:
            ValueError: if it is no message for this job, or beyond this server's limits.
        """
        with self._changed:
            check_steering(job, steering, self.limits)
            if job.messages:  # one that it has not read yet: both become one, so that a slider can't pile them up
                unread = job.messages.pop()
                steering = Steering(
                    lambdas=unread.lambdas if steering.lambdas is None else steering.lambdas,
                    more_steps=unread.more_steps + steering.more_steps,
                )
            job.messages.append(steering)

    def remove(self, job: Job) -> None:
        """Ends and forgets a job with its pictures."""
        with self._changed:
            self.stop(job)
            self._cool(job)
            self._jobs.pop(job.id, None)

    # The queue; all of it under the lock

    def _check_active(self, owner: str, count: int, besides: list[Job]) -> None:
        active = sum(job.owner == owner and not job.ended and job not in besides for job in self._jobs.values())
        if active + count > self.limits.max_active:
            raise QueueFull(
                f"This server's limit for one visitor is {self.limits.max_active} runs at a time, and this would be "
                f"{active + count}: ask for less, or stop some."
            )

    def _alive(self, owner: str, room: Room) -> list[Job]:
        """What a new job of the owner in this room takes the place of."""
        jobs = (job for job in self.jobs_of(owner) if job.request.room == room)
        return [job for job in jobs if not job.ended]

    def _next_number(self, owner: str, room: Room) -> int:
        return 1 + max((job.number for job in self.jobs_of(owner) if job.request.room == room), default=0)

    def _make_room(self, count: int, besides: list[Job]) -> None:
        self._revive()
        waiting = [job for job in self._waiting if job not in besides]
        free = self._running is None or self._running in besides
        at_once = 1 if free and not waiting else 0
        if len(waiting) + count - at_once > self.limits.max_waiting:
            if count > 1 and not waiting:
                raise QueueFull(
                    f"This server's queue has room for {self.limits.max_waiting}, and this is {count}: ask for less."
                )
            raise QueueFull(f"{len(waiting)} pictures are waiting already: try again in a few minutes.")

    def _enqueue(self, job: Job) -> None:
        self._tell(job, status="queued")
        self._waiting.append(job)
        self._sweep()
        self._tell_positions()
        self._changed.notify_all()

    def _order(self) -> list[Job]:
        """The waiting jobs, those first whose owner's last turn is the longest ago."""
        return sorted(self._waiting, key=lambda job: self._turns.get(job.owner, 0))

    def _at_work(self) -> list[Job]:
        """The job that has its turn, unless it ends with the step it is at."""
        return [self._running] if self._running is not None and not self._running.halt else []

    def _tell_positions(self) -> None:
        for position, job in enumerate(self._order(), len(self._at_work())):
            self._tell(job, position=position)

    def _wait(self, job: Job) -> float | None:
        with self._changed:
            before = list(itertools.takewhile(lambda other: other is not job, self._order()))
            return self._seconds([*self._at_work(), *before])

    def _seconds(self, jobs: list[Job]) -> float | None:
        each = [self._left(job) for job in jobs]
        return None if None in each else sum((left or 0.0 for left in each), 0.0)

    def _left(self, job: Job) -> float | None:
        return None if job.cost is None else self.seconds(job.cost, job.snapshot.done, job.snapshot.steps)

    def _tell(self, job: Job, **changes: object) -> None:
        with self._changed:
            job.snapshot = dataclasses.replace(job.snapshot, **changes)  # type: ignore[arg-type]

    def _halt(self, job: Job, status: Literal["paused", "stopped"]) -> None:
        """Publishes the end, or a pause, at the newest step, without waiting for the step that is being computed."""
        with self._changed:
            if job.snapshot.status == status or job.ended:
                return
            job.halt = status
            if job in self._waiting:
                self._waiting.remove(job)
            keep = job.run is not None or job is self._running
            step = job.step if job.step is not None and job.step.index > 0 else None
            self._tell_positions()
        self._publish_end(job, status, step, warm=keep)

    def _sweep(self) -> None:
        """Gives back what is too much: paused jobs that nobody looks at, old optimizer states, old pictures."""
        for job in [job for job in self._jobs.values() if job.snapshot.status == "paused" and self._abandoned(job)]:
            self.stop(job)
        for job in too_warm(self._jobs.values(), self.limits):
            self._cool(job)
        self._forget_old()

    def _cool(self, job: Job) -> None:
        """Drops the computation of a job that rests; its pictures stay."""
        if job is self._running:
            return  # the worker drops it when its step has ended
        if job.run is not None:
            job.run.close()
        job.run, job.step, job.pending = None, None, None
        if job.snapshot.status == "paused":
            self._tell(job, status="stopped", notices=(*job.snapshot.notices, COOLED))
        self._tell(job, warm=False)

    def _forget_old(self) -> None:
        for job in too_many(self._jobs.values(), self.limits):
            self.remove(job)

    # The worker

    def _start_worker(self) -> threading.Thread:
        worker = threading.Thread(target=self._work, name="stylecore-worker", daemon=True)
        worker.start()
        return worker

    def _watch(self) -> None:
        """Looks every second whether the worker lives, and at the clock, which takes note of sleep by that."""
        slept = 0.0
        while True:
            time.sleep(BEAT)
            self._clock()
            if self._clock.slept > slept:
                log_event("woke", seconds=round(self._clock.slept - slept))
                slept = self._clock.slept
            try:
                with self._changed:
                    self._revive()
            except Exception:  # such as too few threads left: the next look may do better
                _log.exception("the worker could not be replaced")

    def _revive(self) -> None:
        """Starts another worker where the last one has died, which no job should bring about.

        Its job fails, the picture kept, and the next one has its turn.
        """
        if self._worker.is_alive():
            return
        self._restarts += 1
        log_event("worker_restarted", logging.ERROR, restarts=self._restarts)
        lost = [job for job in self._jobs.values() if job.active and job not in self._waiting]
        if self._running is not None:  # what was cut off in the middle of a step can't go on from there
            self._running.run, self._running.pending = None, None
        self._running = None
        for job in lost:
            self._publish_end(job, "failed", job.step, error=KILLED)
        self._worker = self._start_worker()

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._inbox.waiting():
                    self._turns.clear()
                    self._sweep()
                    self._changed.wait(self._abandoned_after)
            self._inbox.advance()
            with self._changed:
                if not self._waiting:
                    continue
                job = self._order()[0]
                self._waiting.remove(job)
                self._running = job
                self._turn += 1
                self._turns[job.owner] = self._turn
                self._tell_positions()
                self._tell(job, status="running", position=0)
            self._log("job_started", job)
            if self._abandoned(job):
                self.stop(job)
            self._run(job)
            gc.collect()  # once a job, here, instead of after every run of a page: see .streamlit/config.toml
            with self._changed:
                self._running = None
                if job.id not in self._jobs or (job.ended and self._time_is_up(job)):  # removed while it ran, or spent
                    self._cool(job)
                elif job.snapshot.status == "running":  # halted, and told to go on before the worker noticed
                    self._waiting.append(job)
                self._sweep()
                self._tell_positions()

    def _abandoned(self, job: Job) -> bool:
        return self._clock() - job.seen > self._abandoned_after

    def _time_is_up(self, job: Job) -> bool:
        return job.snapshot.seconds >= self.limits.max_seconds

    def _run(self, job: Job) -> None:
        """Runs one job until it ends or is halted, whatever happens; the last picture is kept in every case."""
        error, short = "", False
        try:
            while self._advance(job):
                self._inbox.advance()
                self._look_after(job)
        except Exception as problem:
            error, short = sentence(problem), is_out_of_memory(problem)
            if isinstance(problem, REFUSALS):
                self._log("job_refused", job, reason=type(problem).__name__)
        if error:  # now that the exception is gone, and with it what its frames held
            job.run = None  # a generator that raised can't go on
        if short:
            self._log("memory_ran_out", job, level=logging.WARNING)
            self._free_memory()
            if len(job.request.config.lambdas) > 1 and not job.halt:
                self._halve(job)
                return
        if error:
            self._publish_end(job, "failed", job.step, error=error, too_large=short)

    def _look_after(self, job: Job) -> None:
        """Stops a job that nobody waits for, or that has had its time."""
        if self._abandoned(job):
            self.stop(job)
        elif self._time_is_up(job) and not (job.step and job.step.last):
            self._tell(job, notices=(*job.snapshot.notices, time_is_up(self.limits.max_seconds)))
            self.stop(job)

    def _free_memory(self) -> None:
        """Drops what only serves to go on with runs that have ended, of whomever."""
        with self._changed:
            for job in self._jobs.values():
                if job.ended:
                    self._cool(job)
        release_memory(self.device)

    def _halve(self, job: Job) -> None:
        """Puts two jobs of half as many λ in the place of a batch; they are next, and go on from where it was."""
        with self._changed:
            if job.halt or job.id not in self._jobs:
                return
            numbers = (job.number, self._next_number(job.owner, job.request.room))
            both = halves(job, numbers, (f"job-{next(self._numbers)}", f"job-{next(self._numbers)}"))
            del self._jobs[job.id]
            self._turns[job.owner] = -1  # it has its turn still
            for half in both:
                half.cost = _cost(half.request, self.device)
                self._jobs[half.id] = half
                notices = half.snapshot.notices
                self._tell(half, notices=notices if HALVED in notices else (*notices, HALVED))
                self._enqueue(half)
                self._log("job_submitted", half)
            self._tell(job, status="stopped", left=0.0, warm=False, notices=(*job.snapshot.notices, HALVED))
            job.step, job.pending = None, None
            job.done.set()

    def _advance(self, job: Job) -> bool:
        """Computes and publishes one step. Returns whether there is another one to come now."""
        began = self._clock()
        step = self._next_step(job)
        if step is None:
            return False
        seconds = job.snapshot.seconds + self._clock() - began
        frame = frame_due(job, step)
        stale = frame is not None or step.last or seconds - job.drawn >= self._refresh
        shown = frame.pictures if frame else previews(step) if stale else job.snapshot.previews
        with self._changed:
            if job.halt:  # what was published when it was halted stays as it is
                job.pending = step
                return False
            job.step, job.pending = step, None
            if stale:
                job.drawn = seconds
            frames = job.snapshot.frames
            if frame:
                frames, job.frame_every = with_frame(frames, frame, job.frame_every)
            notices = (*job.snapshot.notices, step.notice) if step.notice else job.snapshot.notices
            history = (*job.snapshot.history, Point.of(step))
            self._tell(job, seconds=seconds, history=history, previews=shown, frames=frames, notices=notices)
            self._tell(job, left=self._left(job) or 0.0)
        return True

    def _next_step(self, job: Job) -> Step | None:
        """The next step of a job's run, or None when there is none to come now."""
        if job.halt:
            return None
        if job.run is None:
            job.run = self._begin(job)
            first = next(job.run)
            if job.step is None:
                return first
            if not self._catch_up(job, first):
                return None
        if job.pending is not None:
            return job.pending
        message = job.messages.popleft() if job.messages else None
        if job.step is not None and job.step.last and (message is None or message.more_steps == 0):
            self._publish_end(job, "finished", job.step, warm=True)
            return None
        began = self._clock()
        try:
            step = job.run.send(message)
        except Exception:
            if message is not None:
                job.messages.appendleft(message)  # for a run that begins anew
            raise
        if message is not None and job.step is not None:
            changes = job.snapshot.changes  # for the curve and the recipe
            if message.lambdas is not None:
                changes = (*changes, (job.step.index, message.lambdas))
            self._tell(job, changes=changes, steps=job.snapshot.steps + message.more_steps)
        self._learn(job, step, self._clock() - began)
        return step

    def _catch_up(self, job: Job, step: Step) -> bool:
        """Repeats, unseen, the steps that had been published when a run had to begin anew: the very same ones.

        Returns:
            Whether it is there; else the job was halted on the way, and can only begin anew once more.
        """
        assert job.run is not None
        assert job.step is not None
        changes = dict(job.snapshot.changes)
        more = job.snapshot.steps - job.request.config.steps
        while step.index < job.step.index:
            self._look_after(job)
            if job.halt:
                job.run.close()
                job.run = None
                return False
            step = job.run.send(Steering(lambdas=changes.get(step.index), more_steps=more))
            more = 0
        job.step = step
        if more:  # asked for at the very step that the job is at
            self._tell(job, steps=job.request.config.steps)
            job.messages.appendleft(Steering(more_steps=more))
        return True

    def _begin(self, job: Job) -> Generator[Step, Steering | None, None]:
        request = job.request
        content, style = decode(request.content, "The content picture"), decode(request.style, "The style picture")
        initial = to_tensor(decode(request.init, "The picture to start from")) if request.init else None
        job.cost = cost_of(content.size, style.size, request.config, self.device)
        if self.device == "cpu" and job.cost.memory > available_memory():
            self._free_memory()
        free = available_memory()
        if self.device == "cpu" and job.cost.memory > free:
            raise OutOfMemory(
                f"This run needs about {job.cost.memory / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free on "
                "this server: choose a smaller size."
            )
        tensors = prepare(content, style, request.config)
        vgg = self._load(request.config.network, self.device)
        return stylize(vgg, *tensors, request.config, initial)

    def _learn(self, job: Job, step: Step, seconds: float) -> None:
        """Takes a step into account in what is believed of this machine's pace."""
        if job.cost is not None and step.index > 1:
            pictures = len(step.lambdas)
            self._pace.learn(job.cost.pixels(step.index - 1) // pictures, seconds / pictures)

    def _publish_end(
        self,
        job: Job,
        status: Status,
        step: Step | None,
        *,
        warm: bool = False,
        error: str = "",
        too_large: bool = False,
    ) -> None:
        """Publishes how a job has come to rest, with the finished pictures of its newest step."""
        pictures, shown = job.snapshot.results, job.snapshot.previews
        if step is not None:
            try:
                pictures, shown = results(job, step, self.device), previews(step)
            except Exception:
                _log.exception("the pictures of job %s could not be encoded", job.id)
                error = error or NOT_ENCODED
        with self._changed:
            if job.ended or (job.halt is not None and job.halt != status):
                return  # somebody was faster
            self._tell(
                job,
                status="failed" if error else status,
                position=0,
                left=0.0,
                results=pictures,
                previews=shown,
                error=error,
                warm=warm and not error,
                too_large=too_large,
            )
            if status == "failed":  # nothing of it shall take the next one's memory; what was halted may go on
                job.step, job.pending = None, None
            job.done.set()
            self._log("job_paused" if status == "paused" and not error else "job_ended", job)

    def _log(self, event: str, job: Job, level: int = logging.INFO, **more: Fact) -> None:
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
            waiting=len(self._waiting),
            **more,
        )


def _cost(request: Request, device: str) -> Cost | None:
    """What a request will cost; None for pictures that can't be read: its run will say why."""
    try:
        return cost_of(picture_size(request.content), picture_size(request.style), request.config, device)
    except ImageError:
        return None
