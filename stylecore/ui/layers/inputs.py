"""The parts of the page about layers: the network's drawing, and what is chosen on it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from stylecore.config import TransferConfig
from stylecore.engine.cost import used_sizes
from stylecore.engine.feature_views import VIEW_SIZE
from stylecore.engine.limits import Limits
from stylecore.errors import UserError
from stylecore.layers import GATYS_STYLE, LAYERS
from stylecore.transfer.vgg import layer_facts
from stylecore.ui.components import LayerBox, network
from stylecore.ui.server import get_engine
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.settings import current_settings

RECONSTRUCTIONS, MAPS, MATRICES = "Reconstructions", "Feature maps", "Style matrices"
BLOCK_COLOURS = ("#1F83BF", "#009E73", "#B8860B", "#D55E00", "#A0569B")  # of the five blocks
SIZES = (96, 128, 160, 192, 224, 256, 320, 384)
SIZE, STEPS = 160, 80  # usually
VIEWS = {RECONSTRUCTIONS: "reconstructions", MAPS: "maps", MATRICES: "matrices"}  # words of an address
SMOOTHNESS = 0.0005  # just enough against the checkerboard that a maximum's gradient leaves


def layer_colour(layer: str) -> str:
    """The colour of a layer wherever it is drawn: that of its block."""
    return BLOCK_COLOURS[int(layer[4]) - 1]


def read_query_params(query: Mapping[str, str], limits: Limits) -> None:
    """Sets the page as the words of an address say, beside the settings; what makes no sense is passed over."""
    names = [layer for layer in LAYERS if layer in query.get("layers", "").split(" ")]
    view = next((name for name, word in VIEWS.items() if word == query.get("view")), RECONSTRUCTIONS)
    st.session_state.layers_view = view
    if view == RECONSTRUCTIONS:
        st.session_state.layers_chosen = names or [layer for layer, _ in GATYS_STYLE]
    elif names:
        st.session_state.layer_chosen = names[0]
    if (size := _number(query, "layers_size")) in _sizes(limits):
        st.session_state.layers_size = size
    if steps := _number(query, "layers_steps"):
        st.session_state.layers_steps = min(steps, limits.max_steps)


def _number(query: Mapping[str, str], word: str) -> int:
    """A whole number of an address; 0 if it is none."""
    text = query.get(word, "")[:6]
    return int(text) if text.isascii() and text.isdigit() else 0


def layers_query_params(view: str, layers: Sequence[str]) -> dict[str, str]:
    """What a link to this page says beside the settings."""
    _defaults()
    words = {name: str(st.session_state[name]) for name in ("layers_size", "layers_steps")}
    return {"view": VIEWS[view], "layers": " ".join(layers)} | words


def view_input() -> str:
    """Which of the three views the page shows."""
    st.session_state.setdefault("layers_view", RECONSTRUCTIONS)
    return str(
        st.segmented_control(
            "View", list(VIEWS), required=True, key="layers_view", persist_state="session", label_visibility="collapsed"
        )
    )


def network_input(view: str) -> list[str]:
    """Draws VGG16, whose layers can be clicked: several for reconstructions, one for the other views.

    Returns:
        The chosen layers, shallow to deep.
    """
    several = view == RECONSTRUCTIONS
    chosen = _several() if several else [_one()]
    (content, style), config = chosen_pair(), layers_settings() if several else view_settings()
    try:
        width, height = used_sizes([content.size], [style.size], config)[0][0]
    except UserError:  # the pictures are too narrow for the deepest layers; Run says so
        width, height = content.size
    facts = layer_facts(width, height)
    boxes = [
        LayerBox(
            name=layer,
            note=f"{fact.channels} × \n{fact.size[0]} × {fact.size[1]}\nsees {fact.receptive_field}",
            hint=f"{fact.channels} channels of {fact.size[0]} × {fact.size[1]} positions; each sees "
            f"{fact.receptive_field} × {fact.receptive_field} pixels",
            height=1 / fact.stride**0.5,
            width=math.log2(fact.channels / 32) / 4,
            colour=layer_colour(layer),
            selected=layer in chosen,
        )
        for layer, fact in facts.items()
    ]
    network(boxes, key="network", label="The layers of VGG16", on_choice=partial(_toggle if several else _choose))
    st.caption(
        f"VGG16 for a picture of {width} × {height} pixels: channels × width × height of each layer, and how many "
        "pixels, in a square of that side, one position sees. "
        + ("Click layers to choose them." if several else "Click a layer to look at it.")
    )
    return chosen


def size_and_steps(limits: Limits) -> None:
    """Size and steps of reconstructions: smaller than a picture of the Studio, since there are many."""
    _defaults()
    left, right = st.columns(2, wrap=False)
    left.select_slider("Size, pixels", _sizes(limits), key="layers_size", persist_state="session")
    right.number_input("Steps", 1, limits.max_steps, step=20, key="layers_steps", persist_state="session")


def layers_settings() -> TransferConfig:
    """The Studio's settings with this page's size and steps.

    Raises:
        UserError: naming the setting and its range.
    """
    _defaults()
    config = current_settings()
    return dataclasses.replace(
        config,
        size=st.session_state.layers_size,
        steps=st.session_state.layers_steps,
        total_variation=config.total_variation or SMOOTHNESS,
    )


def view_settings() -> TransferConfig:
    """What of the Studio's settings matters for a look at a layer; λ, steps and the like don't."""
    config = current_settings()
    return TransferConfig(
        size=min(config.size, VIEW_SIZE),
        pooling=config.pooling,
        padding=config.padding,
        style_scale=config.style_scale,
        vgg_weights=config.vgg_weights,
    )


def _defaults() -> None:
    limits = get_engine().limits
    st.session_state.setdefault("layers_size", min(SIZE, max(_sizes(limits))))
    st.session_state.setdefault("layers_steps", min(STEPS, limits.max_steps))


def _sizes(limits: Limits) -> list[int]:
    return [size for size in SIZES if size <= limits.max_size] or [limits.max_size]


def _several() -> list[str]:
    chosen = st.session_state.get("layers_chosen", [layer for layer, _ in GATYS_STYLE])
    return [layer for layer in LAYERS if layer in chosen]


def _one() -> str:
    layer: str = st.session_state.get("layer_chosen", "relu3_1")
    return layer


def _toggle(layer: str) -> None:
    chosen = _several()
    st.session_state.layers_chosen = (
        [other for other in chosen if other != layer] if layer in chosen else [*chosen, layer]
    )


def _choose(layer: str) -> None:
    st.session_state.layer_chosen = layer
