"""λ lab, Layers, Theory and About in Russian: nothing on them is still in English, whatever they show."""

import time

import pytest
from streamlit.testing.v1 import AppTest

from stylecore.config import SETTINGS
from stylecore.experiments.axes import AXES
from stylecore.transfer.devices import describe_device
from stylecore.ui.lab.state import MODES, LabState
from stylecore.ui.layers.state import MAPS, MATRICES, LayersState
from stylecore.ui.state.language import LanguageState
from tests.conftest import start_afresh
from tests.support.pages import PATIENCE, english_in, open_app, small, texts

LATIN = ("Ctrl", "Enter", "Ctrl+Z", "STYLECORE_DOWNLOADS")


@pytest.fixture(scope="module", autouse=True)
def server():
    """One engine for all tests here: every test is another visitor."""
    start_afresh()
    yield
    start_afresh()


def opened(name, **query):
    """A page as somebody finds it who comes by a Russian link."""
    app = AppTest.from_file("../../app.py", default_timeout=PATIENCE).switch_page(f"pages/{name}.py")
    app.query_params.update({"lang": "ru", **query})
    return app.run()


def run_until(app, done):
    """Runs the page until something is the case."""
    deadline = time.monotonic() + PATIENCE
    while not done(app):
        assert time.monotonic() < deadline, texts(app)
        time.sleep(0.2)
        app.run()
    return app


def analysed(app):
    return run_until(app, lambda app: not any("анализируются" in text for text in texts(app)))


def cited(app):
    """The words of a list of papers."""
    return {word for text in texts(app) if "*A Neural Algorithm" in text for word in english_in([text])}


def assert_russian(app, *more):
    assert not app.exception
    assert english_in(texts(app), *LATIN, *more) == {}


def test_about():
    machine = describe_device("cpu").values["machine"]
    app = opened("about")
    licences = ("Creative", "Commons", "Attribution", "CC0")
    assert_russian(app, *cited(app), *licences, "Ecker", "Bethge", "Cookie", "cpu", machine)


def test_the_lab_with_every_axis_and_every_way_to_choose():
    app = opened("lambda_lab")
    assert_russian(app)
    for mode in MODES:
        app.session_state[LabState.mode.key] = mode
        assert_russian(app.run())
    for axis in AXES:
        app.session_state[LabState.axis.key] = axis
        assert_russian(app.run())


def test_the_lab_with_painted_pictures():
    app = opened("lambda_lab", axis="statistic", rows="Gram matrix|Covariance", lambdas="0.2 0.8")
    assert app.text_input(key=LabState.lambdas.key).value == "0,2 0,8"
    small(app, steps=3)
    app.run().button(key="run_lab").click().run()
    run_until(app, lambda app: app.button(key="run_lab").label.startswith("Готово"))
    assert_russian(app)


def test_layers_with_painted_reconstructions():
    query = {"layers_size": "96", "layers_steps": "3", "layers": "relu1_1 relu2_1", "described": "gram sliced"}
    app = opened("layers", **query)
    assert_russian(app)
    app.button(key="run_layers").click().run()
    run_until(app, lambda app: app.button(key="run_layers").label.startswith("Готово"))
    assert_russian(app)


@pytest.fixture(scope="module")
def painted():
    """A visitor with a result of the Studio, who reads Russian."""
    app = open_app(lang="ru")
    small(app, steps=3)
    app.run().button(key="run_studio").click().run()
    return run_until(app, lambda app: any("Готово" in text for text in texts(app)))


@pytest.mark.parametrize("view", [MAPS, MATRICES])
def test_what_layers_know_of_a_result(painted, view):
    painted.switch_page("pages/layers.py").run()
    painted.session_state[LayersState.view.key] = view
    assert_russian(analysed(painted.run()))


def test_theory_with_a_result(painted):
    app = analysed(painted.switch_page("pages/theory.py").run())
    assert_russian(app, *cited(app), "COV", "ensp")
    for statistic in SETTINGS["statistic"].labels:
        app.session_state["theory_description"] = statistic
        assert_russian(analysed(app.run()), *cited(app), "COV", "ensp")


def test_another_language_changes_no_choice():
    app = opened("lambda_lab", axis="style_scale", rows="stroke × 0.5|stroke × 2", lambdas="0.2 0.8")
    app.session_state[LabState.term.key] = "style"
    app.run()
    before = [
        app.session_state[key] for key in (LabState.axis.key, LabState.rows_key("style_scale"), LabState.term.key)
    ]
    app.session_state[LanguageState.code.key] = "en"
    app.run()
    assert app.selectbox(key=LabState.axis.key).label == "Second axis"
    after = [app.session_state[key] for key in (LabState.axis.key, LabState.rows_key("style_scale"), LabState.term.key)]
    assert before == after == ["style_scale", ["stroke × 0.5", "stroke × 2"], "style"]
