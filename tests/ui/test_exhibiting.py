"""A visitor shows a result in the gallery, others see it and take its settings, and the visitor removes it again."""

import pytest

from stylecore.ui.server import get_exhibition
from tests.conftest import start_afresh
from tests.support.pages import component_data, open_app, run_and_wait


@pytest.fixture
def gallery(monkeypatch):
    """A server whose operator allows two pictures and has a key."""
    monkeypatch.setenv("STYLECORE_GALLERY", "2")
    monkeypatch.setenv("STYLECORE_OPERATOR_KEY", "sesame")
    start_afresh()
    yield get_exhibition()
    start_afresh()


def keys(app):
    return {button.key for button in app.button}


def test_a_result_is_shown_to_others_and_taken_out_again(gallery):
    ann = open_app(size="64", steps="2", lam="0.35")
    run_and_wait(ann)
    assert gallery.all() == []
    ann.button(key="exhibit_now").click().run()
    (exhibit,) = gallery.all()
    assert exhibit.config.lambdas == (0.35,)
    assert exhibit.samples == {"content": "Chelsea", "style": "Swirling night"}

    bob = open_app(content="Coffee")
    bob.switch_page("pages/gallery.py").run()
    (item,) = component_data(bob, "visitors_wall")["items"]
    assert item["note"] == "Chelsea · Swirling night\nλ 0.35 · Gram matrix"
    assert f"remove_exhibit_{exhibit.id}" not in keys(bob)
    bob.text_input(key="operator_key").set_value("wrong").run()
    assert "not the key" in bob.error[0].value
    bob.text_input(key="operator_key").set_value("sesame").run()
    assert f"remove_exhibit_{exhibit.id}" in keys(bob)

    ann.button(key="unexhibit").click().run()
    assert gallery.all() == []
    assert "exhibit_now" in keys(ann)
    bob.run()
    assert "Nobody has shown a picture yet" in " ".join(caption.value for caption in bob.caption)


def test_a_gallery_that_is_full_says_so(gallery, monkeypatch):
    monkeypatch.setattr(gallery, "most", 1)
    for full in (False, True):
        app = open_app(size="64", steps="1")
        run_and_wait(app)
        app.button(key="exhibit_now").click().run()
        assert ("The gallery is full" in " ".join(error.value for error in app.error)) == full
    assert len(gallery.all()) == 1


def test_delete_everything_of_mine_takes_it_out_of_the_gallery(gallery):
    app = open_app(size="64", steps="1")
    run_and_wait(app)
    app.button(key="exhibit_now").click().run()
    assert gallery.all()
    app.switch_page("pages/about.py").run()
    app.button(key="forget_everything").click().run()
    assert gallery.all() == []


def test_where_the_operator_allows_none_there_is_no_button(monkeypatch):
    start_afresh()
    app = open_app(size="64", steps="1")
    run_and_wait(app)
    assert "exhibit_now" not in keys(app)
    app.switch_page("pages/gallery.py").run()
    assert not app.subheader
    start_afresh()
