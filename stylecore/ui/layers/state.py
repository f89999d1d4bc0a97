"""What the page about layers remembers while its tab lives, and how a link to it is read and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from stylecore.config import Statistic
from stylecore.engine.limits import Limits
from stylecore.experiments.reconstruction import USUAL_SIZE, USUAL_STEPS
from stylecore.language import Sentence
from stylecore.layers import GATYS_STYLE, LAYERS
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.ui.state.session import SessionValue

RECONSTRUCTIONS = Sentence("Reconstructions")
MAPS = Sentence("Feature maps")
MATRICES = Sentence("Style matrices")
VIEWS: dict[str, str] = {
    RECONSTRUCTIONS: "reconstructions",
    MAPS: "maps",
    MATRICES: "matrices",
}  # each with its word in a link
SIZES = (96, 128, 160, 192, 224, 256, 320, 384)  # pixels, of reconstructions
SIZE_PARAM, STEPS_PARAM, DESCRIBED_PARAM = "layers_size", "layers_steps", "described"  # of a link


class LayersState:
    """State of the page. It holds no pictures: they would stay in memory after they have been removed.

    Attributes:
        view: one of `VIEWS`; a widget's value.
        size: of reconstructions, in pixels; a widget's value.
        steps: of reconstructions; a widget's value.
        described: by what the reconstructed style is described, in any order; a widget's value.
        several: layers that are reconstructed, in any order.
        single: the layer that the other views show.
        picked: row and layer of the reconstruction that is shown large; None until one is clicked.
        maps_of: name of the picture whose feature maps are shown; a widget's value.
        picked_step: step of the last run whose matrix is compared with the style's; None until one is clicked.
        step_on_slider: the step that is shown; a widget's value.
    """

    prefix = "layers"
    view = SessionValue[str](RECONSTRUCTIONS)
    size = SessionValue[int](USUAL_SIZE)
    steps = SessionValue[int](USUAL_STEPS)
    described = SessionValue[Sequence[Statistic]](("gram",))
    several = SessionValue[Sequence[str]](tuple(layer for layer, _ in GATYS_STYLE))
    single = SessionValue[str]("relu3_1")
    picked = SessionValue[tuple[str, str] | None](None)
    maps_of = SessionValue[str]("")
    picked_step = SessionValue[float | None](None)
    step_on_slider = SessionValue[int](0)

    @property
    def layers(self) -> list[str]:
        """The chosen layers of the present view, shallow to deep; exactly one unless it is `RECONSTRUCTIONS`."""
        chosen = self.several if self.view == RECONSTRUCTIONS else [self.single]
        return [layer for layer in LAYERS if layer in chosen]

    @property
    def descriptions(self) -> list[Statistic]:
        """By what the reconstructed style is described, in the order in which all descriptions are listed."""
        return [name for name in DESCRIPTIONS if name in self.described]

    def set_widget_defaults(self, limits: Limits) -> None:
        """Gives each widget that a link can set a value to begin with; before the widgets are drawn."""
        st.session_state.setdefault(LayersState.view.key, self.view)
        st.session_state.setdefault(LayersState.size.key, min(self.size, max(available_sizes(limits))))
        st.session_state.setdefault(LayersState.steps.key, min(self.steps, limits.max_steps))
        st.session_state.setdefault(LayersState.described.key, list(self.described))


def available_sizes(limits: Limits) -> list[int]:
    """Sizes of reconstructions, in pixels, that this server allows; at least one."""
    return [size for size in SIZES if size <= limits.max_size] or [limits.max_size]


def read_query_params(query: Mapping[str, str], limits: Limits) -> None:
    """Sets the state as an address says; what can't be used is passed over."""
    state = LayersState()
    layers = [layer for layer in LAYERS if layer in query.get("layers", "").split(" ")]
    state.view = next((view for view, word in VIEWS.items() if word == query.get("view")), RECONSTRUCTIONS)
    if state.view == RECONSTRUCTIONS:
        state.several = layers or [layer for layer, _ in GATYS_STYLE]
    elif layers:
        state.single = layers[0]
    if described := [name for name in DESCRIPTIONS if name in query.get(DESCRIBED_PARAM, "").split(" ")]:
        state.described = described
    if (size := _number(query, SIZE_PARAM)) in available_sizes(limits):
        state.size = size
    if steps := _number(query, STEPS_PARAM):
        state.steps = min(steps, limits.max_steps)


def layers_query_params(view: str, layers: Sequence[str]) -> dict[str, str]:
    """The page's own parameters of a link to it.

    Args:
        view: one of `VIEWS`.
        layers: that are chosen, shallow to deep.
    """
    state = LayersState()
    return {
        "view": VIEWS[view],
        "layers": " ".join(layers),
        SIZE_PARAM: str(state.size),
        STEPS_PARAM: str(state.steps),
        DESCRIBED_PARAM: " ".join(state.descriptions),
    }


def _number(query: Mapping[str, str], name: str) -> int:
    """A whole number out of an address; 0 if it is none."""
    text = query.get(name, "")[:6]
    return int(text) if text.isascii() and text.isdigit() else 0
