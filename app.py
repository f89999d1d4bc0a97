"""The Studio: choose a photograph and a style, set λ, and watch the picture being painted."""

from functools import partial

import streamlit as st

from stylecore.ui.page import start_page
from stylecore.ui.state.page_state import apply_query_params, shown_job, write_query_params
from stylecore.ui.studio.gallery import show_gallery
from stylecore.ui.studio.inputs import dropped_recipe, empty_result, is_steering, pair_input, run_button, steer
from stylecore.ui.studio.live import show_job
from stylecore.ui.widgets.picture_input import picture_input
from stylecore.ui.widgets.settings import advanced_inputs, lambda_input, usual_inputs

engine, owner = start_page("Studio")
apply_query_params(engine, owner)

with st.container(gap=None):
    st.header("Paint your photograph in any style", anchor=False)
    st.caption(
        "Choose two pictures and press Run. The photograph is changed, pixel by pixel, until the network VGG16 sees "
        "its content and the style's manner in one picture. λ balances the two, even while it runs."
    )
dropped_recipe(engine, owner)

settings, result = st.columns([2, 3], gap="large")
with settings, st.container(gap="xsmall"):
    pair_input()
    lambda_input(on_change=partial(steer, engine, owner), steering=is_steering(engine, owner))
    run_button(engine, owner)
    usual_inputs(engine.limits)
    with st.expander("Advanced", icon=":material/tune:"):
        advanced_inputs(start_input=partial(picture_input, "init", None))

with result:
    job = shown_job(engine, owner)
    if job is None:
        empty_result()
    else:
        show_job(engine, owner, job)
    show_gallery(engine, owner, job)

write_query_params(owner)
