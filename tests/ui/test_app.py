"""The pages in Streamlit's own test harness: no browser, the real engine and VGG16 at a tiny size."""

import dataclasses
import time

import pytest
import streamlit as st

from stylecore.config import PRESETS, SETTINGS, TransferConfig
from stylecore.engine.engine import Engine
from stylecore.samples import sample_contents
from stylecore.ui.server import get_engine
from stylecore.ui.widgets import run_panel
from stylecore.ui.widgets.presets import preset_of
from stylecore.ui.widgets.run_panel import memory_problem
from stylecore.ui.widgets.settings import current_settings, load_settings
from tests.conftest import start_afresh
from tests.support.hostile import seeds
from tests.support.pages import PATIENCE, component_data, open_app, run_and_wait, small, wait, words

SHALLOW = {"content_layers": "relu1_1", "style_layers": "relu1_1"}  # a hundred steps to them are quick
PAGES = ["app.py", "pages/lambda_lab.py", "pages/gallery.py", "pages/layers.py", "pages/theory.py", "pages/about.py"]


@pytest.fixture(scope="module", autouse=True)
def server():
    """One engine for all tests here: every test is another visitor."""
    start_afresh()
    yield
    start_afresh()


@pytest.fixture
def app():
    return open_app()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_an_error(app, page):
    app.switch_page(page).run()
    assert not app.exception
    assert not app.error


@pytest.mark.parametrize("figures", ["0", "1"])
def test_about_says_what_the_server_allows_and_if_its_operator_wants_it_how_it_is(monkeypatch, figures):
    monkeypatch.setenv("STYLECORE_FIGURES", figures)
    start_afresh()
    app = open_app()
    app.switch_page("pages/about.py").run()
    assert ("0 running, 0 waiting; 0 results kept (0 MB); " in words(app.markdown)) == (figures == "1")
    assert "up to 8 λ and 2 h of computing" in words(app.markdown)


def test_the_studio_opens_with_a_pair_and_says_what_a_run_costs(app):
    assert "Press **Run**" in app.info[0].value
    assert app.slider(key="set_lam").value == 0.2
    while "About" not in words(app.caption):  # until the machine has been measured
        assert "Working out how long" in words(app.caption)
        app.run()


@pytest.mark.parametrize(("query", "named"), [({}, False), ({"content": "Coffee"}, False), ({"steps": "3"}, True)])
def test_the_size_is_the_machine_s_own_unless_an_address_names_settings(monkeypatch, query, named):
    monkeypatch.setattr(Engine, "usual_size", 192)
    size = TransferConfig().size if named else 192
    app = open_app(**query)
    assert app.session_state["set_size"] == size
    app.run()
    assert app.query_params["size"] == str(size)  # what others see who get the link


def test_the_slider_says_that_a_picture_follows_it_also_while_that_waits_for_its_turn():
    app = open_app(size="64", steps="2000")
    assert "steering live" not in words(app.caption)
    app.button(key="run_studio").click().run()
    assert "steering live" in words(app.caption)
    app.button(key="stop").click().run()


def test_a_first_picture_from_the_samples():
    app = open_app(size="64", steps="10")
    run_and_wait(app)
    assert not app.exception
    assert "Done: 10 steps" in app.success[0].value
    labels = [button.label for button in app.get("download_button")]
    assert len(labels) == 8
    assert labels[-2:] == ["CSV", "JSON"]  # of the losses


def test_100_more_steps_go_on_where_the_run_ended():
    app = open_app(size="64", steps="10", **SHALLOW)
    run_and_wait(app)
    app.button(key="more").click().run()
    wait(app, "Done: 110 steps")


def test_a_slider_that_has_left_the_picture_s_λ_is_told_and_one_click_paints_with_it():
    app = open_app(size="64", steps="4")
    run_and_wait(app)
    assert "This picture has λ" not in words(app.info)
    app.slider(key="set_lam").set_value(0.5).run()
    assert "This picture has λ = 0.2, and the slider says 0.5." in words(app.info)
    assert "the picture: λ = 0.2" in words(app.caption)
    app.button(key="run_other_lambda").click().run()
    wait(app, "Done: 4 steps")
    first, second = get_engine().jobs_of(app.session_state["visitor_name"])
    assert (first.lam, second.lam) == (0.2, 0.5)
    assert not app.info


def test_more_steps_go_on_with_the_slider_s_λ():
    app = open_app(size="64", steps="4", **SHALLOW)
    run_and_wait(app)
    app.slider(key="set_lam").set_value(0.5).run()
    app.button(key="more").click().run()
    wait(app, "Done: 104 steps")
    (job,) = get_engine().jobs_of(app.session_state["visitor_name"])
    assert job.lam == 0.5
    assert job.snapshot.changes == ((4, (0.5,)),)


def test_stop_keeps_the_picture_and_go_on_finishes_it(app):
    small(app, steps=40)
    app.button(key="run_studio").click().run()
    deadline = time.monotonic() + PATIENCE
    while not app.get("progress") or "Step " not in app.get("progress")[0].proto.text:
        assert time.monotonic() < deadline
        time.sleep(0.2)
        app.run()
    app.button(key="stop").click().run()
    assert "the picture is kept" in words(app.info)
    assert app.get("download_button")
    app.button(key="resume").click().run()
    wait(app, "Done: 40 steps")


CUT_OFF = seeds()["png"][:300]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [(b"hello", "isn't a picture we can read"), (CUT_OFF, "damaged, cut off"), (b"", "is empty")],
    ids=["text", "cut off", "empty"],
)
def test_a_bad_upload_is_a_plain_sentence_and_loses_nothing(app, data, sentence):
    app.file_uploader(key="upload_content").upload("picture.png", data, "image/png")
    app.run()
    assert not app.exception
    assert sentence in app.error[0].value
    assert component_data(app, "gallery_content")["cover"]["caption"].startswith("Chelsea")
    assert not app.button(key="run_studio").disabled


def test_another_upload_takes_away_what_was_said_of_the_first(app):
    app.file_uploader(key="upload_content").upload("notes.png", b"hello", "image/png")
    app.run()
    assert "notes.png" in app.error[0].value
    app.file_uploader(key="upload_style").upload("sound.png", seeds()["png"], "image/png")
    app.run()
    assert not app.error
    assert not app.exception


def test_a_picture_that_can_be_used_but_is_tiny_or_cut_is_told(app):
    app.file_uploader(key="upload_content").upload("tiny.png", seeds()["png"], "image/png")
    app.run()
    assert "only 20 × 15 pixels and is enlarged" in words(app.warning)
    photograph = sample_contents()["Coffee"].read_bytes()
    app.file_uploader(key="upload_content").upload("cut.jpg", photograph[: len(photograph) // 2], "image/jpeg")
    app.run()
    assert "The file is cut off" in words(app.warning)
    assert "enlarged" not in words(app.warning)
    assert not app.error


def test_settings_that_make_no_sense_stop_run_with_a_reason(app):
    app.text_input(key="set_style_layers").set_value("relu1_1 relu9_9").run()
    assert app.button(key="run_studio").disabled
    assert "each layer of style_layers must be one of relu1_1" in words(app.warning)


def test_what_does_not_fit_is_told_before_it_is_started(app, monkeypatch):
    monkeypatch.setattr(get_engine(), "free_memory", lambda: 10**6)
    app.run()
    assert app.button(key="run_studio").disabled
    assert "GB are free on this server: choose a smaller size" in words(app.warning)


def test_every_advanced_setting_has_a_widget_where_it_has_a_meaning(app):
    found = {widget.key for widget in [*app.selectbox, *app.slider, *app.number_input, *app.text_input]}
    values = {name: app.session_state[f"set_{name}"] for name in SETTINGS if name != "lambdas"}
    for name, declared in SETTINGS.items():
        if declared.place == "advanced":
            meant = declared.needs is None or values[declared.needs[0]] == declared.needs[1]
            assert (f"set_{name}" in found) == meant, name


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_sets_everything_but_what_is_the_visitor_s(app, name):
    app.select_slider(key="set_size").set_value(192)
    app.selectbox(key="preset").set_value(name).run()
    assert not app.exception
    assert app.selectbox(key="preset").value == name
    for key, value in (("pooling", PRESETS[name].pooling), ("optimizer", PRESETS[name].optimizer), ("size", 192)):
        assert app.session_state[f"set_{key}"] == value


def test_an_address_sets_the_page_and_bad_values_are_told(app):
    app = open_app(lam="0.65", pooling="average", size="99999", content="Coffee", style="None")
    assert app.slider(key="set_lam").value == 0.65
    assert app.selectbox(key="set_pooling").value == "average"
    assert app.session_state["chosen_pictures"]["content"].name == "Coffee"
    assert "size must be a whole number from 16 to 8192" in words(app.warning)
    assert "no sample named 'None'" in words(app.warning)


@pytest.mark.parametrize(
    "config", [*PRESETS.values(), TransferConfig(lambdas=(0.35,), size=200, seed=3, lbfgs_memory=7)]
)
def test_widgets_hold_every_setting(config, monkeypatch):
    class State(dict):
        __getattr__, __setattr__ = dict.__getitem__, dict.__setitem__

    monkeypatch.setattr(st, "session_state", State())
    load_settings(config)
    found = current_settings()
    assert found.lambdas[0] == pytest.approx(config.lambdas[0], rel=1e-6)
    assert preset_of(found) == preset_of(config)
    assert found.size == config.size


def test_an_upload_beyond_the_operators_limit_is_refused_whatever_the_browser_let_through(app, monkeypatch):
    limits = dataclasses.replace(get_engine().limits, max_upload_mb=1)
    monkeypatch.setattr(get_engine(), "limits", limits)
    long = sample_contents()["Coffee"].read_bytes() + bytes(2**20)
    app.file_uploader(key="upload_content").upload("picture.jpg", long, "image/jpeg")
    app.run()
    assert not app.exception
    assert "This picture has more than 1 MB: save it smaller first." in app.error[0].value


def test_of_more_reconstructions_than_one_visitor_may_have_run_takes_the_first(app, monkeypatch):
    limits = dataclasses.replace(get_engine().limits, max_active=7)
    monkeypatch.setattr(get_engine(), "limits", limits)
    app.switch_page("pages/layers.py").run()
    assert app.button(key="run_layers").label == "All 10 are done"  # they come with the package
    app.number_input(key="layers_steps").set_value(3).run()
    assert app.button(key="run_layers").label == "Run 7 of 10 reconstructions"
    app.button_group(key="layers_described").set_value([]).run()
    assert app.button(key="run_layers").label == "Run 5 reconstructions"  # of the content
    assert not app.exception


def test_a_run_that_ends_while_its_page_is_drawn_leaves_no_button_that_waits_for_it(monkeypatch):
    """The button is drawn first, what lives is asked for again below: between the two the last picture was done."""

    def once_all_are_done(engine, costs):
        deadline = time.monotonic() + PATIENCE
        while engine.tally().running or engine.tally().waiting:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        return memory_problem(engine, costs)

    app = open_app(size="64", steps="3")
    app.switch_page("pages/lambda_lab.py").run()
    app.text_input(key="lab_lambdas").set_value("0.2 0.6").run()
    monkeypatch.setattr(run_panel, "memory_problem", once_all_are_done)
    app.button(key="run_lab").click().run()
    assert app.button(key="run_lab").label == "All 2 are done"


@pytest.mark.parametrize("page", ["pages/lambda_lab.py", "pages/layers.py", "pages/theory.py"])
def test_half_written_settings_are_a_sentence_on_every_page(app, page):
    app.text_input(key="set_style_layers").set_value("relu1_1 relu9_9").run()
    app.switch_page(page).run()
    assert not app.exception
    assert "each layer of style_layers must be one of relu1_1" in words(app.warning)


def test_a_number_beyond_its_range_becomes_the_nearest_in_it(app):
    most = get_engine().limits.max_steps
    app.number_input(key="set_steps").set_value(10 * most).run()
    assert app.number_input(key="set_steps").value == most
    app.number_input(key="set_steps").set_value(-5).run()
    assert app.number_input(key="set_steps").value == 0


def test_a_run_waits_beside_the_present_one_unless_that_is_to_stop(app):
    small(app, steps=2000)
    app.button(key="run_studio").click().run()
    owner = app.session_state["visitor_name"]
    app.run()
    assert app.button(key="run_studio").label == "Queue this run"
    app.button(key="run_studio").click().run()
    first, second = get_engine().jobs_of(owner)
    assert not first.ended
    wait_until(lambda: first.snapshot.done > 0)
    app.button(key="replace_studio").click().run()
    assert [job.snapshot.status for job in (first, second)] == ["stopped", "stopped"]
    assert first.snapshot.results
    get_engine().forget_all(owner)


def test_results_are_compared_with_those_of_the_same_photograph(monkeypatch):
    monkeypatch.setattr("stylecore.ui.visitors.secrets.token_urlsafe", lambda _: "c" * 43)
    for query, compared in (
        ({"content": "Chelsea"}, []),
        ({"content": "Coffee"}, []),
        ({"content": "Chelsea", "lam": "0.4"}, [2]),  # the photograph, and the first result
    ):
        app = open_app(size="64", steps="2", **query)
        app.button(key="run_studio").click().run()
        wait(app, "Done")
        assert [len(group.options) for group in app.button_group if group.key == "compare"] == compared
    get_engine().forget_all("c" * 43)


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)
