"""The λ lab: the same pair painted with several λ at once, and what each of them costs."""

import streamlit as st

from stylecore.errors import UserError
from stylecore.ui.lab.inputs import (
    axis_input,
    lab_query_params,
    lambdas_input,
    read_query_params,
    run_button,
    wanted_requests,
)
from stylecore.ui.lab.results import show_lab
from stylecore.ui.page import start_page
from stylecore.ui.state.page_state import apply_query_params, write_query_params
from stylecore.ui.widgets.dropped_recipe import dropped_recipe
from stylecore.ui.widgets.picture_input import pair_input
from stylecore.ui.widgets.presets import usual_inputs
from stylecore.ui.widgets.settings import chosen_settings

engine, owner = start_page("λ lab")
if apply_query_params(engine, owner):
    read_query_params(st.query_params)

with st.container(gap=None):
    st.header("One pair, several λ", anchor=False)
    st.caption(
        "λ = 1 keeps all of the photograph, λ = 0 all of the style. Here is the whole range side by side, each picture "
        "exactly what the Studio would paint. What has been computed before is not computed again."
    )
dropped_recipe(engine, owner)

settings, result = st.columns([1, 2], gap="large")
requests, trouble = {}, ""
with settings, st.container(gap="xsmall"):
    pair_input(chosen_settings().config)
    lambdas, written = lambdas_input()
    axis, rows = axis_input()
    try:
        st.session_state.lab_requests = requests = wanted_requests(axis, rows)
    except UserError as error:
        trouble = str(error)
    run_button(engine, owner, lambdas if written else (), requests, trouble)
    usual_inputs(engine.limits)

with result:
    show_lab(engine, owner, requests or st.session_state.get("lab_requests", {}), lambdas)

write_query_params(owner, **lab_query_params(lambdas, axis, rows))
