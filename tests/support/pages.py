"""What tests of the pages share, in Streamlit's own test harness: no browser."""

import json
import time

from streamlit.testing.v1 import AppTest

PATIENCE = 60  # seconds; a busy machine is no failure


def open_app(**query):
    """The Studio, as somebody who has just come sees it."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE)
    app.query_params.update(query)
    return app.run()


def words(elements):
    """What all elements say."""
    return " ".join(element.value for element in elements)


def said(app):
    return words([*app.success, *app.info, *app.error])


def component_data(app, key):
    """What the page says to one of our components."""
    return next(json.loads(found.proto.json) for found in app.get("bidi_component") if key in found.proto.id)


def wait(app, status):
    """Runs the page until it says so."""
    deadline = time.monotonic() + PATIENCE
    while status not in said(app):
        assert time.monotonic() < deadline, said(app)
        time.sleep(0.2)
        app.run()


def run_and_wait(app, status="Done"):
    app.button(key="run_studio").click().run()
    wait(app, status)


def small(app, steps=10):
    """The smallest size there is, and few steps."""
    app.select_slider(key="set_size").set_value(128)
    app.number_input(key="set_steps").set_value(steps)
