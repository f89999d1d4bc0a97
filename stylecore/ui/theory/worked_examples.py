"""The lecture's formulas on matrices small enough to follow: numbers from the core's own losses, with their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from stylecore.config import Statistic
from stylecore.language import reader, separators
from stylecore.transfer.losses import content_loss, style_loss
from stylecore.transfer.statistics.matrices import covariance, gram

Rows = tuple[tuple[float, ...], ...]  # flattened features: a row for each channel, a column for each position

FEATURES: dict[str, Rows] = {
    "x": ((3, 1, 0, 2), (1, 0, 2, 2)),
    "c": ((3, 0, 1, 2), (1, 1, 2, 0)),
    "s": ((0, 4, 0, 4), (0, 3, 1, 3)),
}  # small enough for mental arithmetic, and different in everything that the page talks of
ORDERS = {"1 2 3 4": (0, 1, 2, 3), "2 1 3 4": (1, 0, 2, 3), "4 3 2 1": (3, 2, 1, 0), "3 1 4 2": (2, 0, 3, 1)}
TERMS_PER_LINE = 2  # more do not fit on a phone


@dataclass(frozen=True, slots=True)
class WorkedExample:
    """A number and the sum that it comes from.

    Attributes:
        value: of the sum.
        latex: the sum, term by term, and its value.
    """

    value: float
    latex: str


def statistic_of(rows: Rows, statistic: Statistic) -> Rows:
    """G(F) or the covariances, times the number of positions, of flattened features (d, positions); (d, d)."""
    matrix_of = covariance if statistic == "covariance" else gram
    return tuple(tuple(row) for row in matrix_of(_tensor(rows))[0].tolist())


def entry(rows: Rows, i: int, j: int, statistic: Statistic) -> WorkedExample:
    """One entry of G(F): the inner product of two rows.

    Args:
        rows: flattened features.
        i: index of one row.
        j: index of the other row.
        statistic: "covariance" subtracts its mean from each row first.
    """
    one, other = (_centred(rows[k]) if statistic == "covariance" else rows[k] for k in (i, j))
    value = statistic_of(rows, statistic)[i][j]
    terms = [f"{_factor(a)} \\cdot {_factor(b)}" for a, b in zip(one, other, strict=True)]
    return WorkedExample(value, _lines(f"g_{{{i + 1}{j + 1}}}", terms, number(value)))


def content_of(x: Rows, c: Rows) -> WorkedExample:
    """½ ‖F(x) − F(c)‖²."""
    value = content_loss(_tensor(x), _tensor(c)).item()
    return WorkedExample(value, _of_squares("L_\\text{content}", "\\tfrac12", x, c, value))


def style_of(x: Rows, s: Rows, statistic: Statistic) -> WorkedExample:
    """‖G(F(x)) − G(F(s))‖² / (4 d² (h·w)²), for features with equally many positions."""
    channels, positions = len(x), len(x[0])
    of_x, of_s = statistic_of(x, statistic), statistic_of(s, statistic)
    value = style_loss(_tensor(of_x)[:, :, 0] / positions, _tensor(of_s)[:, :, 0] / positions).item()
    scale = f"\\tfrac{{1}}{{4 \\cdot {channels}^2 \\cdot {positions}^2}}"
    return WorkedExample(value, _of_squares("L_\\text{style}", scale, of_x, of_s, value))


def total_of(lam: float, content: float, style: float) -> WorkedExample:
    """λ · L_content + (1 − λ) · L_style."""
    value = lam * content + (1 - lam) * style
    parts = f"{number(lam)} \\cdot {number(content)} + {number(1 - lam)} \\cdot {number(style)}"
    return WorkedExample(value, f"L = {parts} = {number(value)}")


def moved(rows: Rows, order: Sequence[int]) -> Rows:
    """The same columns in another order: every position keeps its features, but gets another place."""
    return tuple(tuple(row[place] for place in order) for row in rows)


def centred(rows: Rows) -> Rows:
    """Every row minus its mean."""
    return tuple(_centred(row) for row in rows)


def matrix(rows: Rows, digits: int = 4) -> str:
    """A matrix in LaTeX, its entries with so many significant digits."""
    lines = (" & ".join(number(value, digits) for value in row) for row in rows)
    return "\\begin{pmatrix} " + " \\\\ ".join(lines) + " \\end{pmatrix}"


def number(value: float, digits: int = 4) -> str:
    """A number in LaTeX, with so many significant digits; powers of ten only where it would be long without."""
    text = "0" if abs(value) < 1e-12 else f"{value:.{digits}g}"  # as small as that, it is rounding
    factor, _, power = text.partition("e")
    factor = factor.replace(".", _decimal_sign())
    return f"{factor} \\cdot 10^{{{int(power)}}}" if power else factor


def _decimal_sign() -> str:
    """That of the reader's language; in braces, LaTeX sets a comma without the space of a list."""
    sign, _ = separators(reader())
    return sign if sign == "." else f"{{{sign}}}"


def _of_squares(name: str, scale: str, one: Rows, other: Rows, value: float) -> str:
    """Scale times a sum of squared differences, and its value; differences of 0 are left out."""
    pairs = zip(_flat(one), _flat(other), strict=True)
    squares = [f"({number(a)} - {number(b)})^2" for a, b in pairs if a != b] or ["0"]
    squares[0] = f"{scale} \\bigl[ {squares[0]}"
    squares[-1] += " \\bigr]"
    return _lines(name, squares, number(value))


def _lines(name: str, terms: Sequence[str], value: str) -> str:
    """A sum, a few terms in each line, and its value."""
    lines = [" + ".join(terms[i : i + TERMS_PER_LINE]) for i in range(0, len(terms), TERMS_PER_LINE)]
    whole = " \\\\ &\\qquad {} + ".join(lines)
    return f"\\begin{{aligned}} {name} ={{}} & {whole} \\\\ ={{}} & {value} \\end{{aligned}}"


def _factor(value: float) -> str:
    return f"({number(value)})" if value < 0 else number(value)


def _centred(row: Sequence[float]) -> tuple[float, ...]:
    mean = sum(row) / len(row)
    return tuple(value - mean for value in row)


def _flat(rows: Rows) -> list[float]:
    return [value for row in rows for value in row]


def _tensor(rows: Rows) -> Tensor:
    """(1, d, 1, positions), as the losses take features."""
    return torch.tensor(rows, dtype=torch.float64)[None, :, None]
