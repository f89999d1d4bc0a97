"""The masks of the chosen photograph: where each style is painted, and what is left alone."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from stylecore.imaging.mask_files import LONGEST, THE_MASK, mask_picture, small_mask
from stylecore.ui.server import get_visitor_store
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.state.visitor_store import Masks
from stylecore.ui.visitors import visitor_name


def current_masks() -> Masks:
    """What is painted on the chosen photograph."""
    content, _ = chosen_pair()
    return get_visitor_store().get_masks(visitor_name(), content.word)


def set_mask(owner: str, photograph: str, place: str, mask: bytes) -> None:
    """Sets what is painted for one place of a photograph, its `Source.word`; an empty mask forgets it."""
    store = get_visitor_store()
    masks = {other: kept for other, kept in store.get_masks(owner, photograph).items() if other != place}
    store.set_masks(owner, photograph, masks | ({place: mask} if mask else {}))


def mask_size(size: tuple[int, int]) -> tuple[int, int]:
    """Width and height of the masks of a photograph of this size."""
    scale = LONGEST / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def stored_mask(data: bytes, name: str = THE_MASK) -> bytes:
    """A file as a mask is kept: a small grey PNG; empty if it is black everywhere.

    Raises:
        ImageError: if it is no picture that can be used.
    """
    mask = small_mask(data, name)
    return mask if mask_picture(mask).getbbox() else b""


def encode_mask(values: np.ndarray) -> bytes:
    """PNG bytes of a mask, (H, W), uint8; empty if it is black everywhere."""
    if not values.any():
        return b""
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
