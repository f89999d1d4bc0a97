"""What the engine and the pages tell each other: requests, snapshots, and the job between them. Plain data."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from typing import Literal

from stylecore.config import SETTINGS, TransferConfig, with_lambda
from stylecore.engine.cost import Cost
from stylecore.imaging.inputs import Inputs, with_init
from stylecore.transfer.records import LossRecord, Steering, Step

Status = Literal["queued", "running", "paused", "finished", "stopped", "failed"]
Halt = Literal["paused", "stopped"]
Workspace = Literal["studio", "lab", "layers"]
ENDED: frozenset[Status] = frozenset({"finished", "stopped", "failed"})

FRAMES = 60  # pictures of the way that a run of the length it was set to keeps
FRAME_BYTES = 6 * 2**20  # of all of them together


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """All that a job needs, as plain data: it could travel to another process or machine.

    Attributes:
        inputs: the files, with their names and weights.
        config: the settings.
        workspace: the page that it was asked for on, and is shown on.
    """

    inputs: Inputs
    config: TransferConfig
    workspace: Workspace = "studio"


@dataclass(frozen=True, slots=True)
class Frame:
    """The pictures of one step, JPEG bytes for each λ."""

    index: int
    pictures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a page may know of a job at one moment: immutable and plain.

    Attributes:
        status: where the job is in its life.
        position: jobs that will run before it, while it is queued.
        wait: seconds until its turn, about; None where nobody knows.
        steps: updates that the job is set to make.
        seconds: of computing so far; neither waiting nor pauses count.
        left: seconds of computing to come, about.
        loss_history: losses of all steps so far.
        previews: JPEG bytes of each λ's picture, no older than a refresh.
        frames: pictures on the way, evenly spread over the steps, the first one always among them.
        results: PNG bytes of each λ's picture with its recipe, once the job has ended or is paused.
        changes: λ changed on the way: (step, the new λ).
        notices: what the visitor should be told, oldest first.
        error: one sentence on why it failed; else empty.
        warm: whether more steps would go on with what the optimizer knows.
        too_large: whether it failed because memory ran out, and might do at a smaller size.
    """

    status: Status
    position: int = 0
    wait: float | None = None
    steps: int = 0
    seconds: float = 0.0
    left: float = 0.0
    loss_history: tuple[LossRecord, ...] = ()
    previews: tuple[bytes, ...] = ()
    frames: tuple[Frame, ...] = ()
    results: tuple[bytes, ...] = ()
    changes: tuple[tuple[int, tuple[float, ...]], ...] = ()
    notices: tuple[str, ...] = ()
    error: str = ""
    resumable: bool = False
    too_large: bool = False

    @property
    def done(self) -> int:
        """Updates made."""
        return self.loss_history[-1].index if self.loss_history else 0


@dataclass(eq=False, slots=True, kw_only=True)
class Job:
    """One request on its way. Pages read `snapshot`; only the engine and its worker write.

    Attributes:
        id: its name, unique in this engine.
        owner: whose it is.
        number: which of the owner's in its room it is, from 1.
        request: what it shall do.
        cost: what it will cost; None if the pictures can't be read.
        snapshot: what is known of it.
        seen: when somebody looked at it last.
        ignore_heartbeats_until: looks before that time do not count: they come from a page whose tab is gone already.
        removed: when its owner removed it; None if it is there.
        halt: what shall become of it after the step it is at; None lets it run.
        decision: number of the last one on what shall become of it; what an earlier one comes to is not published.
        done: set when it has ended or is paused.
        messages: steering that has not been handed to the run yet.
        run: the computation, while it can still go on.
        step: the newest step that was published.
        pending: a step that came after the halt, to be published if the job goes on.
        frame_every: steps between two frames.
        drawn: seconds of computing after which the previews were made.
    """

    id: str
    owner: str
    number: int
    request: Request
    cost: Cost | None
    snapshot: Snapshot
    seen: float
    ignore_heartbeats_until: float = float("-inf")
    removed: float | None = None
    halt: Halt | None = None
    decision: int = 0
    done: threading.Event = field(default_factory=threading.Event)
    messages: deque[Steering] = field(default_factory=deque)
    run: Generator[Step, Steering | None, None] | None = None
    step: Step | None = None
    pending: Step | None = None
    frame_every: int = 1
    drawn: float = float("-inf")

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.snapshot.status in ENDED

    @property
    def lam(self) -> float:
        """λ of its picture, of the first one of a batch; steering may have changed it."""
        history = self.snapshot.loss_history
        return history[-1].lambdas[0] if history else self.request.config.lambdas[0]

    @property
    def active(self) -> bool:
        """Whether it is waiting for its turn, or has it."""
        return self.snapshot.status in ("queued", "running")

    def pictures(self) -> Iterable[bytes]:
        """The files that it holds in memory."""
        request, snapshot = self.request, self.snapshot
        yield from (*request.inputs.files(), *snapshot.previews, *snapshot.results)
        for frame in snapshot.frames:
            yield from frame.pictures


def extract(job: Job, k: int, number: int, name: str) -> Job:
    """One picture of a batch as an ended job of the Studio, with its curves and its way.

    Args:
        job: ended, or paused.
        k: which of its λ.
        number: of the new job among its owner's in the Studio.
        name: its id.
    """
    apart = slice_batch(job, slice(k, k + 1), number, name)
    apart.request = dataclasses.replace(apart.request, workspace="studio")
    return apart


def slice_batch(job: Job, places: slice, number: int, name: str) -> Job:
    """Some pictures of a batch as a job of their own, with their curves and their way; its computation stays behind.

    Args:
        job: the batch.
        places: which of its λ.
        number: of the new job among its owner's.
        name: its id.
    """
    snapshot = job.snapshot
    config = job.request.config
    return Job(
        id=name,
        owner=job.owner,
        number=number,
        request=dataclasses.replace(job.request, config=dataclasses.replace(config, lambdas=config.lambdas[places])),
        cost=None,
        snapshot=dataclasses.replace(
            snapshot,
            loss_history=tuple(record.slice(places) for record in snapshot.loss_history),
            previews=snapshot.previews[places],
            results=snapshot.results[places],
            frames=tuple(dataclasses.replace(frame, pictures=frame.pictures[places]) for frame in snapshot.frames),
            changes=tuple((index, lambdas[places]) for index, lambdas in snapshot.changes),
            resumable=False,
        ),
        seen=job.seen,
    )


def split(job: Job, numbers: tuple[int, int], names: tuple[str, str]) -> tuple[Job, Job]:
    """A batch as two jobs that make the same pictures with less memory, each from where the batch was.

    Args:
        job: of at least two λ; what has been published of it is published of them.
        numbers: of the new jobs among their owner's.
        names: their ids.
    """
    middle = (len(job.request.config.lambdas) + 1) // 2
    both = []
    for places, number, name in zip((slice(middle), slice(middle, None)), numbers, names, strict=True):
        half = slice_batch(job, places, number, name)
        half.step = None if job.step is None else _portion_of_step(job.step, places)
        half.messages.extend(
            dataclasses.replace(message, lambdas=message.lambdas[places] if message.lambdas else None)
            for message in job.messages
        )
        half.frame_every, half.drawn = job.frame_every, job.drawn
        both.append(half)
    return both[0], both[1]


def at_half_size(job: Job) -> Request:
    """What goes on with a job at half its size: from its last good picture, if there is one, for the steps left."""
    config, snapshot = job.request.config, job.snapshot
    config = dataclasses.replace(with_lambda(config, job.lam), size=max(config.size // 2, int(SETTINGS["size"].low)))
    if not snapshot.results:
        return dataclasses.replace(job.request, config=config)
    config = dataclasses.replace(config, init="image", steps=max(snapshot.steps - snapshot.done, 1))
    return dataclasses.replace(job.request, config=config, inputs=with_init(job.request.inputs, snapshot.results[0]))


def _portion_of_step(step: Step, places: slice) -> Step:
    return dataclasses.replace(
        step,
        losses=step.losses.slice(places),
        images=step.images[places].to("cpu", copy=True),  # where memory has just run out, nothing of it is kept
    )


def with_frame(frames: tuple[Frame, ...], frame: Frame, every: int) -> tuple[tuple[Frame, ...], int]:
    """Frames with one more, thinned out evenly when they have become too many or too large.

    Args:
        frames: at steps that `every` divides.
        frame: the newest.
        every: steps between two frames.

    Returns:
        The frames, and the steps between two of them from now on.
    """
    frames = (*frames, frame)
    while len(frames) > 2 and (len(frames) > 2 * FRAMES or _size(frames) > FRAME_BYTES):
        every *= 2
        frames = tuple(kept for kept in frames if kept.index % every == 0)
    return frames, every


def _size(frames: tuple[Frame, ...]) -> int:
    return sum(len(picture) for frame in frames for picture in frame.pictures)
