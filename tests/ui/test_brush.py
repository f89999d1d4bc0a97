"""What a browser says of painted masks may be anything: only pictures of layers that are shown arrive."""

import base64
import io
import sys
from types import SimpleNamespace

import pytest
import streamlit as st
from PIL import Image

from stylecore.ui.components import Layer, brush

MODULE = sys.modules[brush.__module__]  # the package gives its name to the function
ODD = [None, [], {}, "", "data:image/png;base64,", "data:image/png;base64,ä", "data:image/jpeg;base64,AAAA", 7]


def url(data):
    return "data:image/png;base64," + base64.b64encode(data).decode()


def mask(shade=255):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), (shade,) * 3).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def board(monkeypatch):
    """A brush over two masks, what was heard of it, and what it shows."""
    st.session_state.clear()
    shown, heard, kept = {}, [], {"leave": b"", "style": b""}
    monkeypatch.setattr(MODULE, "_BRUSH", lambda **arguments: shown.update(arguments))

    def keep(layer, data):
        heard.append((layer, data))
        kept[layer] = data[:50]
        return kept[layer]

    def draw():
        layers = [Layer(id=id, label=id, colour="#ff0000", mask=data, empty="") for id, data in kept.items()]
        brush(b"", (8, 6), layers, "leave", key="key", label="", on_choice=heard.append, on_paint=keep)
        return shown["data"]

    def send(value):
        st.session_state["key"] = SimpleNamespace(painted=value)
        shown["on_painted_change"]()

    draw()
    yield SimpleNamespace(draw=draw, send=send, heard=heard, kept=kept)
    st.session_state.clear()


def test_what_cannot_be_meant_is_passed_over(board):
    for odd in ODD:
        board.send(odd)
        board.send({"turn": 1, "painting": odd})
        board.send({"turn": str(odd), "painting": {"active": "leave", "masks": {}}})
        board.send({"turn": 1, "painting": {"active": odd, "masks": {"leave": url(mask())}}})
    assert board.heard == []
    for odd in ODD:
        board.send({"turn": 1, "painting": {"active": "style", "masks": {"leave": odd, "other": url(mask())}}})
        board.send({"turn": 1, "painting": {"active": "style", "masks": odd}})
    assert set(board.heard) == {"style"}


def test_masks_of_any_length_are_no_masks(board):
    board.send({"turn": 1, "painting": {"active": "leave", "masks": {"leave": url(bytes(MODULE.MAX_SENT))}}})
    assert board.heard == ["leave"]


def test_a_browser_gets_no_mask_back_that_it_has_painted_itself(board):
    before = board.draw()
    board.send({"turn": 3, "painting": {"active": "style", "masks": {"style": url(mask())}}})
    after = board.draw()
    stamps = [{layer["id"]: layer["stamp"] for layer in data["layers"]} for data in (before, after)]
    assert board.heard == ["style", ("style", mask())]
    assert stamps[0]["leave"] == stamps[1]["leave"]
    assert stamps[1]["style"] == f"{after['heard']['session']}-3"
    board.kept["style"] = mask(9)  # set by the page
    assert board.draw()["layers"][1]["stamp"] not in (stamps[0]["style"], stamps[1]["style"])
