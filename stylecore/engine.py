"""Jobs and the engine: one worker thread a device, a fair bounded queue, stop and steer. Knows nothing of any page."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Literal

from stylecore.config import Network, TransferConfig
from stylecore.devices import choose_device, is_out_of_memory
from stylecore.images import ImageError, decode, encode_jpeg, to_image, to_tensor
from stylecore.results import finished_pictures
from stylecore.transfer import Steering, Step, TransferError, prepare, stylize
from stylecore.vgg import VGG16, WeightsError, load_vgg16

Status = Literal["queued", "running", "finished", "stopped", "failed"]
ENDED: frozenset[Status] = frozenset({"finished", "stopped", "failed"})

_log = logging.getLogger(__name__)


class QueueFull(RuntimeError):
    """There is no room for another job now; the message says so in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that a job needs, as plain data: it could travel to another process or machine.

    Attributes:
        content: bytes of the content file.
        style: bytes of the style file.
        config: the settings.
        init: bytes of the file to start from, for `init="image"`; else empty.
    """

    content: bytes
    style: bytes
    config: TransferConfig
    init: bytes = b""


@dataclass(frozen=True, slots=True)
class Point:
    """Losses of one step, one entry for each λ."""

    index: int
    content: tuple[float, ...]
    style: tuple[float, ...]
    total: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a page may know of a job at one moment: immutable and plain.

    Attributes:
        status: where the job is in its life.
        position: jobs that will run before it, while it is queued.
        steps: updates that the job is set to make.
        seconds: that the run has taken so far.
        history: losses of all steps so far.
        previews: JPEG bytes of each λ's picture, no older than a refresh.
        results: PNG bytes of each λ's picture with its recipe, once the job has ended.
        changes: λ changed on the way: (step, the new λ).
        notices: what the visitor should be told, oldest first.
        error: one sentence on why it failed; else empty.
    """

    status: Status
    position: int = 0
    steps: int = 0
    seconds: float = 0.0
    history: tuple[Point, ...] = ()
    previews: tuple[bytes, ...] = ()
    results: tuple[bytes, ...] = ()
    changes: tuple[tuple[int, tuple[float, ...]], ...] = ()
    notices: tuple[str, ...] = ()
    error: str = ""


@dataclass(eq=False, slots=True, kw_only=True)
class Job:
    """One request on its way. Pages read `snapshot`; only the engine and its worker write."""

    id: str
    owner: str
    request: Request
    snapshot: Snapshot
    seen: float
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    messages: deque[Steering] = field(default_factory=deque)

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.snapshot.status in ENDED

    @property
    def bytes(self) -> int:
        """Memory that its pictures hold."""
        request, snapshot = self.request, self.snapshot
        pictures = (request.content, request.style, request.init, *snapshot.previews, *snapshot.results)
        return sum(map(len, pictures))


class Engine:
    """Runs jobs one after another, taking turns between owners; every method returns at once.

    An owner has one active job: a new one replaces what the owner had waiting or running. Nothing here depends on
    streamlit: an owner is any string, and a job that nobody has looked at for `abandoned_after` seconds is stopped.
    """

    def __init__(
        self,
        device: str | None = None,
        load: Callable[[Network, str], VGG16] = load_vgg16,
        max_waiting: int = 20,
        max_bytes: int = 200 * 2**20,
        abandoned_after: float = 180.0,
        refresh: float = 0.7,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Starts the worker.

        Args:
            device: "cpu" or "cuda"; the best there is if None.
            load: gives VGG16 with the named weights on a device; called by the worker.
            max_waiting: jobs that may wait; more are refused.
            max_bytes: of pictures kept, requests and results; the oldest ended jobs go first.
            abandoned_after: seconds.
            refresh: seconds between two previews of a running job.
            clock: for tests.
        """
        self._device = device or choose_device()
        self._load = load
        self._max_waiting, self._max_bytes = max_waiting, max_bytes
        self._abandoned_after, self._refresh = abandoned_after, refresh
        self._clock = clock
        self._changed = threading.Condition()
        self._waiting: deque[Job] = deque()
        self._running: Job | None = None
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._numbers = itertools.count(1)
        self._turns: dict[str, int] = {}  # by owner: number of the last turn
        self._turn = 0
        self._worker = self._start_worker()

    def submit(self, owner: str, request: Request) -> Job:
        """Puts a request into the queue, in place of what the owner had there.

        Raises:
            QueueFull: if too many jobs wait already.
        """
        with self._changed:
            if not self._worker.is_alive():  # nothing that a job does should end it; if it happened, go on
                self._worker = self._start_worker()
            mine = [job for job in self._waiting if job.owner == owner]
            if len(self._waiting) - len(mine) >= self._max_waiting:
                raise QueueFull(f"{len(self._waiting)} pictures are waiting already: try again in a few minutes.")
            for job in mine:
                self._discard(job)
            if self._running is not None and self._running.owner == owner:
                self._running.stop.set()
            job = Job(
                id=f"job-{next(self._numbers)}",
                owner=owner,
                request=request,
                snapshot=Snapshot(status="queued", steps=request.config.steps),
                seen=self._clock(),
            )
            self._jobs[job.id] = job
            self._waiting.append(job)
            self._forget_old()
            self._tell_positions()
            self._changed.notify_all()
            return job

    def look(self, job: Job) -> Snapshot:
        """The job's present snapshot; looking also tells the engine that somebody still cares."""
        job.seen = self._clock()
        return job.snapshot

    def latest_of(self, owner: str) -> Job | None:
        """The owner's newest job, or None."""
        with self._changed:
            return next((job for job in reversed(self._jobs.values()) if job.owner == owner), None)

    def leave(self, owner: str, grace: float) -> None:
        """Tells that the owner seems to have gone: the jobs end after `grace` seconds, unless somebody looks before."""
        with self._changed:
            for job in self._jobs.values():
                if job.owner == owner:
                    job.seen = min(job.seen, self._clock() - self._abandoned_after + grace)

    def stop(self, job: Job) -> None:
        """Stops a job after the step it is at, keeping the picture; a waiting job leaves the queue."""
        with self._changed:
            if job in self._waiting:
                self._discard(job)
            job.stop.set()

    def steer(self, job: Job, steering: Steering) -> None:
        """Sends a message to a running job: it takes effect from the next step on."""
        job.messages.append(steering)

    def _discard(self, job: Job) -> None:
        self._waiting.remove(job)
        job.snapshot = dataclasses.replace(job.snapshot, status="stopped", position=0)
        job.done.set()
        self._tell_positions()

    def _forget_old(self) -> None:
        held = sum(job.bytes for job in self._jobs.values())
        for key in [key for key, job in self._jobs.items() if job.ended]:
            if held <= self._max_bytes:
                return
            held -= self._jobs.pop(key).bytes

    def _order(self) -> list[Job]:
        """The waiting jobs, those first whose owner's last turn is the longest ago."""
        return sorted(self._waiting, key=lambda job: self._turns.get(job.owner, 0))

    def _tell_positions(self) -> None:
        ahead = 1 if self._running is not None else 0
        for position, job in enumerate(self._order(), ahead):
            job.snapshot = dataclasses.replace(job.snapshot, position=position)

    def _start_worker(self) -> threading.Thread:
        worker = threading.Thread(target=self._work, name="stylecore-worker", daemon=True)
        worker.start()
        return worker

    def _work(self) -> None:
        while True:
            with self._changed:
                while not self._waiting:
                    self._turns.clear()
                    self._changed.wait()
                job = self._order()[0]
                self._waiting.remove(job)
                self._running = job
                self._turn += 1
                self._turns[job.owner] = self._turn
                self._tell_positions()
            if self._abandoned(job):
                job.stop.set()
            self._run(job)
            with self._changed:
                self._running = None
                self._tell_positions()

    def _abandoned(self, job: Job) -> bool:
        return self._clock() - job.seen > self._abandoned_after

    def _run(self, job: Job) -> None:
        """Runs one job to its end, whatever happens; the last picture is kept in every case."""
        latest: Step | None = None
        error = ""
        began = time.perf_counter()
        try:
            for step in self._steps(job):
                latest = step
                if self._abandoned(job):
                    job.stop.set()
        except (ImageError, TransferError, WeightsError, ValueError) as problem:
            error = str(problem)
        except Exception as problem:
            if is_out_of_memory(problem):
                error = "There is too little memory for this picture: choose a smaller size."
            else:
                _log.exception("job %s failed", job.id)
                error = "Something went wrong in the computation; the last good picture is kept. Please try again."
        try:
            results = () if latest is None else self._results(job, latest)
            previews = () if latest is None else _previews(latest)
        except Exception:
            _log.exception("the pictures of job %s could not be encoded", job.id)
            results, previews = (), job.snapshot.previews
            error = error or "The finished picture could not be encoded: choose a smaller size."
        stopped = job.stop.is_set() and not (latest is not None and latest.last)
        job.snapshot = dataclasses.replace(
            job.snapshot,
            status="failed" if error else "stopped" if stopped else "finished",
            position=0,
            seconds=time.perf_counter() - began,
            results=results,
            previews=previews,
            error=error,
        )
        job.done.set()
        _log.info("job %s %s after %.1f s", job.id, job.snapshot.status, job.snapshot.seconds)

    def _results(self, job: Job, step: Step) -> tuple[bytes, ...]:
        request = job.request
        files = {"content": request.content, "style": request.style}
        if request.init:
            files["init"] = request.init
        return tuple(finished_pictures(step, request.config, self._device, files, job.snapshot.changes))

    def _steps(self, job: Job) -> Generator[Step]:
        """The steps of a job, published as they come, until it ends or is stopped."""
        if job.stop.is_set():
            return
        job.snapshot = dataclasses.replace(job.snapshot, status="running", position=0)
        request = job.request
        content, style = decode(request.content, "The content picture"), decode(request.style, "The style picture")
        initial = to_tensor(decode(request.init, "The picture to start from")) if request.init else None
        tensors = prepare(content, style, request.config)
        vgg = self._load(request.config.network, self._device)
        run = stylize(vgg, *tensors, request.config, initial)
        history: list[Point] = []
        drawn = float("-inf")
        try:
            step = next(run)
            while True:
                history.append(Point(step.index, step.content, step.style, step.total))
                snapshot = job.snapshot
                if step.notice:
                    snapshot = dataclasses.replace(snapshot, notices=(*snapshot.notices, step.notice))
                if step.seconds - drawn >= self._refresh:
                    drawn = step.seconds
                    snapshot = dataclasses.replace(snapshot, previews=_previews(step))
                job.snapshot = dataclasses.replace(snapshot, seconds=step.seconds, history=tuple(history))
                yield step
                if job.stop.is_set():
                    return
                message = job.messages.popleft() if job.messages else None
                if step.last and message is None:
                    return
                if message is not None:
                    _note(job, step, message)
                step = run.send(message)
        finally:
            run.close()


def _note(job: Job, step: Step, message: Steering) -> None:
    """Keeps what was changed on the way, for the curve and the recipe."""
    snapshot = job.snapshot
    changes = snapshot.changes if message.lambdas is None else (*snapshot.changes, (step.index, message.lambdas))
    job.snapshot = dataclasses.replace(snapshot, changes=changes, steps=snapshot.steps + message.more_steps)


def _previews(step: Step) -> tuple[bytes, ...]:
    return tuple(encode_jpeg(to_image(image)) for image in step.images)
