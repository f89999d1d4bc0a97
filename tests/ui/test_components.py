"""What a browser sends for our components may be anything: only what can be meant arrives."""

from types import SimpleNamespace

import pytest
import streamlit as st

from stylecore.charts.grid import place_id, trade_off_figure
from stylecore.charts.style import base_layout
from stylecore.layers import LAYERS
from stylecore.transfer.vgg import layer_facts
from stylecore.ui.components import chart, figures, inputs, layer_box, network

BOXES = [layer_box(layer, fact, selected=True, hint="") for layer, fact in layer_facts(64, 64).items()]
CURVES = {"data": [{"type": "scatter", "x": [0], "y": [1], "meta": "0.5 Adam"}], "layout": base_layout("")}
POINTS = trade_off_figure({"Adam": {0.5: (0.1, 0.2)}}, rows=["Adam"])
ODD = [None, [], {}, "", "relu9_9", float("nan"), float("inf"), -1, 10**400]


@pytest.fixture
def sent(monkeypatch):
    """Says what the browser sends for a component that is mounted by this fixture's first function."""
    mounted = {}
    for module, name in ((inputs, "_NETWORK"), (figures, "_CHART")):
        monkeypatch.setattr(module, name, lambda **arguments: mounted.update(arguments))

    def send(event, value):
        st.session_state["key"] = SimpleNamespace(**{event: value})
        mounted[f"on_{event}_change"]()

    yield send
    st.session_state.clear()


def shown(monkeypatch, figure, live=True):
    monkeypatch.setattr(figures, "plotly_address", lambda: "")
    steps, points = [], []
    chart(figure, key="key", alt="A chart", live=live, on_step=steps.append, on_point=points.append)
    return steps, points


def test_a_weight_is_a_number_from_0_on_of_a_layer_that_is_chosen(sent):
    heard = []
    network(
        BOXES,
        key="key",
        label="",
        on_choice=heard.append,
        weights={"relu1_1": 1.0},
        on_weight=lambda *said: heard.append(said),
    )
    for odd in ODD:
        sent("weighed", odd)
        sent("weighed", {"layer": "relu1_1", "weight": odd})
        sent("weighed", {"layer": odd, "weight": 1})
        sent("chosen", odd)
    sent("weighed", {"layer": "relu2_1", "weight": 1})
    assert heard == []
    sent("weighed", {"layer": "relu1_1", "weight": 0})
    sent("chosen", LAYERS[-1])
    assert heard == [("relu1_1", 0.0), "relu5_3"]


@pytest.mark.parametrize("figure", [CURVES, POINTS])
def test_only_points_that_are_in_the_chart_are_chosen(sent, monkeypatch, figure):
    steps, points = shown(monkeypatch, figure)
    for odd in [*(odd for odd in ODD if odd != -1), "0.7 Adam"]:
        sent("step", odd)
    assert (steps, points) == ([], [])
    sent("step", place_id(("Adam", 0.5)))
    sent("step", 7)
    assert (steps, points) == ([7], ["0.5 Adam"])
