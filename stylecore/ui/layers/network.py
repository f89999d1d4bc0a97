"""The drawing of VGG16, on which layers are chosen."""

from __future__ import annotations

import streamlit as st

from stylecore.config import TransferConfig
from stylecore.engine.cost import Size, used_sizes
from stylecore.errors import UserError
from stylecore.language import _
from stylecore.transfer.vgg import LayerFacts, layer_facts
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
        label=_("The layers of VGG16"),
        on_choice=_toggle if several else _choose,
    )
    st.caption(
        _(
            "VGG16 for a picture of {width} × {height} pixels: channels × width × height of each layer, and how many "
            "pixels, in a square of that side, one position sees.",
            width=size[0],
            height=size[1],
        )
        + " "
        + (_("Click layers to choose them.") if several else _("Click a layer to look at it."))
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
            note=_("{channels} × \n{width} × {height}\nsees {field}", **_numbers(fact)),
            hint=_(
                "{channels} channels of {width} × {height} positions; each sees {field} × {field} pixels",
                **_numbers(fact),
            ),
        )
        for layer, fact in layer_facts(*size).items()
    ]


def _numbers(fact: LayerFacts) -> dict[str, int]:
    width, height = fact.size
    return {"channels": fact.channels, "width": width, "height": height, "field": fact.receptive_field}


def _toggle(layer: str) -> None:
    several = LayersState().several
    LayersState().several = [other for other in several if other != layer] if layer in several else [*several, layer]


def _choose(layer: str) -> None:
    LayersState().single = layer
