"""Components to choose on and write in: the drawing of the network, and a matrix."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

from stylecore.charts.style import layer_colour
from stylecore.language import _
from stylecore.transfer.vgg import LayerFacts
from stylecore.ui.components.mounting import component, last_event, when_sent, when_sent_numbered

_NETWORK = component("network", "words", "network")
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


def layer_box(layer: str, fact: LayerFacts, *, selected: bool, hint: str, note: str = "") -> LayerBox:
    """A box that is as high as the layer's features are wide, and as wide as it has channels.

    Args:
        layer: its name.
        fact: what is known of it.
        selected: whether it is chosen.
        hint: one line on it.
        note: what is written below the box.
    """
    return LayerBox(
        name=layer,
        note=note,
        hint=hint,
        height=1 / fact.stride**0.5,
        width=math.log2(fact.channels / 32) / 4,
        colour=layer_colour(layer),
        selected=selected,
    )


def network(
    layers: Sequence[LayerBox],
    *,
    key: str,
    label: str,
    on_choice: Callable[[str], object],
    weights: Mapping[str, float] | None = None,
    on_weight: Callable[[str, float], object] = lambda _layer, _weight: None,
) -> None:
    """Shows the layers of the network as boxes; `on_choice` gets the name of the one that was clicked.

    Args:
        layers: shallow to deep; height and width are shares of the largest.
        key: streamlit's.
        label: what the drawing is, for those who don't see it.
        on_choice: called before the page runs again.
        weights: of the chosen layers: the drawing is small then, with a field for each weight below; None without.
        on_weight: gets the name of a chosen layer and the weight from 0 on that was written for it.
    """
    names = [layer["name"] for layer in layers]

    def choose(choice: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if choice in names:
            on_choice(choice)

    def weigh(sent: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        match sent:
            case {"layer": str(layer), "weight": int(weight) | float(weight)} if layer in (weights or {}):
                if 0 <= weight <= sys.float_info.max:  # whether it can be used is told at the field
                    on_weight(layer, float(weight))

    _NETWORK(
        key=key,
        data={
            "layers": layers,
            "label": label,
            "weights": weights,
            "words": {
                "pooling": _("pooling"),
                "weights": _("{label}: weights"),
                "weight": _("Weight of {layer}"),
            },
        },
        on_chosen_change=when_sent(key, "chosen", choose),
        on_weighed_change=when_sent(key, "weighed", weigh),
    )


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
