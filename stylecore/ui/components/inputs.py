"""Components to choose on and write in: the drawing of the network, and a matrix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from stylecore.ui.components.mounting import component, last_event, when_sent, when_sent_numbered

_NETWORK = component("network")
_MATRIX = component("matrix")


class LayerBox(TypedDict):
    """One layer in a drawing of the network."""

    name: str
    note: str
    hint: str
    height: float
    width: float
    colour: str
    selected: bool


def network(layers: Sequence[LayerBox], *, key: str, label: str, on_choice: Callable[[str], object]) -> None:
    """Shows the layers of the network as boxes; `on_choice` gets the name of the one that was clicked.

    Args:
        layers: shallow to deep; height and width are shares of the largest.
        key: streamlit's.
        label: what the drawing is, for those who don't see it.
        on_choice: called before the page runs again.
    """
    names = [layer["name"] for layer in layers]

    def choose(choice: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if choice in names:
            on_choice(choice)

    _NETWORK(key=key, data={"layers": layers, "label": label}, on_chosen_change=when_sent(key, "chosen", choose))


def matrix(
    rows: Sequence[Sequence[int]],
    *,
    key: str,
    name: str,
    label: str,
    largest: int,
    on_change: Callable[[list[int]], object],
) -> None:
    """Shows a matrix of whole numbers from 0 on that can be changed.

    Args:
        rows: as many numbers in each.
        key: streamlit's.
        name: of the matrix, for the labels of its fields.
        label: what it is, for those who don't see it.
        largest: number that may be written.
        on_change: gets all numbers, row by row, before the page runs again.
    """
    count = sum(map(len, rows))

    def change(values: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if isinstance(values, list) and len(values) == count and all(value in range(largest + 1) for value in values):
            on_change([int(value) for value in values])

    data = {"rows": rows, "name": name, "label": label, "largest": largest, "heard": last_event(key)}
    _MATRIX(key=key, data=data, on_changed_change=when_sent_numbered(key, "changed", "values", change))
