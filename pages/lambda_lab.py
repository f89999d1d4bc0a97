"""The λ lab: the same pair painted with several λ at once, and what each of them costs."""

from functools import partial

import streamlit as st

from stylecore.language import _
from stylecore.ui.lab.inputs import axis_input, lambdas_input
from stylecore.ui.lab.link import lab_query_params, read_query_params
from stylecore.ui.lab.plan import plan_lab
from stylecore.ui.lab.results import show_lab
from stylecore.ui.lab.state import LabState
from stylecore.ui.page import heading, page
from stylecore.ui.state.page_state import apply_query_params, write_query_params
from stylecore.ui.widgets.dropped_recipe import dropped_recipe
from stylecore.ui.widgets.picture_input import pair_input
from stylecore.ui.widgets.presets import usual_inputs
from stylecore.ui.widgets.run_panel import run_panel
from stylecore.ui.widgets.settings import chosen_settings
from stylecore.ui.widgets.styles_input import styles_input

with page("λ lab") as (engine, owner):
    if apply_query_params(engine, owner):
        read_query_params(st.query_params)
    LabState().set_widget_defaults()

    heading(
        _("One pair, several λ"),
        _(
            "λ = 1 keeps all of the photograph, λ = 0 all of the style. Here is the whole range side by side, each "
            "picture exactly what the Studio would paint. What has been computed before is not computed again."
        ),
    )
    dropped_recipe(engine, owner)

    with st.container(key="stage"):  # a phone has Run and the pictures first: see page.css
        settings, result = st.columns([1, 2], gap="medium")
    with settings:
        lambdas = lambdas_input()
        axis, rows = axis_input()
        run_place = st.container(gap="xsmall", key="stage_run_first")  # filled below: its price is that of the pictures
        pair_input(chosen_settings().config)
        styles_input()
        with run_place:
            known = run_panel(engine, owner, "lab", partial(plan_lab, engine, owner))
        usual_inputs(engine.limits)

    with result:
        show_lab(engine, owner, known, lambdas, axis)

    write_query_params(owner, **lab_query_params(lambdas, axis, rows))
