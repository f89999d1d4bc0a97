"""How much each of the chosen styles counts among those that share its place."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from stylecore.imaging.inputs import MAX_WEIGHT
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import STYLES, Role

USUAL_WEIGHT = 1.0


class _State:
    """Of this tab.

    Attributes:
        weights: by role, of those that are not `USUAL_WEIGHT`.
    """

    prefix = "mix"
    weights = SessionValue[Mapping[Role, float]]({})


def weight_of(role: Role) -> float:
    """How much a style counts; only the ratios to those that share its place matter."""
    return _State().weights.get(role, USUAL_WEIGHT)


def set_weights(weights: Mapping[Role, float]) -> None:
    """Sets the weights of some styles, brought into their range; the others keep theirs."""
    usable = {role: min(max(0.0, weight), MAX_WEIGHT) for role, weight in weights.items()}  # in this order NaN is 0
    _State().weights = {**_State().weights, **usable}


def load_weights(roles: Sequence[Role], weights: Sequence[float]) -> None:
    """Sets the weights of these styles, and those of all others to the usual one."""
    _State().weights = dict(zip(roles, weights, strict=True))


def shares(weights: Sequence[float]) -> tuple[float, ...]:
    """Weights as parts of a whole; equal ones where all are 0."""
    total = sum(weights)
    return tuple(weight / total if total else 1 / len(weights) for weight in weights)


def weights_to_text(weights: Sequence[float]) -> str:
    """Weights as an address holds them; empty for those of a single style, and where all are the usual ones."""
    if len(weights) == 1 or set(weights) == {USUAL_WEIGHT}:
        return ""
    return " ".join(f"{weight:.4g}" for weight in weights)


def weights_from_text(text: str, count: int) -> tuple[float, ...] | None:
    """Reads weights that a stranger may have written; None if they are not `count` numbers in range, or all are 0."""
    try:
        weights = tuple(map(float, text.split()[: len(STYLES) + 1]))
    except ValueError:
        return None
    usable = all(math.isfinite(weight) and 0 <= weight <= MAX_WEIGHT for weight in weights)
    return weights if len(weights) == count and usable and any(weights) else None
