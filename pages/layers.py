"""Layers: what each of VGG16's layers keeps of a picture, what it sees in it, and what it knows of style."""

import streamlit as st

from stylecore.ui.layers.feature_views import show_feature_maps, show_matrices
from stylecore.ui.layers.inputs import (
    MAPS,
    RECONSTRUCTIONS,
    layers_query_params,
    layers_settings,
    network_input,
    read_query_params,
    size_and_steps,
    view_input,
    view_settings,
)
from stylecore.ui.layers.reconstructions import reconstruction_requests, run_button, show_reconstructions
from stylecore.ui.page import start_page
from stylecore.ui.state.page_state import apply_query_params, write_query_params
from stylecore.ui.widgets.dropped_recipe import dropped_recipe
from stylecore.ui.widgets.picture_input import pair_input
from stylecore.ui.widgets.settings import need_settings

engine, owner = start_page("Layers")
if apply_query_params(engine, owner):
    read_query_params(st.query_params, engine.limits)

with st.container(gap=None):
    st.header("What each layer sees", anchor=False)
    st.caption(
        "VGG16 was trained to name what is in a photograph. On the way there, early layers see edges and colours, deep "
        "ones see things. Content is taken from one layer, style from several."
    )
dropped_recipe(engine, owner)
need_settings()
view = view_input()
layers = network_input(view)

settings, result = st.columns([1, 2], gap="large")
requests = {}
with settings, st.container(gap="xsmall"):
    if view == RECONSTRUCTIONS:
        requests = reconstruction_requests(layers)
        run_button(engine, owner, requests)
        size_and_steps(engine.limits)
    pair_input(layers_settings() if view == RECONSTRUCTIONS else view_settings())

with result:
    if view == RECONSTRUCTIONS:
        show_reconstructions(engine, owner, requests)
    elif view == MAPS:
        show_feature_maps(engine, owner, layers[0])
    else:
        show_matrices(engine, owner, layers[0])

write_query_params(owner, **layers_query_params(view, layers))
