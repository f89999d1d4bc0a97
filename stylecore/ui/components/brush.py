"""A brush that paints masks on a photograph: which pictures it gets, and what a browser may say for it."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict

import streamlit as st

from stylecore.language import Sentence, _, percent_sign, reader
from stylecore.ui.components.mounting import component, data_url, last_event, when_sent_numbered

MAX_SENT = 200_000  # characters of a mask that a browser sends; one of pure noise has 120,000

_BRUSH = component("brush", "words", "brush_mask", "brush_view", "brush", "brush_drawing", "brush_input")
_HEAD = "data:image/png;base64,"
WORDS = {
    "brush": Sentence("Brush"),
    "tool": Sentence("Tool"),
    "paint": Sentence("Paint"),
    "erase": Sentence("Erase"),
    "erase_hint": Sentence("Erase (E)"),
    "move": Sentence("Move"),
    "move_hint": Sentence("Move the photograph, if it is zoomed; two fingers do, too"),
    "size": Sentence("Size"),
    "softness": Sentence("Soft edge"),
    "undo": Sentence("Undo"),
    "redo": Sentence("Redo"),
    "fill": Sentence("Fill"),
    "clear": Sentence("Clear"),
    "invert": Sentence("Invert"),
    "zoom": Sentence("Zoom"),
    "out": Sentence("Zoom out"),
    "in": Sentence("Zoom in"),
    "in_hint": Sentence("+, or Ctrl and the wheel"),
    "fit": Sentence("Whole"),
    "painted": Sentence("{name}: {share} of the photograph is painted."),
    "hardly": Sentence("{name}: less than {share} of the photograph is painted."),
    "keys": Sentence(
        "Keyboard: arrows move the brush, with Shift in large steps, Space paints, [ and ] change its size, E erases, "
        "Ctrl+Z undoes, + and − zoom."
    ),
}


class Layer(TypedDict):
    """One mask that can be painted.

    Attributes:
        id: its name between browser and server.
        label: its name for people.
        colour: "#rrggbb", laid over the photograph where the mask is white.
        mask: PNG bytes, grey; empty for one that is black everywhere.
        empty: what is said of it while nothing is painted.
    """

    id: str
    label: str
    colour: str
    mask: bytes
    empty: str


def brush(
    photograph: bytes,
    size: tuple[int, int],
    layers: Sequence[Layer],
    active: str,
    *,
    key: str,
    label: str,
    on_choice: Callable[[str], object],
    on_paint: Callable[[str, bytes], bytes],
) -> None:
    """Shows a photograph with masks over it, and lets one of them be painted.

    Args:
        photograph: JPEG bytes.
        size: width and height of the masks, which have the photograph's shape.
        layers: the masks; at least one.
        active: id of the one that is painted.
        key: streamlit's.
        label: what is to be done here, for those who don't see it.
        on_choice: gets the id of the layer that is painted from now on, before the page runs again.
        on_paint: gets the id of a layer and its new mask, bytes that need not be a picture; returns what is kept of it.
    """
    ids = [layer["id"] for layer in layers]

    def paint(sent: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        match sent:
            case {"active": str(chosen), "masks": dict(masks)} if chosen in ids:
                on_choice(chosen)
                painted = {id: _png(url) for id, url in masks.items() if id in ids}
                _note_stamps(key, {id: on_paint(id, mask) for id, mask in painted.items() if mask})

    shown = [
        {
            "id": layer["id"],
            "label": layer["label"],
            "colour": layer["colour"],
            "empty": layer["empty"],
            "url": data_url(layer["mask"], "png") if layer["mask"] else "",
            "stamp": _stamp(key, layer["id"], layer["mask"]),
        }
        for layer in layers
    ]
    data = {
        "photograph": data_url(photograph),
        "width": size[0],
        "height": size[1],
        "layers": shown,
        "active": active,
        "label": label,
        "heard": last_event(key),
        "words": {name: _(word) for name, word in WORDS.items()} | {"percent": percent_sign(reader())},
    }
    _BRUSH(key=key, data=data, on_painted_change=when_sent_numbered(key, "painted", "painting", paint))


def _png(url: object) -> bytes:
    """The bytes of a PNG that a browser has sent as an address; empty if that is too long, or none."""
    if not isinstance(url, str) or not url.startswith(_HEAD) or len(url) > MAX_SENT:
        return b""
    try:
        return base64.b64decode(url.removeprefix(_HEAD), validate=True)
    except binascii.Error:
        return b""


def _note_stamps(key: str, kept: Mapping[str, bytes]) -> None:
    """Notes which masks the browser has as it sent them, so that they are not sent back to it."""
    heard = last_event(key)
    stamp = f"{heard['session']}-{heard['turn']}"
    stamps = {id: (_digest(mask), stamp) for id, mask in kept.items()}
    st.session_state[f"{key}_stamps"] = {**st.session_state.get(f"{key}_stamps", {}), **stamps}


def _stamp(key: str, id: str, mask: bytes) -> str:
    """A word for a mask: as long as it stays the same, the browser keeps its own."""
    known, stamp = st.session_state.get(f"{key}_stamps", {}).get(id, ("", ""))
    return str(stamp) if known == _digest(mask) else _digest(mask)


def _digest(mask: bytes) -> str:
    return hashlib.sha256(mask).hexdigest()
