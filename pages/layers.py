"""Layers: what each of VGG16's layers keeps of a picture, what it sees in it, and what it knows of style."""

from functools import partial

import streamlit as st

from stylecore.language import _
from stylecore.ui.layers.feature_maps import show_feature_maps
from stylecore.ui.layers.inputs import descriptions_input, size_and_steps_input, view_input
from stylecore.ui.layers.matrices import show_matrices
from stylecore.ui.layers.network import network_input
from stylecore.ui.layers.plan import plan_reconstructions
from stylecore.ui.layers.reconstructions import show_reconstructions
from stylecore.ui.layers.settings import reconstruction_settings, view_settings
from stylecore.ui.layers.state import MAPS, RECONSTRUCTIONS, LayersState, layers_query_params, read_query_params
from stylecore.ui.page import heading, page
from stylecore.ui.state.page_state import apply_query_params, write_query_params
from stylecore.ui.widgets.dropped_recipe import dropped_recipe
from stylecore.ui.widgets.picture_input import pair_input
from stylecore.ui.widgets.run_panel import run_panel
from stylecore.ui.widgets.settings import need_settings

with page("Layers") as (engine, owner):
    if apply_query_params(engine, owner):
        read_query_params(st.query_params, engine.limits)
    LayersState().set_widget_defaults(engine.limits)

    heading(
        _("What each layer sees"),
        _(
            "VGG16 was trained to name what is in a photograph. On the way there, early layers see edges and colours, "
            "deep ones see things. Content is taken from one layer, style from several."
        ),
    )
    dropped_recipe(engine, owner)
    need_settings()
    view = view_input()
    network_place = st.container()  # filled below: the drawing shows the size at which the photograph will be used

    with st.container(key="stage"):  # a phone has Run and the pictures first: see page.css
        left, right = st.columns([1, 2], gap="medium")
    with left:
        if view == RECONSTRUCTIONS:
            run_place = st.container(gap="xsmall", key="stage_run_first")  # and Run shows what layers are missing
            size, steps = size_and_steps_input(engine.limits)
            descriptions = descriptions_input()
            config = reconstruction_settings(size, steps)
        else:
            config = view_settings()
        pair_input(config)

    with network_place:
        layers = network_input(config, several=view == RECONSTRUCTIONS)
    if view == RECONSTRUCTIONS:
        with run_place:
            known = run_panel(engine, owner, "layers", partial(plan_reconstructions, engine, owner))

    if view == RECONSTRUCTIONS:
        with right:
            show_reconstructions(engine, owner, known, layers, descriptions, config)
    else:
        with right, st.container(key="stage_picture"):
            (show_feature_maps if view == MAPS else show_matrices)(engine, owner, layers[0])

    write_query_params(owner, **layers_query_params(view, layers))
