"""Studio and Gallery in Russian: nothing that a page says is left in English, in whatever state it is."""

import pytest

from stylecore.engine.engine import Engine
from stylecore.language import languages
from stylecore.samples import sample_names
from stylecore.ui.components.mounting import _FOLDER
from stylecore.ui.server import get_engine, get_exhibition
from tests.conftest import start_afresh
from tests.support.hostile import seeds
from tests.support.pages import component_data, english_in, open_app, said, small, texts, wait

FILE = "photo.png"  # what a visitor's file is called


@pytest.fixture(scope="module", autouse=True)
def server():
    """One engine for all tests here: every test is another visitor."""
    start_afresh()
    yield
    start_afresh()


@pytest.fixture
def app():
    return open_app(lang="ru")


def all_russian(app, *more):
    assert not app.exception
    assert english_in(texts(app), *more) == {}


def finished(app, steps=2):
    small(app, steps)
    app.button(key="run_studio").click().run()
    wait(app, "Готово")


def test_the_studio_before_anything_has_run(app):
    all_russian(app)
    assert app.button(key="run_studio").label == "Запустить"
    assert app.get("page_link")[0].proto.label == "Студия"


def test_the_studio_on_the_paper_s_scale_with_every_setting_there_is(app):
    app.selectbox(key="set_loss_weighting").set_value("paper")
    app.selectbox(key="set_optimizer").set_value("adam")
    app.selectbox(key="set_init").set_value("image").run()
    all_russian(app)
    app.selectbox(key="set_init").set_value("noise").run()
    all_russian(app)


def test_the_studio_while_runs_wait_and_are_paused(app, monkeypatch):
    monkeypatch.setattr(Engine, "usual_size", 64)
    small(app, steps=2000)
    app.button(key="run_studio").click().run()
    all_russian(app)
    app.button(key="run_studio").click().run()  # a second one waits
    all_russian(app)
    for key in ("pause", "stop"):
        if key in {button.key for button in app.button}:
            app.button(key=key).click().run()
            all_russian(app)
    for job in get_engine().jobs_of(app.session_state["visitor_name"]):
        get_engine().stop(job)
        get_engine().remove(job)


@pytest.mark.long
def test_a_finished_picture_with_all_that_can_be_done_with_it(app):
    finished(app)
    app.toggle(key="chart_layers").set_value(True).run()
    all_russian(app)
    assert "Потеря контента" in said(app)
    app.button(key="more").click().run()
    wait(app, "Готово: 102 шага")
    finished(app)  # another one, to compare with
    all_russian(app)
    result = next(button.key for button in app.button if button.key and button.key.startswith("remove_"))
    app.button(key=result).click().run()
    all_russian(app)
    assert "Вернуть результат 2" in [button.label for button in app.button]


@pytest.mark.parametrize(
    "data", [b"hello", b"", seeds()["png"][:300], seeds()["png"]], ids=["text", "empty", "cut", "tiny"]
)
def test_an_upload_that_is_refused_or_doubtful(app, data):
    app.file_uploader(key="upload_content").upload(FILE, data, "image/png")
    app.run()
    assert [*app.error, *app.warning]
    all_russian(app, FILE, "photo", "png")


def test_a_link_that_asks_for_what_there_is_not():
    app = open_app(lang="ru", content="own-1234", style="Nothing", mix="1 x", size="9999", steps="many", lam="2")
    assert len(app.warning[0].value.splitlines()) > 3
    all_russian(app, "own-1234", "Nothing", "many", *_values(app))


def _values(_app):
    """What a stranger has written, and the names of settings and samples that an address can have."""
    names = [word for name in sample_names().values() for word in name.split()]
    return ["steps", "size", "lam", "lambdas", *names]


def test_regions_and_several_styles(app):
    app.button(key="add_style").click().run()
    all_russian(app)
    app.button(key="add_style").click().run()
    app.button(key="regions").click().run()
    all_russian(app)
    assert component_data(app, "brush")["words"]["erase"] == "Стереть"
    app.button(key="mask_Middle").click().run()
    app.button(key="regions_done").click().run()
    assert app.button(key="regions").label == "Области: 1"
    all_russian(app)


def test_the_camera_and_a_page_whose_settings_make_no_sense(app):
    app.button(key="camera").click().run()
    all_russian(app)
    app.text_input(key="set_style_layers").set_value("relu1_1 relu9_9").run()
    all_russian(app, "relu9_9", "style_layers")
    app.switch_page("pages/gallery.py").run()
    all_russian(app, "relu9_9", "style_layers")


def test_the_gallery(app, monkeypatch):
    app.switch_page("pages/gallery.py").run()
    all_russian(app)
    notes = [item["note"] for item in component_data(app, "wall")["items"]]
    assert "Кофе · Вышивка\nλ 0,15 · Матрица Грама" in notes
    monkeypatch.setattr(get_exhibition(), "most", 3)
    app.run()
    all_russian(app)


def test_every_sample_has_a_name_in_every_other_language():
    from stylecore.language import translated

    for language in list(languages())[1:]:
        for name in sample_names().values():
            assert translated(name, language) != name


@pytest.mark.parametrize("path", sorted(_FOLDER.glob("*.html")), ids=lambda path: path.stem)
def test_no_component_has_words_of_its_own(path):
    """They come from the page, in its language; names of formats and signs aside."""
    import re

    html = path.read_text(encoding="utf-8")
    shown = [*re.findall(r">([^<]*)<", html), *re.findall(r'(?:title|aria-label|alt|placeholder)="([^"]*)"', html)]
    assert english_in(shown, "Ctrl", "Shift") == {}
