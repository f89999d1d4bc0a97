"""Several λ on one pair: which are there already, which are still to be computed, in which parts; pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from stylecore.config import TransferConfig
from stylecore.engine.cost import Cost
from stylecore.engine.jobs import Job, Request
from stylecore.errors import SettingError
from stylecore.layers import GATYS_STYLE
from stylecore.transfer.records import LossRecord

DEFAULT_LAMBDAS = (0.05, 0.2, 0.4, 0.6, 0.8)
FEWEST, MOST = 2, 8


@dataclass(frozen=True, eq=False, slots=True)
class Cell:
    """The picture of one λ: place `k` in the batch of a job."""

    lam: float
    job: Job
    k: int

    @property
    def preview(self) -> bytes | None:
        """JPEG bytes of the newest picture, if there is one yet."""
        previews = self.job.snapshot.previews
        return previews[self.k] if previews else None

    @property
    def result(self) -> bytes | None:
        """PNG bytes of the finished picture with its recipe, if there is one yet."""
        results = self.job.snapshot.results
        return results[self.k] if results else None

    @property
    def loss_history(self) -> tuple[LossRecord, ...]:
        """Losses of the steps so far; this cell's are at place `k` of each."""
        return self.job.snapshot.loss_history


def cells_of(jobs: Iterable[Job], wanted: Request) -> dict[float, Cell]:
    """The pictures by λ, in rising order, that were made with these very pictures and settings, λ aside.

    A finished picture wins over one on its way, that over one that was stopped, and the newest among equals. Runs that
    failed before there was a picture, that were steered, or went on beyond their steps, are other pictures.

    Args:
        jobs: oldest first.
        wanted: pair and settings; its λ are not looked at.
    """
    found: dict[float, tuple[int, Cell]] = {}
    for job in jobs:
        snapshot = job.snapshot
        if not same_but_lambda(job.request, wanted) or snapshot.changes or snapshot.done > wanted.config.steps:
            continue
        rank = 2 if snapshot.status == "finished" else 1 if not job.ended else 0
        if rank == 0 and not snapshot.results:
            continue
        for k, lam in enumerate(job.request.config.lambdas):
            if lam not in found or rank >= found[lam][0]:
                found[lam] = (rank, Cell(lam, job, k))
    return {lam: found[lam][1] for lam in sorted(found)}


def same_but_lambda(one: Request, other: Request) -> bool:
    """Whether two requests ask for the same pictures, λ aside."""

    def but_lambda(request: Request) -> object:
        settings = {name: value for name, value in request.config.to_dict().items() if name != "lambdas"}
        return settings, [image.data for image in request.inputs]

    return but_lambda(one) == but_lambda(other)


def missing(lambdas: Sequence[float], cells: dict[float, Cell]) -> tuple[float, ...]:
    """Those of the λ that are neither computed nor on their way."""
    return tuple(
        lam
        for lam in lambdas
        if lam not in cells or (cells[lam].job.ended and cells[lam].job.snapshot.status != "finished")
    )


def batches(
    lambdas: Sequence[float], cost: Callable[[tuple[float, ...]], Cost], memory: int, most: int = MOST
) -> list[tuple[float, ...]]:
    """The λ in as few batches as fit into the memory, a single one wherever not even two do.

    Args:
        lambdas: to compute.
        cost: of a batch.
        memory: bytes.
        most: λ of one batch.
    """
    batches: list[tuple[float, ...]] = []
    for lam in lambdas:
        if batches and len(batches[-1]) < most and cost((*batches[-1], lam)).memory <= memory:
            batches[-1] = (*batches[-1], lam)
        else:
            batches.append((lam,))
    return batches


def parse_lambdas(text: str) -> tuple[float, ...]:
    """Rising λ out of numbers with commas or spaces between them.

    Raises:
        SettingError: in a sentence that names the range.
    """
    words = text.replace(";", " ").split()
    if words and all(re.fullmatch(r"[01],\d+", word) for word in words):  # decimal commas
        text = text.replace(",", ".")
    try:
        lambdas = sorted({float(word) for word in text.replace(",", " ").replace(";", " ").split()})
    except ValueError:
        lambdas = []
    if not lambdas:
        raise SettingError("Write λ as numbers from 0 to 1 with commas between them, like 0.05, 0.2, 0.4.")
    if not FEWEST <= len(lambdas) <= MOST:
        raise SettingError(f"Choose {FEWEST} to {MOST} different λ, not {len(lambdas)}.")
    if not all(0 <= lam <= 1 for lam in lambdas):
        raise SettingError("Each λ must be from 0 to 1.")
    return tuple(lambdas)


def evenly(low: float, high: float, count: int) -> tuple[float, ...]:
    """`count` λ from `low` to `high`, in equal steps, rounded to three digits."""
    return tuple(sorted({round(low + (high - low) * i / (count - 1), 3) for i in range(count)}))


def around(lam: float, reach: float, count: int) -> tuple[float, ...]:
    """`count` λ around one, none further away than `reach`; the one itself is among them."""
    even = evenly(max(0.0, lam - reach), min(1.0, lam + reach), count)
    nearest = min(even, key=lambda other: abs(other - lam))
    return tuple(sorted({*even, lam} - ({nearest} - {lam})))


def neighbours(lam: float, lambdas: Sequence[float]) -> list[tuple[float, float, float]]:
    """(lower, middle, upper) of the gaps beside one of the λ: where another could be added."""
    rising = sorted(lambdas)
    gaps = [gap for gap in itertools.pairwise(rising) if lam in gap]
    return [(low, round((low + high) / 2, 4), high) for low, high in gaps if round((low + high) / 2, 4) not in rising]


# A second axis: (its name, what it is called, its values by name)

AXES: dict[str, tuple[str, dict[str, object]]] = {
    "style_layers": (
        "Style layers",
        {f"up to {GATYS_STYLE[i][0]}": GATYS_STYLE[: i + 1] for i in range(len(GATYS_STYLE))},
    ),
    "style_scale": ("Stroke size", {f"stroke × {scale:g}": scale for scale in (0.5, 1.0, 1.5, 2.0)}),
    "optimizer": ("Optimizer", {"L-BFGS": "lbfgs", "Adam": "adam"}),
    "steps": ("Steps", {f"{steps} steps": steps for steps in (20, 40, 80, 120, 200)}),
    "statistic": ("Style is described by", {"Gram matrix": "gram", "covariance": "covariance"}),
    "pooling": ("Pooling", {"maximum": "max", "average": "average"}),
}


def along(config: TransferConfig, axis: str, value: str) -> TransferConfig:
    """The settings with another value on the second axis.

    Args:
        config: the settings.
        axis: one of `AXES`.
        value: the name of one of its values.
    """
    return TransferConfig.from_dict({**config.to_dict(), axis: AXES[axis][1][value]})
