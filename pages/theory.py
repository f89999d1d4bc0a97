"""Theory: the lecture's chain, each link beside an example that the visitor can change; in English and in Russian."""

import streamlit as st

from stylecore.ui.page import start_page
from stylecore.ui.state.page_state import apply_query_params, write_query_params
from stylecore.ui.theory.parts import (
    language_input,
    read_query_params,
    show_calibration,
    show_content,
    show_network,
    show_shuffle,
    show_sources,
    show_statistic,
    show_style,
    show_total,
)
from stylecore.ui.theory.texts import texts
from stylecore.ui.widgets.dropped_recipe import dropped_recipe
from stylecore.ui.widgets.settings import need_settings

engine, owner = start_page("Theory")
if apply_query_params(engine, owner):
    read_query_params(st.query_params)

language = language_input()
words = texts(language)
st.header(words["title"], anchor=False)
st.markdown(words["intro"])
st.markdown(words["chain"])

dropped_recipe(engine, owner)
need_settings()
layer = show_network(words)
x = show_content(words)
statistic = show_statistic(words, x)
s = show_style(words, x, statistic)
show_total(words, engine, owner, x, s, statistic)
show_shuffle(words, engine, owner, x, statistic, layer)
show_calibration(words, engine, owner)
show_sources(words)

write_query_params(owner, lang=language)
