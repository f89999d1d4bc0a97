"""A picture of the gallery, with its pair, λ and description of style."""

from __future__ import annotations

from stylecore.config import SETTINGS, TransferConfig
from stylecore.ui.components import Item, data_url

WALL_SIDE = 220  # pixels of the width of each, at least


def wall_item(name: str, picture: bytes, pair: str, lam: float, config: TransferConfig, opens: str) -> Item:
    """A picture with a note of two lines.

    Args:
        name: its id.
        picture: JPEG bytes.
        pair: what content and style are called.
        lam: λ.
        config: the settings, whose own λ do not matter.
        opens: what a click opens in the Studio, in words.
    """
    described = SETTINGS["statistic"].labels[config.statistic]
    return Item(
        id=name,
        label=f"{pair}, λ = {lam:.3g}: open {opens} in the Studio",
        url=data_url(picture),
        note=f"{pair}\nλ {lam:.3g} · {described}",
    )
