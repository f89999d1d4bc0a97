"""Links to the page about layers."""

from types import SimpleNamespace

import pytest
import streamlit as st

from stylecore.config import TransferConfig
from stylecore.layers import GATYS_STYLE
from stylecore.ui.layers.plan import CONTENT, reconstruction_requests
from stylecore.ui.layers.state import (
    MAPS,
    MATRICES,
    RECONSTRUCTIONS,
    LayersState,
    available_sizes,
    layers_query_params,
    read_query_params,
)

LIMITS = SimpleNamespace(max_size=256, max_steps=500)


@pytest.fixture
def state():
    st.session_state.clear()
    yield LayersState()
    st.session_state.clear()


@pytest.mark.parametrize(
    ("view", "layers"), [(RECONSTRUCTIONS, ["relu1_1", "relu3_3"]), (MAPS, ["relu4_2"]), (MATRICES, ["relu5_1"])]
)
def test_a_link_brings_the_choice_back(state, view, layers):
    state.size, state.steps, state.described = 192, 40, ("sliced", "gram+moments")
    link = layers_query_params(view, layers)
    st.session_state.clear()
    read_query_params(link, LIMITS)
    assert (state.view, state.layers, state.size, state.steps) == (view, layers, 192, 40)
    assert state.descriptions == ["gram+moments", "sliced"]  # in the order of all


def test_what_a_link_says_wrong_is_passed_over(state):
    wrong = {"view": "all", "layers": "relu9_9", "layers_size": "1e3", "layers_steps": "99999", "described": "best"}
    read_query_params(wrong, LIMITS)
    state.set_widget_defaults(LIMITS)
    assert (state.view, state.layers) == (RECONSTRUCTIONS, [layer for layer, _ in GATYS_STYLE])
    assert (state.size, state.steps, state.descriptions) == (160, 500, ["gram"])


def test_each_description_paints_the_style_of_each_layer(state):
    config = TransferConfig(statistic="covariance")  # the Studio's
    requests = reconstruction_requests(["relu1_1", "relu3_1"], ["moments", "sliced"], config)
    assert list(requests) == [
        (row, layer) for layer in ("relu1_1", "relu3_1") for row in (CONTENT, "moments", "sliced")
    ]
    for (row, layer), request in requests.items():
        if row == CONTENT:
            assert request.config.content_layers == ((layer, 1.0),)
        else:
            assert (request.config.statistic, request.config.style_layers[-1]) == (row, (layer, 1.0))


def test_a_small_server_has_at_least_one_size(state):
    assert available_sizes(SimpleNamespace(max_size=128)) == [96, 128]
    assert available_sizes(SimpleNamespace(max_size=64)) == [64]
    state.set_widget_defaults(SimpleNamespace(max_size=64, max_steps=10))
    assert (state.size, state.steps) == (64, 10)
