"""Masks to begin with: parts of the photograph, what has the colours of what is marked, and what other masks leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec

import numpy as np
import streamlit as st

from stylecore.imaging.images import decode
from stylecore.imaging.mask_files import mask_picture, stretched
from stylecore.imaging.masks import by_colour, lower_part, middle, upper_part
from stylecore.language import Sentence, _
from stylecore.ui.components import Layer
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.state.chosen_inputs import LEAVE
from stylecore.ui.state.regions import current_masks, encode_mask

SHAPES = {  # by key of the button
    "Middle": (Sentence("Middle"), middle),
    "Upper part": (Sentence("Upper part"), upper_part),
    "Lower part": (Sentence("Lower part"), lower_part),
}

Make = Callable[[str], bytes]  # a mask, from the name of what is painted with it
Keep = Callable[[Make], object]


def start_masks_input(active: str, layers: Sequence[Layer], keep: Keep) -> None:
    """Draws a button for each mask that can be taken over.

    Args:
        active: id of what is painted.
        layers: all that can be painted.
        keep: gets what makes the mask of whatever is painted when a button is pressed.
    """
    for name, (title, _make) in SHAPES.items():
        _button(_(title), name, keep, partial(_shape, name))
    if find_spec("cv2") is not None:
        marked = any(layer["mask"] for layer in layers if layer["id"] == active)
        hint = _("Takes the rest of a thing of which a part is painted: what has its colours, up to the edges.")
        _button(_("By colour"), "by_colour", keep, _with_same_colours, disabled=not marked, help=hint)
    for number, layer in enumerate(layers):  # what is left alone is the first
        if active != LEAVE and layer["id"] not in (active, LEAVE) and layer["mask"]:
            label = _("As style {number}", number=number)
            _button(label, f"as_{layer['id']}", keep, partial(_same, layer["id"]))
    if any(layer["mask"] for layer in layers if layer["id"] != active):
        _button(_("All that is not painted"), "rest", keep, _rest)


def _button(label: str, key: str, keep: Keep, make: Make, *, disabled: bool = False, help: str | None = None) -> None:
    act = guarded_callback(partial(keep, make))
    st.button(label, key=f"mask_{key}", on_click=act, disabled=disabled, help=help)


def _shape(name: str, place: str) -> bytes:
    return encode_mask(np.asarray(SHAPES[name][1](chosen_pair()[0].size)))


def _with_same_colours(place: str) -> bytes:
    mask = current_masks().get(place, b"")
    photograph = decode(chosen_pair()[0].preview)
    return encode_mask(np.asarray(by_colour(photograph, mask_picture(mask)))) if mask else b""


def _same(other: str, place: str) -> bytes:
    return current_masks().get(other, b"")


def _rest(place: str) -> bytes:
    others = [mask_picture(mask) for other, mask in current_masks().items() if other != place]
    size = max((mask.size for mask in others), default=(1, 1))
    taken = [np.asarray(stretched(mask, size)) for mask in others]
    return encode_mask(255 - np.max(taken, axis=0)) if taken else b""
