"""A picture of the gallery, with its pair, λ and description of style."""

from __future__ import annotations

from stylecore.config import SETTINGS, TransferConfig
from stylecore.language import _
from stylecore.ui.components import Item, data_url

WALL_SIDE = 220  # pixels of the width of each, at least


def wall_item(name: str, picture: bytes, pair: str, lam: float, config: TransferConfig, label: str) -> Item:
    """A picture with a note of two lines.

    Args:
        name: its id.
        picture: JPEG bytes.
        pair: what content and style are called.
        lam: λ.
        config: the settings, whose own λ do not matter.
        label: what the picture is, and what a click does.
    """
    note = _("λ {lam:.3g} · {described}", lam=lam, described=SETTINGS["statistic"].labels[config.statistic])
    return Item(id=name, label=label, url=data_url(picture), note=f"{pair}\n{note}")
