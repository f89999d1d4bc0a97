"""Who computes: the protocol between a worker and whatever holds the network and the tensors.

`thread_runner.ThreadRunner` computes in the worker's own thread, `remote_runner.RemoteRunner` lets another process do
it, here or on another machine: all that passes is plain data.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from stylecore.config import Postprocess
from stylecore.engine.jobs import LambdaChanges, Request, Update, WeightChanges
from stylecore.engine.queries import Query
from stylecore.transfer.records import Steering


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What a runner needs to begin a run, or to begin it anew.

    Attributes:
        request: what shall be computed.
        steps: updates to make in all, those that were added included.
        done: updates that have been published already; None if not even step 0 has.
        changes: λ that were steered up to there.
        weight_changes: weights of the styles that were steered up to there.
    """

    request: Request
    steps: int
    done: int | None = None
    changes: LambdaChanges = ()
    weight_changes: WeightChanges = ()


@dataclass(frozen=True, slots=True)
class Pictures:
    """The finished pictures of a step.

    Attributes:
        results: PNG bytes of each λ's picture, with its recipe.
        previews: JPEG bytes of each.
    """

    results: tuple[bytes, ...]
    previews: tuple[bytes, ...]


class RunnerLost(Exception):
    """A runner is gone, and with it the state of all its runs: they can only begin anew, where it begins again."""


class RunnerAbsent(RunnerLost):
    """A runner could not even be started."""


class Runner(Protocol):
    """Computes runs step by step; each run is known by a name.

    One thread, its worker's, calls `step`. `begin`, `pictures` and `release` may be called from any thread meanwhile,
    and return without waiting for the step that is being computed.

    Attributes:
        device: on which it computes: "cpu", or "cuda" with a number where there are several.
    """

    device: str

    def begin(self, run: str, task: Task) -> None:
        """Announces a run, or that it shall begin anew; the work is done by `step`.

        A run that begins anew repeats what has been published, step by step, and goes on from there.
        """

    def step(self, run: str, steering: Steering | None, *, is_frame: bool) -> Update:
        """Computes the next step of a run.

        Args:
            run: that has begun.
            steering: new λ, new weights of the styles or more steps, in force from this step on.
            is_frame: whether the pictures of this step are wanted in any case.

        Raises:
            UserError: if the run can't start or go on, in a sentence for the visitor.
            RunnerLost: if the runner has gone down; what is announced next begins where it comes up again.
            Exception: whatever else went wrong. After any exception the run can only begin anew.
        """

    def pictures(self, run: str, index: int, changes: LambdaChanges, weight_changes: WeightChanges = ()) -> Pictures:
        """The finished pictures of one of the two newest steps, also while the next one is being computed.

        Args:
            run: that has made the step.
            index: of the step.
            changes: λ that were steered up to there, for the recipe.
            weight_changes: weights of the styles that were steered up to there, alike.
        """

    def deep_picture(
        self, run: str, index: int, changes: LambdaChanges, weight_changes: WeightChanges, postprocess: Postprocess
    ) -> bytes:
        """The first picture of a step as a TIFF of 16 bits a channel, never rounded before; see `pictures`.

        Args:
            run: that has made the step.
            index: of the step.
            changes: λ that were steered up to there, for the recipe.
            weight_changes: weights of the styles that were steered up to there, alike.
            postprocess: what is done to the picture.

        Raises:
            LookupError: if nothing is held of that step any more.
        """

    def split(self, run: str, parts: Sequence[tuple[str, Task, slice]]) -> None:
        """Begins a run for each part of a batch; each has the batch's newest pictures until it has newer ones.

        Args:
            run: of the batch.
            parts: name, task, and indices of the λ of each part.
        """

    def release(self, run: str) -> None:
        """Drops all that is held of a run, which is not being computed; an unknown name is no error."""

    def trim(self) -> None:
        """Gives unused memory back to the device."""

    def awake(self) -> None:
        """Returns when it can compute, after it has gone down.

        Raises:
            RunnerLost: if it can't.
        """

    def close(self) -> None:
        """Drops everything."""


class Answerer(Protocol):
    """Answers short queries, in this process."""

    def answer(self, query: Query[Any]) -> Generator[None, None, Any]:
        """Works on a query; it yields after every pass through the network, and returns the answer."""

    def forget_views(self) -> None:
        """Drops the pictures that queries have looked at."""
