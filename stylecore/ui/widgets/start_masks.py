"""Masks to begin with: parts of the photograph, and what other masks leave."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import streamlit as st
from PIL import Image

from stylecore.ui.components import Layer
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.chosen_inputs import LEAVE
from stylecore.ui.state.regions import current_masks, encode_mask


def start_masks_input(
    active: str, layers: Sequence[Layer], keep: Callable[[bytes], None], size: tuple[int, int]
) -> None:
    """Draws a button for each mask that can be taken over.

    Args:
        active: id of what is painted.
        layers: all that can be painted.
        keep: gets the mask.
        size: width and height of the masks.
    """
    for other in layers:
        if active != LEAVE and other["id"] not in (active, LEAVE) and other["mask"]:
            name = other["label"].partition(":")[0].lower()
            _button(f"As {name}", f"as_{other['id']}", partial(_copy, keep, other["id"]))
    if any(other["mask"] for other in layers if other["id"] != active):
        _button("All that is not painted", "rest", partial(_rest, keep, active, size))


def _button(label: str, key: str, act: Callable[[], None]) -> None:
    st.button(label, key=f"mask_{key}", on_click=guarded_callback(act))


def _copy(keep: Callable[[bytes], None], other: str) -> None:
    keep(current_masks().get(other, b""))


def _rest(keep: Callable[[bytes], None], active: str, size: tuple[int, int]) -> None:
    others = [Image.open(io.BytesIO(mask)).resize(size) for place, mask in current_masks().items() if place != active]
    keep(encode_mask(255 - np.max([np.asarray(other) for other in others], axis=0)))
