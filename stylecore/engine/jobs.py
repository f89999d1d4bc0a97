"""Requests, snapshots, and the job between them: plain data that could travel to another process."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Literal

from stylecore.config import SETTINGS, TransferConfig
from stylecore.engine.cost import Cost
from stylecore.imaging.inputs import Inputs
from stylecore.transfer.enlargement import Level
from stylecore.transfer.records import LossRecord, Steering

Status = Literal["queued", "running", "paused", "finished", "stopped", "failed"]
Halt = Literal["paused", "stopped"]
Workspace = Literal["studio", "lab", "layers"]
ENDED: frozenset[Status] = frozenset({"finished", "stopped", "failed"})

FRAMES = 60  # steps of a run whose pictures are kept, if it runs for the steps that it was set to
FRAME_BYTES = 6 * 2**20  # bytes of all frames of a run together

LambdaChanges = tuple[tuple[int, tuple[float, ...]], ...]  # (step, the new λ), oldest first
WeightChanges = tuple[tuple[int, tuple[float, ...]], ...]  # (step, the new weights of all styles), oldest first
Sizes = tuple[tuple[int, tuple[int, int]], ...]  # (step, width and height from then on), oldest first


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a visitor asks for.

    Attributes:
        inputs: the files, with their names and weights.
        config: the settings.
        workspace: the page on which it was asked for, and which shows it.
        levels: the sizes through which a finished picture, that to start from, is made large, and the updates at each;
            empty for all other runs.
    """

    inputs: Inputs
    config: TransferConfig
    workspace: Workspace = "studio"
    levels: tuple[Level, ...] = ()

    @property
    def but_lambda(self) -> Hashable:
        """What it is of, apart from λ: settings, files with their masks and weights; whatever they are called."""
        settings = tuple(getattr(self.config, name) for name in SETTINGS if name != "lambdas")
        return settings, tuple(dataclasses.replace(image, name="") for image in self.inputs), self.inputs.leave


@dataclass(frozen=True, slots=True)
class Frame:
    """The pictures of one step, JPEG bytes for each λ."""

    index: int
    pictures: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What a page may know of a job at one moment; it never changes.

    Attributes:
        status: where the job is in its life.
        position: number of jobs that have a turn before it, while it is queued; of visitors with whom it takes turns,
            while it runs.
        wait: seconds until its first turn, or for which others compute until it ends, estimated; None where unknown.
        steps: updates that the job is set to make.
        seconds: spent computing so far; neither waiting nor pauses count.
        left: seconds of computing to come, estimated.
        repeated: the newest step that a run has repeated which had to begin anew; None if it has nothing to repeat.
        loss_history: losses of all steps so far.
        previews: JPEG bytes of each λ's picture, renewed about once a refresh.
        frames: pictures of some steps, evenly spread; step 0 is always among them.
        results: PNG bytes of each λ's picture with its recipe, once the job has ended or is paused.
        pictured: the step that `results` show; None if that is not known.
        changes: λ that were steered: (step, the new λ).
        weight_changes: weights of styles that were steered: (step, the new weights of all styles).
        sizes: at which the steps were computed: (step from which on, width and height).
        notices: sentences for the visitor, oldest first.
        error: one sentence on why it failed; else empty.
        resumable: whether it can go on from the state of its optimizer.
        too_large: whether it failed for lack of memory, so that a smaller size might work.
    """

    status: Status
    position: int = 0
    wait: float | None = None
    steps: int = 0
    seconds: float = 0.0
    left: float = 0.0
    repeated: int | None = None
    loss_history: tuple[LossRecord, ...] = ()
    previews: tuple[bytes, ...] = ()
    frames: tuple[Frame, ...] = ()
    results: tuple[bytes, ...] = ()
    pictured: int | None = None
    changes: LambdaChanges = ()
    weight_changes: WeightChanges = ()
    sizes: Sizes = ()
    notices: tuple[str, ...] = ()
    error: str = ""
    resumable: bool = False
    too_large: bool = False

    @property
    def done(self) -> int:
        """Updates made."""
        return self.loss_history[-1].index if self.loss_history else 0

    @property
    def at_end(self) -> bool:
        """Whether all updates that it is set to make are made."""
        return bool(self.loss_history) and self.done >= self.steps


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What a runner says of one step: plain data, no tensors.

    Attributes:
        losses: of the step.
        size: width and height at which it was computed.
        seconds: that it took.
        notice: a sentence for the visitor; else empty.
        previews: JPEG bytes of each λ's picture, if they were due; else empty.
        is_frame: whether the previews are to be kept as a frame.
        repeated: whether the step has been published before, by a run that could not go on.
    """

    losses: LossRecord
    size: tuple[int, int]
    seconds: float
    notice: str = ""
    previews: tuple[bytes, ...] = ()
    is_frame: bool = False
    repeated: bool = False


@dataclass(eq=False, slots=True, kw_only=True)
class Job:
    """One request on its way. Everybody may read it; only the scheduler writes, under its lock.

    Attributes:
        id: unique in this engine.
        owner: whose it is.
        number: its place among the owner's jobs in its workspace, from 1.
        request: what it shall compute.
        cost: of the request; None if the pictures can't be read.
        snapshot: what is known of it.
        seen: time of the last heartbeat of a page that shows it.
        ignore_heartbeats_until: heartbeats before that time come from a tab that is closed already.
        removed: when its owner removed it; None if it is there.
        halt: what shall become of it after the step that is being computed; None lets it run.
        decision: number of the newest decision on what shall become of it; results of earlier ones are discarded.
        steering: a message that the run has not got yet.
        begun: whether the runner has been told of it, and has not lost it since.
        caught_up: whether the run has reached the newest published step.
        holds_state: whether the runner holds anything of it.
        computing: whether a worker has it at the moment.
        slot: number of the runner that has the run, where it stays; None if none has.
        lost: how often its run went down with its runner.
        pending: a step that ended after a halt; it is published if the job goes on.
        size: width and height of the newest step.
        frame_every: steps between two frames.
        weighed: a snapshot and the bytes of its pictures, for `retention`.
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
    steering: Steering | None = None
    begun: bool = False
    caught_up: bool = False
    holds_state: bool = False
    computing: bool = False
    slot: int | None = None
    lost: int = 0
    pending: Update | None = None
    size: tuple[int, int] | None = None
    frame_every: int = 1
    weighed: tuple[Snapshot, int] | None = None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it by itself."""
        return self.snapshot.status in ENDED

    @property
    def active(self) -> bool:
        """Whether it waits for its turn, or has it."""
        return self.snapshot.status in ("queued", "running")

    @property
    def departed(self) -> bool:
        """Whether its owner has left, and no page has shown it since."""
        return self.seen < self.ignore_heartbeats_until

    @property
    def lambdas(self) -> tuple[float, ...]:
        """λ of its pictures; steering may have changed them."""
        history = self.snapshot.loss_history
        return history[-1].lambdas if history else self.request.config.lambdas

    @property
    def style_weights(self) -> tuple[float, ...]:
        """Weights of its styles; steering may have changed them."""
        changes = self.snapshot.weight_changes
        return changes[-1][1] if changes else self.request.inputs.style_weights

    @property
    def lam(self) -> float:
        """λ of its first picture."""
        return self.lambdas[0]


def with_frame(frames: tuple[Frame, ...], frame: Frame, every: int) -> tuple[tuple[Frame, ...], int]:
    """Frames with one more, thinned out evenly when they have become too many or too large.

    Args:
        frames: at steps that are multiples of `every`.
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


def merged(unread: Steering | None, newer: Steering) -> Steering:
    """Two messages as one, so that a slider can't pile them up: the newer λ and weights count, steps add up."""
    if unread is None:
        return newer
    return Steering(
        lambdas=unread.lambdas if newer.lambdas is None else newer.lambdas,
        style_weights=unread.style_weights if newer.style_weights is None else newer.style_weights,
        more_steps=unread.more_steps + newer.more_steps,
    )


def _size(frames: tuple[Frame, ...]) -> int:
    return sum(len(picture) for frame in frames for picture in frame.pictures)
