"""Whether and where results are kept on disk: never where others visit, unless the operator says so."""

from pathlib import Path

import pytest
import streamlit as st

from stylecore.ui import store_place
from stylecore.ui.store_place import is_own_machine, store_folder, usual_folder


@pytest.fixture
def listens(monkeypatch):
    """Sets the address on which the server listens."""
    return lambda address: monkeypatch.setattr(st.config, "get_option", {"server.address": address}.__getitem__)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.2", "::1", "localhost"])
def test_on_a_person_s_own_machine_results_are_kept_in_the_usual_place(listens, address):
    listens(address)
    assert store_folder({"XDG_STATE_HOME": "/state"}) == usual_folder({"XDG_STATE_HOME": "/state"})


@pytest.mark.parametrize("address", [None, "", "0.0.0.0", "::", "192.168.1.4", "example.org"])
def test_where_others_visit_nothing_is_kept_on_disk(listens, address):
    listens(address)
    assert store_folder({}) is None


def test_behind_a_proxy_others_visit(listens):
    listens("127.0.0.1")
    assert is_own_machine({})
    assert store_folder({"FORWARDED_ALLOW_IPS": "127.0.0.1"}) is None


@pytest.mark.parametrize("address", ["127.0.0.1", "0.0.0.0"])
def test_the_operator_s_word_counts(listens, address):
    listens(address)
    for off in ("", "off", " OFF "):
        assert store_folder({"STYLECORE_STORE": off}) is None
    assert store_folder({"STYLECORE_STORE": "/srv/results"}) == Path("/srv/results")
    assert store_folder({"STYLECORE_STORE": "~/results"}) == Path.home() / "results"


@pytest.mark.parametrize(
    ("platform", "environment", "folder"),
    [
        ("linux", {}, ".local/state/stylecore"),
        ("linux", {"XDG_STATE_HOME": "relative"}, ".local/state/stylecore"),
        ("linux", {"XDG_STATE_HOME": "/state"}, "/state/stylecore"),
        ("darwin", {}, "Library/Application Support/stylecore"),
        ("win32", {}, "AppData/Local/stylecore"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/stylecore"),
    ],
)
def test_the_usual_place_is_the_platform_s(platform, environment, folder):
    assert usual_folder(environment, platform) == Path.home() / folder
    assert store_place.VARIABLE == "STYLECORE_STORE"
