"""Widgets of settings follow from their declaration, so that a new setting needs no line of the interface."""

import pytest
from streamlit.testing.v1 import AppTest

from stylecore.config import SETTINGS, Postprocess
from stylecore.settings import Setting, settings_of


def page(declared, value, segmented=False):
    import streamlit as st

    from stylecore.ui.widgets.setting_input import setting_input

    st.session_state.setdefault("key", value)
    st.session_state.found = setting_input(declared, "key", segmented=segmented)


def widget(declared, value, kind, segmented=False):
    app = AppTest.from_function(page, args=(declared, value, segmented)).run()
    assert not app.exception
    assert app.session_state["found"] == value
    found = getattr(app, kind)(key="key")
    assert (found.label, found.help) == (declared.label, declared.help)
    return found


def test_a_choice_has_its_names():
    found = widget(SETTINGS["optimizer"], "adam", "selectbox")
    assert found.options == ["L-BFGS", "Adam"]
    colours = settings_of(Postprocess)["colours"]
    assert widget(colours, "style", "button_group", segmented=True).options == list(colours.labels.values())


def test_a_number_with_an_end_for_a_slider_is_one():
    found = widget(SETTINGS["total_variation"], 0.2, "slider")
    assert (found.min, found.max, found.step) == (0.0, 1.0, 0.01)
    assert widget(SETTINGS["total_variation"], 7.0, "slider").max == 7.0  # a link may go beyond it


@pytest.mark.parametrize(("name", "value"), [("seed", 5), ("lbfgs_memory", 7), ("learning_rate", 0.002)])
def test_other_numbers_are_fields_that_keep_to_their_range(name, value):
    declared = SETTINGS[name]
    widget(declared, value, "number_input")
    app = AppTest.from_function(page, args=(declared, value)).run()
    number = type(value)
    largest = min(declared.high + 1, 2**53 - 1)  # that a browser can write
    for beyond, nearest in ((largest, declared.high), (declared.low - 1, declared.low)):
        app.number_input(key="key").set_value(number(beyond)).run()
        assert not app.exception
        assert app.number_input(key="key").value == app.session_state["found"] == nearest


def test_layers_are_text():
    widget(SETTINGS["style_layers"], "relu1_1 relu2_1:0.8", "text_input")


def test_a_setting_that_nobody_knows_yet_has_a_widget():
    new = Setting(name="new", kind="int", label="New", help="Not there yet.", low=0, high=9, step=1, slider_high=5)
    assert widget(new, 3, "slider").max == 5
