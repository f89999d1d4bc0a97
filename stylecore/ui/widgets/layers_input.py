"""The widget of a setting that names layers: a small drawing of the network, and the same as text."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from functools import partial

import streamlit as st

from stylecore.errors import SettingError
from stylecore.language import _
from stylecore.layers import LAYERS
from stylecore.settings import Setting, layers_from_text, layers_to_text
from stylecore.transfer.vgg import layer_facts
from stylecore.ui.components import layer_box, network

Weights = dict[str, float]  # by layer


def layers_input(declared: Setting, key: str, problem: str = "") -> str:
    """Draws a text field and the network, on which a click chooses a layer or drops it; each shows what the other says.

    Args:
        declared: the setting.
        key: of the text field; the session holds the text already.
        problem: why it can't be used, in one sentence; else empty.

    Returns:
        The text.
    """
    text = st.text_input(_(declared.label), key=key, persist_state="session", help=_(declared.help))
    weights = usable_layers(text)

    def change(make: Callable[[Weights], Weights]) -> None:
        changed = make(usable_layers(st.session_state[key]))
        st.session_state[key] = layers_to_text(tuple((layer, changed[layer]) for layer in LAYERS if layer in changed))

    network(
        [
            layer_box(
                layer,
                fact,
                selected=layer in weights,
                hint=_(
                    "{channels} channels; each sees {field} × {field} pixels",
                    channels=fact.channels,
                    field=fact.receptive_field,
                ),
            )
            for layer, fact in layer_facts(1, 1).items()
        ],
        key=f"{key}_network",
        label=_(declared.label),
        on_choice=lambda layer: change(partial(_toggled, layer)),
        weights=weights,
        on_weight=lambda layer, weight: change(lambda chosen: {**chosen, layer: weight}),
    )
    if problem:
        st.error(_(problem), icon=":material/error:")
    return text


def usable_layers(text: str) -> Weights:
    """Weights by layer of those words that can be used: a click on the drawing mends a text that has others."""
    found: Weights = {}
    for word in text.replace(",", " ").split():
        with suppress(SettingError):
            ((layer, weight),) = layers_from_text(word)
            if layer in LAYERS and 0 <= weight < math.inf:
                found.setdefault(layer, weight)
    return found


def _toggled(layer: str, chosen: Weights) -> Weights:
    others = {name: weight for name, weight in chosen.items() if name != layer}
    return others if layer in chosen else {**others, layer: 1.0}
