"""Theory: the lecture's chain, each link beside an example that the visitor can change."""

import streamlit as st

from stylecore.language import reader
from stylecore.ui.page import heading, page
from stylecore.ui.state.page_state import apply_query_params, write_query_params
from stylecore.ui.theory.calibration import show_calibration
from stylecore.ui.theory.content import show_content, show_network
from stylecore.ui.theory.descriptions import show_descriptions
from stylecore.ui.theory.shuffle import show_shuffle
from stylecore.ui.theory.style import show_statistic, show_style
from stylecore.ui.theory.texts import texts
from stylecore.ui.theory.total import show_total
from stylecore.ui.widgets.dropped_recipe import dropped_recipe
from stylecore.ui.widgets.settings import need_settings

with page("Theory") as (engine, owner):
    apply_query_params(engine, owner)
    t = texts(reader())
    heading(t["title"])
    st.markdown(t["intro"])
    st.markdown(t["chain"])
    dropped_recipe(engine, owner)
    need_settings()

    layer = show_network(t)
    x = show_content(t)
    statistic = show_statistic(t, x)
    s = show_style(t, x, statistic)
    show_total(t, engine, owner, x, s, statistic)
    show_shuffle(t, engine, owner, x, statistic, layer)
    show_calibration(t, engine, owner)
    show_descriptions(t, engine, owner)
    st.header(t["sources_title"], anchor=False)
    st.markdown(t["sources"])

    write_query_params(owner)
