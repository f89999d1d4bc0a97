"""A grid of pictures, λ × another setting: which are computed already, and in which batches the rest will be; pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from stylecore.engine.cost import Cost
from stylecore.engine.jobs import Job, Request
from stylecore.experiments.lambdas import MOST
from stylecore.transfer.records import LossRecord


@dataclass(frozen=True, eq=False, slots=True)
class Cell:
    """The picture of one λ.

    Attributes:
        lam: the λ.
        job: that computes it, or has computed it.
        k: index of the λ in the batch of that job.
    """

    lam: float
    job: Job
    k: int

    @property
    def preview(self) -> bytes | None:
        """The newest picture as JPEG; None before the first one."""
        previews = self.job.snapshot.previews
        return previews[self.k] if previews else None

    @property
    def result(self) -> bytes | None:
        """The finished picture as PNG with its recipe; None before the end."""
        results = self.job.snapshot.results
        return results[self.k] if results else None

    @property
    def loss_history(self) -> tuple[LossRecord, ...]:
        """Losses of every step so far, of the whole batch: this picture's are at index `k`."""
        return self.job.snapshot.loss_history


def cells_of(jobs: Iterable[Job], wanted: Request) -> dict[float, Cell]:
    """Finds the pictures that were made from the same files with the same settings, whatever their λ.

    If there are several of one λ, a finished one is preferred to one that is being computed, that to a stopped one, and
    the newest of equals. Runs that failed without a picture, were steered, or went on beyond their steps do not count:
    theirs are other pictures.

    Args:
        jobs: oldest first.
        wanted: files and settings; its own λ do not matter.

    Returns:
        The pictures by λ, rising.
    """
    found: dict[float, tuple[int, Cell]] = {}
    for job in jobs:
        snapshot = job.snapshot
        steered = snapshot.changes or snapshot.weight_changes
        if steered or not same_but_lambda(job.request, wanted) or snapshot.done > wanted.config.steps:
            continue
        rank = 2 if snapshot.status == "finished" else 1 if not job.ended else 0
        if rank == 0 and not snapshot.results:
            continue
        for k, lam in enumerate(job.request.config.lambdas):
            if lam not in found or rank >= found[lam][0]:
                found[lam] = (rank, Cell(lam, job, k))
    return {lam: found[lam][1] for lam in sorted(found)}


def same_but_lambda(one: Request, other: Request) -> bool:
    """Whether two requests have the same files and masks, weights, and settings apart from λ."""
    return one.but_lambda == other.but_lambda


def missing(lambdas: Sequence[float], cells: Mapping[float, Cell]) -> tuple[float, ...]:
    """Those of the λ that are neither finished nor being computed; a picture that was stopped is computed again."""
    return tuple(
        lam
        for lam in lambdas
        if lam not in cells or (cells[lam].job.ended and cells[lam].job.snapshot.status != "finished")
    )


def batches(
    lambdas: Sequence[float], cost: Callable[[tuple[float, ...]], Cost], memory: int, most: int = MOST
) -> list[tuple[float, ...]]:
    """Divides λ into as few batches as the memory allows; a batch of one λ is made even where that does not fit.

    Args:
        lambdas: to compute.
        cost: of a batch of these λ.
        memory: bytes that one batch may take.
        most: λ of one batch.
    """
    batches: list[tuple[float, ...]] = []
    for lam in lambdas:
        if batches and len(batches[-1]) < most and cost((*batches[-1], lam)).memory <= memory:
            batches[-1] = (*batches[-1], lam)
        else:
            batches.append((lam,))
    return batches
