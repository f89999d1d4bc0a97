"""Lets another process compute, here or on another machine: all that passes is plain data."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from stylecore.artifacts.export import finished_pictures
from stylecore.config import Postprocess, Precision
from stylecore.engine.jobs import LambdaChanges, Update, WeightChanges
from stylecore.engine.plain import (
    Plain,
    changes_to_plain,
    measurements_from_plain,
    measurements_to_plain,
    sentence_from_plain,
    steering_to_plain,
    task_to_plain,
    update_from_plain,
)
from stylecore.engine.previews import previews_of
from stylecore.engine.runner import Pictures, RunnerLost, Task
from stylecore.errors import UserError
from stylecore.transfer.devices import OutOfMemory
from stylecore.transfer.precision import Measurement, measurements, take_measurements
from stylecore.transfer.records import LossRecord, Steering, Step

Channel = Literal["compute", "control"]


class Link(Protocol):
    """The way to a `host.Host` in another process."""

    def call(self, channel: Channel, method: str, *arguments: Any) -> Future[Plain]:  # noqa: ANN401  # plain values
        """Calls a method of the host; the calls of a channel are done in order, beside those of the other one.

        Args:
            channel: "compute" for steps; "control" for all else, which shall not wait for them.
            method: its name.
            arguments: plain values.

        Returns:
            Its answer to come, which fails with `RunnerLost` if the process is gone; the next call starts another one.
        """

    def close(self) -> None:
        """Ends the process."""


class RemoteError(RuntimeError):
    """A bug on the far side; the message is its traceback."""


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class _Exact:
    """The newest picture of a run that is known here, for the case that its process dies.

    Attributes:
        losses: of its step.
        levels: (K, H, W, 3), uint8.
        precision: in which it was computed.
    """

    losses: LossRecord
    levels: NDArray[np.uint8]
    precision: Precision


class KnownRuns:
    """What a server knows of runs that are computed elsewhere, wherever that is at the moment.

    Attributes:
        tasks: by run.
        exact: the newest picture that is known, by run.
    """

    def __init__(self) -> None:
        """Knows nothing yet."""
        self.tasks: dict[str, Task] = {}
        self.exact: dict[str, _Exact] = {}

    def forget(self, run: str) -> None:
        """Drops all that is known of a run."""
        self.tasks.pop(run, None)
        self.exact.pop(run, None)


class RemoteRunner:
    """See `runner.Runner`; the tensors are on the far side of a link.

    Attributes:
        device: on which the far side computes.
    """

    def __init__(self, link: Link, device: str, known: KnownRuns, *, here: bool = True) -> None:
        """Takes the way to the host.

        Args:
            link: to the host.
            device: on which it computes.
            known: what is known of runs, shared by all runners of a server, so that one can take over another's.
            here: whether the host is on this machine, so that what it measures of precisions is what others would.
        """
        self.device = device
        self._link, self._here = link, here
        self._measured: dict[tuple[str, int], Measurement] = {}
        self._known = known

    def begin(self, run: str, task: Task) -> None:
        """See `Runner`."""
        self._known.tasks[run] = task
        measured = {**self._measured, **(measurements() if self._here else {})}
        _answer(self._link.call("control", "begin", run, task_to_plain(task), measurements_to_plain(measured)).result())

    def step(self, run: str, steering: Steering | None, *, is_frame: bool) -> Update:
        """See `Runner`."""
        answer = _answer(self._link.call("compute", "step", run, steering_to_plain(steering), is_frame).result())
        update = update_from_plain(answer["update"])
        if answer["measured"]:
            self._take_measured(measurements_from_plain(answer["measured"]))
        if answer["exact"] and not update.repeated:
            exact = answer["exact"]
            levels = np.frombuffer(exact["levels"], np.uint8).reshape(exact["shape"])
            self._known.exact[run] = _Exact(losses=update.losses, levels=levels, precision=exact["precision"])
        return update

    def pictures(self, run: str, index: int, changes: LambdaChanges, weight_changes: WeightChanges = ()) -> Pictures:
        """See `Runner`; if the far side has lost them, these are those of the newest preview."""
        plain = changes_to_plain(changes), changes_to_plain(weight_changes)
        try:
            answer = _answer(self._link.call("control", "pictures", run, index, *plain).result())
        except (RunnerLost, LookupError):
            if run not in self._known.exact:
                raise
            return self._exact_pictures(run, changes, weight_changes)
        return Pictures(tuple(answer["results"]), tuple(answer["previews"]))

    def deep_picture(
        self, run: str, index: int, changes: LambdaChanges, weight_changes: WeightChanges, postprocess: Postprocess
    ) -> bytes:
        """See `Runner`."""
        plain = changes_to_plain(changes), changes_to_plain(weight_changes), dataclasses.asdict(postprocess)
        try:
            picture: bytes = _answer(self._link.call("control", "deep_picture", run, index, *plain).result())
        except RunnerLost as error:
            raise LookupError(f"{run} went down with its process") from error
        return picture

    def split(self, run: str, parts: Sequence[tuple[str, Task, slice]]) -> None:
        """See `Runner`."""
        plain = [[name, task_to_plain(task), [places.start, places.stop]] for name, task, places in parts]
        self._known.tasks.update({name: task for name, task, _ in parts})
        self._link.call("control", "split", run, plain)
        self._known.forget(run)

    def release(self, run: str) -> None:
        """See `Runner`."""
        if run in self._known.tasks:
            self._link.call("control", "release", run)
        self._known.forget(run)

    def trim(self) -> None:
        """See `Runner`."""
        self._link.call("control", "trim")

    def awake(self) -> None:
        """See `Runner`."""
        _answer(self._link.call("control", "trim").result())

    def close(self) -> None:
        """See `Runner`."""
        self._link.close()

    def _take_measured(self, found: dict[tuple[str, int], Measurement]) -> None:
        """Keeps what a host has measured for the one that takes its place, whose pictures shall be the same."""
        self._measured = {**found, **self._measured}
        if self._here:
            take_measurements({key: measured for key, measured in found.items() if key not in measurements()})

    def _exact_pictures(self, run: str, changes: LambdaChanges, weight_changes: WeightChanges) -> Pictures:
        exact, request = self._known.exact[run], self._known.tasks[run].request
        images = torch.from_numpy(exact.levels.copy()).permute(0, 3, 1, 2).float() / 255  # (K, 3, H, W)
        height, width = images.shape[2:]
        step = Step(losses=exact.losses, images=images, size=(width, height), seconds=0.0, precision=exact.precision)
        then = exact.losses.index
        results = finished_pictures(
            step,
            request.config,
            self.device,
            request.inputs,
            tuple(change for change in changes if change[0] < then),
            request.levels,
            tuple(change for change in weight_changes if change[0] < then),
        )
        return Pictures(tuple(results), previews_of(images))


def _answer(plain: Plain) -> Any:  # noqa: ANN401  # a plain value
    """What a host has answered.

    Raises:
        OutOfMemory: if it has too little memory.
        UserError: with its sentence for people.
        LookupError: if it does not have what was asked for.
        RemoteError: for a bug.
    """
    error = plain.get("error")
    if error is None:
        return plain["answer"]
    sentence = sentence_from_plain(error["sentence"])
    if error["short"]:
        raise OutOfMemory(sentence) if sentence else MemoryError
    if sentence:
        raise UserError(sentence)
    if error["missing"]:
        raise LookupError(error["traceback"])
    raise RemoteError(error["traceback"])
