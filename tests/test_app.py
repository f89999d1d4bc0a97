"""The front page in Streamlit's own test harness: no browser, the real engine and VGG16 at a tiny size."""

import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from stylecore.samples import sample_contents

PATIENCE = 60


@pytest.fixture
def app():
    st.cache_resource.clear()
    yield AppTest.from_file("../app.py", default_timeout=PATIENCE).run()
    st.cache_resource.clear()


def run_and_wait(app):
    app.button(key="run").click().run()
    deadline = time.monotonic() + PATIENCE
    while not app.success and not app.error:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()


def small(app, steps=10):
    app.select_slider(key="size").set_value(128)
    app.slider(key="steps").set_value(steps)


def test_the_page_opens_with_a_pair_and_no_error(app):
    assert not app.exception
    assert "Press **Run**" in app.info[0].value
    assert app.slider(key="lam").value == 0.2


def test_a_first_picture_from_the_samples(app):
    small(app)
    run_and_wait(app)
    assert not app.exception
    assert "Done after 10 steps" in app.success[0].value
    assert len(app.get("plotly_chart")) == 1
    assert len(app.get("download_button")) == 1


def test_stop_keeps_the_picture(app):
    small(app, steps=500)
    app.button(key="run").click().run()
    deadline = time.monotonic() + PATIENCE
    while not app.get("plotly_chart"):
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    app.button(key="stop").click().run()
    app.run()
    assert "the picture is kept" in app.info[0].value
    assert len(app.get("download_button")) == 1


CUT_OFF = sample_contents()["Coffee"].read_bytes()[:3000]


@pytest.mark.parametrize(
    ("data", "words"),
    [(b"hello", "can't be read as a picture"), (CUT_OFF, "damaged or cut off"), (b"", "is empty")],
    ids=["text", "cut off", "empty"],
)
def test_a_bad_upload_is_a_plain_sentence_and_loses_nothing(app, data, words):
    app.selectbox(key="content_choice").set_value("Upload …").run()
    app.file_uploader(key="content_upload").upload("picture.png", data, "image/png")
    app.run()
    assert not app.exception
    assert words in app.error[0].value
    assert app.button(key="run").disabled
    app.selectbox(key="content_choice").set_value("Coffee").run()
    assert not app.button(key="run").disabled
