"""Computes runs with torch in the thread that calls it: the default runner."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from inspect import GEN_RUNNING, getgeneratorstate
from typing import Any

from PIL import Image

from stylecore.artifacts.export import finish, finished_pictures
from stylecore.config import Postprocess, VggWeights
from stylecore.engine.cost import fitting_cost
from stylecore.engine.jobs import LambdaChanges, Request, Update, WeightChanges, merged
from stylecore.engine.limits import free_memory
from stylecore.engine.previews import previews_of
from stylecore.engine.queries import Query
from stylecore.engine.runner import Pictures, Task
from stylecore.engine.view_pictures import ViewPictures
from stylecore.imaging.images import MAX_BYTES, decode_with_notices
from stylecore.imaging.mask_files import guided_regions
from stylecore.language import Sentence
from stylecore.transfer.devices import OutOfMemory, release_memory
from stylecore.transfer.enlargement import paint_levels
from stylecore.transfer.preparation import INITIAL_DETAIL, decode_inputs, prepare, prepare_initial
from stylecore.transfer.records import Steering, Step
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16

ALWAYS_DRAWN = 8  # first steps, whose previews all are made: they are quick, and change the picture most


@dataclass(slots=True)
class _Run:
    """What is held of one run.

    Attributes:
        task: as it was begun.
        newest: the one or two newest steps, oldest first; after a new beginning, that of before until it is reached.
        owed_steps: updates that were added before it began anew, and that `stylize` has not been told of.
        steps: the generator of `stylize`, once it is started; None again after an error.
        index: of the step that the generator has reached; -1 before the first.
        seconds: spent computing.
        drawn: value of `seconds` when previews were made last.
    """

    task: Task
    newest: tuple[Step, ...]
    owed_steps: int
    steps: Generator[Step, Steering | None, None] | None = None
    index: int = -1
    seconds: float = 0.0
    drawn: float = float("-inf")

    @classmethod
    def of(cls, task: Task, newest: tuple[Step, ...] = ()) -> _Run:
        return cls(task, newest, owed_steps=task.steps - task.request.config.steps)

    @property
    def to_repeat(self) -> int:
        """Index up to which steps have been published already; -1 if none has."""
        return -1 if self.task.done is None else self.task.done


class ThreadRunner:
    """See `runner.Runner` and `runner.Answerer`; everything is held in this process.

    Attributes:
        device: on which it computes.
    """

    def __init__(
        self,
        device: str,
        load: Callable[[VggWeights, str], VGG16],
        refresh: float = 0.7,
    ) -> None:
        """Holds nothing yet.

        Args:
            device: "cpu" or "cuda".
            load: gives VGG16 with the named weights on a device.
            refresh: seconds of computing between two previews of a run; the first ones come sooner.
        """
        self.device = device
        self._load, self._refresh = load, refresh
        self._runs: dict[str, _Run] = {}
        self._views = ViewPictures()

    def held(self) -> set[str]:
        """Names of the runs of which anything is held."""
        return set(self._runs)

    def begin(self, run: str, task: Task) -> None:
        """See `Runner`."""
        before = self._runs.get(run)
        self._runs[run] = _Run.of(task, before.newest if before else ())

    def step(self, run: str, steering: Steering | None, *, is_frame: bool) -> Update:
        """See `Runner`."""
        state = self._runs[run]
        try:
            return self._step(state, steering, is_frame)
        except BaseException:  # the run can't go on; only the newest published pictures are still of use
            state.steps, state.newest = None, state.newest[-1:]
            raise

    def pictures(self, run: str, index: int, changes: LambdaChanges, weight_changes: WeightChanges = ()) -> Pictures:
        """See `Runner`."""
        step, request = self._found(run, index)
        results = finished_pictures(
            step, request.config, self.device, request.inputs, changes, request.levels, weight_changes
        )
        return Pictures(tuple(results), previews_of(step.images))

    def deep_picture(
        self, run: str, index: int, changes: LambdaChanges, weight_changes: WeightChanges, postprocess: Postprocess
    ) -> bytes:
        """See `Runner`."""
        step, request = self._found(run, index)
        first, *_ = finish(step, request.config, self.device, request.inputs, changes, request.levels, weight_changes)
        return first.postprocessed(postprocess).encoded("tiff")

    def newest(self, run: str) -> Step | None:
        """The newest published step of a run; None if there is none, or it has been released."""
        state = self._runs.get(run)
        return state.newest[-1] if state is not None and state.newest else None

    def split(self, run: str, parts: Sequence[tuple[str, Task, slice]]) -> None:
        """See `Runner`; the pictures are copied to the host, since memory has just run out."""
        newest = self._runs[run].newest[-1:]
        for name, task, places in parts:
            self._runs[name] = _Run.of(task, tuple(_slice(step, places) for step in newest))
        self.release(run)

    def answer(self, query: Query[Any]) -> Generator[None, None, Any]:
        """See `Runner`."""
        return (yield from query.work(self._load(query.config.vgg_weights, self.device), self._views))

    def release(self, run: str) -> None:
        """See `Runner`."""
        state = self._runs.pop(run, None)
        if state is not None and state.steps is not None and getgeneratorstate(state.steps) != GEN_RUNNING:
            state.steps.close()

    def forget_views(self) -> None:
        """See `Runner`."""
        self._views.forget()

    def trim(self) -> None:
        """See `Runner`."""
        release_memory(self.device)

    def awake(self) -> None:
        """See `Runner`; it is always there."""

    def close(self) -> None:
        """See `Runner`."""
        for run in list(self._runs):
            self.release(run)

    def _found(self, run: str, index: int) -> tuple[Step, Request]:
        """One of the two newest steps of a run, and what the run was asked for."""
        state = self._runs[run]
        step = next((step for step in state.newest if step.index == index), None)
        if step is None:
            raise LookupError(f"{run} has gone on from step {index}")
        return step, state.task.request

    def _step(self, state: _Run, steering: Steering | None, is_frame: bool) -> Update:
        began = time.perf_counter()
        step = self._next(state, steering)
        seconds = time.perf_counter() - began
        state.seconds += seconds
        repeated = step.index <= state.to_repeat
        interval = min(self._refresh, state.seconds / 3)  # at first a picture changes most
        due = is_frame or step.last or step.index < ALWAYS_DRAWN or state.seconds - state.drawn >= interval
        previews = previews_of(step.images) if due and not repeated else ()
        if previews:
            state.drawn = state.seconds
        if not repeated:
            state.newest = (*state.newest, step)[-2:]
        elif step.index == state.to_repeat:
            state.newest = (step,)
        return Update(
            losses=step.losses,
            size=step.size,
            seconds=seconds,
            notice=step.notice,
            previews=previews,
            is_frame=is_frame,
            repeated=repeated,
        )

    def _next(self, state: _Run, steering: Steering | None) -> Step:
        if state.steps is None:
            state.steps = self._start(state.task)
            step = next(state.steps)
        else:
            if state.index < state.to_repeat:  # as it was steered then
                steering = Steering(
                    lambdas=dict(state.task.changes).get(state.index),
                    style_weights=dict(state.task.weight_changes).get(state.index),
                )
            if state.owed_steps:
                steering = merged(steering, Steering(more_steps=state.owed_steps))
                state.owed_steps = 0
            step = state.steps.send(steering)
        state.index = step.index
        return step

    def _start(self, task: Task) -> Generator[Step, Steering | None, None]:
        inputs, config = task.request.inputs, task.request.config
        content, styles = decode_inputs(inputs, config)
        free = free_memory(self.device)
        sizes = [picture.size for picture in styles.pictures]
        cost = fitting_cost([content.size], sizes, config, self.device, free, guided_regions(inputs))
        if cost.memory > free:
            raise OutOfMemory(
                "This run needs about {needed:.1f} GB of memory, and {free:.1f} GB are free on this server: "
                "choose a smaller size.",
                needed=cost.memory / 1e9,
                free=free / 1e9,
            )
        vgg = self._load(config.vgg_weights, self.device)
        if task.request.levels:
            assert inputs.init is not None
            finished = _start_of(inputs.init.data, Sentence("The finished picture"))
            levels = task.request.levels
            return paint_levels(vgg, content, styles, config, levels, finished, preview=finished, tile=cost.tile)
        tensors = prepare(content, styles, config)
        initial = None
        if inputs.init is not None:
            start = _start_of(inputs.init.data, Sentence("The picture to start from"), INITIAL_DETAIL * config.size)
            initial = prepare_initial(start, tensors[0])
        return stylize(vgg, *tensors, config, initial, cost.tile)


def _start_of(data: bytes, name: str, longest: int | None = None) -> Image.Image:
    """A picture to start from. If it is one of our own it may be larger than what comes in, which is checked before."""
    return decode_with_notices(data, name, longest, most=max(MAX_BYTES, len(data))).image


def _slice(step: Step, places: slice) -> Step:
    """A step of some of the λ, its images copied to the host: where memory has just run out, nothing stays there."""
    images = step.images[places].to("cpu", copy=True)
    return dataclasses.replace(step, losses=step.losses.slice(places), images=images)
