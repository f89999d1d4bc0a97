"""The Studio: choose a photograph and a style, set λ, and watch the picture being painted."""

from functools import partial

import streamlit as st

from stylecore.language import _
from stylecore.ui.page import heading, page
from stylecore.ui.state.page_state import apply_query_params, write_query_params
from stylecore.ui.state.restore import shown_job
from stylecore.ui.studio.gallery import show_gallery
from stylecore.ui.studio.live import show_result
from stylecore.ui.studio.on_the_way import show_on_the_way
from stylecore.ui.studio.run import plan_run, run_started, steer, steer_mix, words_on_lambda
from stylecore.ui.widgets.dropped_recipe import dropped_recipe
from stylecore.ui.widgets.picture_input import pair_input, picture_input
from stylecore.ui.widgets.presets import usual_inputs
from stylecore.ui.widgets.run_panel import run_panel
from stylecore.ui.widgets.settings import advanced_inputs, lambda_input
from stylecore.ui.widgets.styles_input import styles_input

with page("Studio") as (engine, owner):
    apply_query_params(engine, owner)

    heading(
        _("Paint your photograph in any style"),
        _(
            "Choose two pictures and press Run. The photograph is changed, pixel by pixel, until the network VGG16 "
            "sees its content and the style's manner in one picture. λ balances the two, even while it runs."
        ),
    )
    dropped_recipe(engine, owner)

    with st.container(key="stage"):  # a phone has the picture first, then λ and Run: see page.css
        left, right = st.columns([2, 3], gap="medium")
    with left:
        # Filled below: the pair shows the size at which it will be used,
        pair_place = st.container(gap="xsmall", key="stage_pair")
        with st.container(gap="xsmall", key="stage_lambda"):
            lambda_input(on_change=partial(steer, engine, owner), told=words_on_lambda(engine, owner))
        run_place = st.container(gap="xsmall", key="stage_run")  # and Run its price.
        usual_inputs(engine.limits)
        with st.expander(_("Advanced"), icon=":material/tune:"):
            settings = advanced_inputs(start_input=partial(picture_input, "init"))
        with pair_place:
            content = pair_input(settings.config)[0]
            styles_input(on_mix=partial(steer_mix, engine, owner))
        with run_place:
            plan, on_the_way = partial(plan_run, engine, owner), partial(show_on_the_way, engine, owner)
            known = run_panel(engine, owner, "studio", plan, on_start=run_started, show_on_the_way=on_the_way)

    with right:
        job = shown_job(engine, owner)
        show_result(engine, owner, job, content, known)
        show_gallery(engine, owner, job)

    write_query_params(owner)
