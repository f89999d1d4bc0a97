"""What the core's descriptions of style say of clouds in two channels: their numbers, and how far they are apart."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from stylecore.config import Statistic
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.ui.theory.worked_examples import matrix

DIGITS = 3
# Of each description's columns, in the order in which the core keeps them: a symbol and how many there are.
COLUMNS: dict[Statistic, tuple[tuple[str, int], ...]] = {
    "gram": (("G", 2),),
    "covariance": ((r"\Sigma", 2),),
    "moments": ((r"\mu", 1), (r"\sigma", 1)),
    "gram+moments": (("G", 2), (r"\mu", 1), (r"\sigma", 1)),
    "wasserstein": ((r"\Sigma", 2), (r"\mu", 1)),
    "sliced": (),
}


def kept_of(points: NDArray[np.float64], picture: str, statistic: Statistic) -> str:
    """The numbers that a description keeps of a cloud, as LaTeX in Markdown; empty for sliced, which keeps too many.

    Args:
        points: (2, N), a column for each position.
        picture: its symbol, as x in G(x).
        statistic: the description.
    """
    if not COLUMNS[statistic]:
        return ""
    columns = DESCRIPTIONS[statistic].of(_features(points))[0]
    parts = torch.split(columns, [count for _, count in COLUMNS[statistic]], dim=1)
    return " &ensp; ".join(
        f"${symbol}({picture}) = {matrix(tuple(map(tuple, part.tolist())), DIGITS)}$"
        for (symbol, _), part in zip(COLUMNS[statistic], parts, strict=True)
    )


def distance_of(content: NDArray[np.float64], style: NDArray[np.float64], statistic: Statistic) -> float:
    """D of two clouds, (2, N) each, as the style loss takes it before its weights: how far the photograph's is off."""
    description = DESCRIPTIONS[statistic]
    of_content, of_style = (description.of(_features(points)) for points in (content, style))
    return description.distance(of_style, of_content)(of_content).item()


def distance_along(content: NDArray[np.float64], style: NDArray[np.float64]) -> float:
    """Mean square of the sorted differences of two lists of projections, (N,) each, compared by their quantiles."""
    shares = (np.arange(len(content)) + 0.5) / len(content)
    quantiles = np.quantile(style, shares, method="hazen")
    return float(np.square(np.sort(content) - quantiles).mean())


def _features(points: NDArray[np.float64]) -> Tensor:
    """(1, 2, 1, N), as the core takes features."""
    return torch.from_numpy(points)[None, :, None]
