"""The drawing of VGG16, on which layers are chosen."""

from __future__ import annotations

import streamlit as st

from stylecore.config import TransferConfig
from stylecore.engine.cost import Size, used_sizes
from stylecore.errors import UserError
from stylecore.transfer.vgg import layer_facts
from stylecore.ui.components import LayerBox, layer_box, network
from stylecore.ui.layers.state import LayersState
from stylecore.ui.state.chosen import chosen_pair


def network_input(config: TransferConfig, *, several: bool) -> list[str]:
    """Draws VGG16 as boxes that can be clicked.

    Args:
        config: settings, which say at what size the photograph goes through the network.
        several: whether any number of layers can be chosen, or exactly one.

    Returns:
        The chosen layers, shallow to deep.
    """
    chosen = LayersState().layers
    size = used_content_size(config)
    network(
        _boxes(size, chosen),
        key="network",
        label="The layers of VGG16",
        on_choice=_toggle if several else _choose,
    )
    st.caption(
        f"VGG16 for a picture of {size[0]} × {size[1]} pixels: channels × width × height of each layer, and how many "
        "pixels, in a square of that side, one position sees. "
        + ("Click layers to choose them." if several else "Click a layer to look at it.")
    )
    return chosen


def used_content_size(config: TransferConfig) -> Size:
    """Width and height at which the photograph is used; its own if it is too narrow for the layers."""
    content, style = chosen_pair()
    try:
        return used_sizes([content.size], [style.size], config)[0][0]
    except UserError:  # what asks for the picture itself says so
        return content.size


def _boxes(size: Size, chosen: list[str]) -> list[LayerBox]:
    return [
        layer_box(
            layer,
            fact,
            selected=layer in chosen,
            note=f"{fact.channels} × \n{fact.size[0]} × {fact.size[1]}\nsees {fact.receptive_field}",
            hint=f"{fact.channels} channels of {fact.size[0]} × {fact.size[1]} positions; each sees "
            f"{fact.receptive_field} × {fact.receptive_field} pixels",
        )
        for layer, fact in layer_facts(*size).items()
    ]


def _toggle(layer: str) -> None:
    several = LayersState().several
    LayersState().several = [other for other in several if other != layer] if layer in several else [*several, layer]


def _choose(layer: str) -> None:
    LayersState().single = layer
