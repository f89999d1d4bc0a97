"""Weights of styles: as shares, and in an address that a stranger may have written."""

import pytest
import streamlit as st

from stylecore.imaging.inputs import MAX_WEIGHT
from stylecore.ui.state.mix import set_weights, shares, weight_of, weights_from_text, weights_to_text


def test_shares_are_parts_of_a_whole():
    assert shares([1, 3]) == (0.25, 0.75)
    assert shares([0, 0]) == (0.5, 0.5)


@pytest.mark.parametrize(
    ("weights", "text"), [((0.7, 0.3), "0.7 0.3"), ((1, 0), "1 0"), ((1, 0.5, 0.25), "1 0.5 0.25")]
)
def test_an_address_brings_weights_back(weights, text):
    assert weights_to_text(weights) == text
    assert weights_from_text(text, len(weights)) == weights


@pytest.mark.parametrize("weights", [(0.5,), (1, 1), (1, 1, 1)])
def test_what_is_usual_needs_no_word(weights):
    assert weights_to_text(weights) == ""


@pytest.mark.parametrize("text", ["", "1", "1 2 3", "0 0", "-1 1", "nan 1", "inf 1", "a b", "1e300 1", "1 " * 10**5])
def test_what_are_no_weights_of_two_styles_is_refused(text):
    assert weights_from_text(text, 2) is None


@pytest.mark.parametrize(("sent", "kept"), [(0.3, 0.3), (-1, 0), (float("nan"), 0), (1e300, MAX_WEIGHT)])
def test_whatever_a_browser_says_of_a_weight_it_is_in_its_range(sent, kept):
    st.session_state.clear()
    set_weights({"style2": sent})
    assert (weight_of("style2"), weight_of("style")) == (kept, 1)
    st.session_state.clear()
