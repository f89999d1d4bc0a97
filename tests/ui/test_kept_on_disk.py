"""What About says of where pictures stay, and the button that empties the store of a person's own machine."""

import pytest

from stylecore.ui.server import get_store, get_visitor_store
from stylecore.ui.state.sources import Source
from stylecore.ui.widgets import kept_on_disk
from tests.conftest import start_afresh
from tests.support.pages import open_app, words


@pytest.fixture(autouse=True)
def afresh():
    start_afresh()
    yield
    start_afresh()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("STYLECORE_STORE", str(tmp_path / "store"))
    return tmp_path / "store"


def about():
    return open_app().switch_page("pages/about.py").run()


def on_own_machine(monkeypatch):
    monkeypatch.setattr(kept_on_disk, "is_own_machine", lambda: True)


def test_without_a_store_nothing_is_written(monkeypatch):
    monkeypatch.setenv("STYLECORE_STORE", "off")
    on_own_machine(monkeypatch)
    page = about()
    assert "written to no disk" in words(page.markdown)
    assert not [button for button in page.button if button.key == "empty_store_now"]


def test_where_others_visit_they_are_told_that_there_is_a_disk_and_not_where(folder):
    page = about()
    assert "on its disk" in words(page.markdown)
    assert str(folder) not in words([*page.markdown, *page.warning])
    assert not [button for button in page.button if button.key == "empty_store_now"]


def test_where_others_visit_they_are_told_that_it_fails_and_not_how(tmp_path, monkeypatch):
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("STYLECORE_STORE", str(tmp_path / "file"))
    page = about()
    assert "can't keep everything" in words(page.warning)
    assert str(tmp_path) not in words(page.warning)


def test_a_person_is_told_where_it_is_and_empties_it(folder, monkeypatch):
    on_own_machine(monkeypatch)
    page = about()
    for owner in ("somebody", "an earlier browser"):
        get_visitor_store().set_source(owner, "content", Source("mine", owner.encode() * 50_000, (1, 1), b"preview"))
    get_store().flush()
    told = words(page.run().markdown)
    assert str(folder) in told
    assert "1.3 of 1000 MB" in told
    page.button(key="empty_store_now").click().run()
    assert "is empty" in words(page.success)
    assert get_store().store.used == 0
    assert list((folder / "files").glob("*/*")) == []
    assert not page.exception


def test_a_person_is_told_what_is_wrong(tmp_path, monkeypatch):
    on_own_machine(monkeypatch)
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("STYLECORE_STORE", str(tmp_path / "file"))
    assert "Nothing can be written to" in words(about().warning)
