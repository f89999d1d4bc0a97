"""Lists of λ to compare: written by hand, spread evenly, or gathered around one; pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from stylecore.errors import SettingError

DEFAULT_LAMBDAS = (0.05, 0.2, 0.4, 0.6, 0.8)
FEWEST, MOST = 2, 8  # λ of one comparison


def parse_lambdas(text: str) -> tuple[float, ...]:
    """Reads λ that are separated by commas, semicolons or spaces.

    Numbers with a decimal comma are understood where spaces or semicolons separate them: "0,3 0,7".

    Args:
        text: as somebody wrote it.

    Returns:
        `FEWEST` to `MOST` different λ in [0, 1], rising.

    Raises:
        SettingError: with one sentence on what to write instead.
    """
    words = text.replace(";", " ").split()
    if words and all(re.fullmatch(r"[01](,\d+)?", word) for word in words):  # decimal commas
        text = text.replace(",", ".")
    try:
        lambdas = sorted({float(word) for word in text.replace(",", " ").replace(";", " ").split()})
    except ValueError:
        lambdas = []
    if not lambdas:
        raise SettingError("Write λ as numbers from 0 to 1 with commas between them, like 0.05, 0.2, 0.4.")
    if not FEWEST <= len(lambdas) <= MOST:
        raise SettingError(
            "Choose {fewest} to {most} different λ, not {count}.", fewest=FEWEST, most=MOST, count=len(lambdas)
        )
    if not all(0 <= lam <= 1 for lam in lambdas):
        raise SettingError("Each λ must be from 0 to 1.")
    return tuple(lambdas)


def checked_lambdas(lambdas: Sequence[float]) -> tuple[float, ...]:
    """The same λ, rising and each once, if that is a number of them that can be compared.

    Raises:
        SettingError: if they are too few or too many, or outside [0, 1].
    """
    return parse_lambdas(" ".join(map(str, lambdas)))


def lambdas_to_text(lambdas: Sequence[float], separator: str = ", ", decimal: str = ".") -> str:
    """λ as people write them; `parse_lambdas` reads it, if a decimal comma does not separate as well."""
    return separator.join(f"{lam:g}".replace(".", decimal) for lam in lambdas)


def evenly(low: float, high: float, count: int) -> tuple[float, ...]:
    """Spreads λ evenly.

    Args:
        low: smallest λ.
        high: largest λ.
        count: of λ, at least 2.

    Returns:
        Rising λ, rounded to three decimals; fewer than `count` if some of them are equal then.
    """
    return tuple(sorted({round(low + (high - low) * i / (count - 1), 3) for i in range(count)}))


def around(lam: float, reach: float, count: int) -> tuple[float, ...]:
    """Spreads λ evenly around one of them.

    Args:
        lam: that is always among them.
        reach: largest distance of another one from it; the range ends at 0 and 1 in any case.
        count: of λ, at least 2.

    Returns:
        Rising λ.
    """
    even = evenly(max(0.0, lam - reach), min(1.0, lam + reach), count)
    nearest = min(even, key=lambda other: abs(other - lam))
    return tuple(sorted({*even, lam} - ({nearest} - {lam})))


def neighbours(lam: float, lambdas: Sequence[float]) -> list[tuple[float, float, float]]:
    """Where another λ could be added beside one: in the middle of the gaps on its two sides.

    Args:
        lam: one of `lambdas`.
        lambdas: in any order.

    Returns:
        (lower end, middle, upper end) of each gap.
    """
    rising = sorted(lambdas)
    gaps = [gap for gap in itertools.pairwise(rising) if lam in gap]
    return [(low, round((low + high) / 2, 4), high) for low, high in gaps if round((low + high) / 2, 4) not in rising]
