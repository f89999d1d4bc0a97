"""The downloads of the λ lab."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import streamlit as st

from stylecore.artifacts.animation import sweep
from stylecore.artifacts.archive import archive
from stylecore.artifacts.contact_sheet import contact_sheet
from stylecore.experiments.grid import Cell
from stylecore.language import _
from stylecore.ui.widgets.downloads import download


def show_downloads(rows: Mapping[str, Mapping[float, Cell]], row: str, columns: Sequence[float], axis: str) -> None:
    """Draws a button for each file; nothing while no picture is finished.

    Args:
        rows: pictures by name of the row, then by λ.
        row: that is animated.
        columns: the λ from left to right.
        axis: the second axis, or `NO_AXIS`: it heads a column of the table of losses.
    """
    finished = {
        name: {lam: (cell.result, cell.loss_history, cell.k) for lam, cell in cells.items() if cell.result}
        for name, cells in rows.items()
    }
    if not any(finished.values()):
        return
    table = [
        (_(name), [(_("λ = {lam:g}", lam=lam), found[lam][0] if lam in found else None) for lam in columns])
        for name, found in finished.items()
    ]
    with st.container(horizontal=True, gap="small", key="lab_downloads"):
        _download(_("Contact sheet"), partial(contact_sheet, table), "lambda-sheet.png", "image/png")
        everything = partial(archive, finished, axis or "row")
        _download(_("All pictures and losses"), everything, "lambda-lab.zip", "application/zip")
        pictures = [png for png, _history, _k in finished[row].values()]
        if len(pictures) > 1:
            _download(_("Animation, WebP"), partial(sweep, pictures, "WEBP"), "lambda.webp", "image/webp")
            _download(_("Animation, GIF"), partial(sweep, pictures, "GIF"), "lambda.gif", "image/gif")


def _download(label: str, make: Callable[[], bytes], name: str, mime: str) -> None:
    download(label, make, name, mime, key=f"lab_{name}")
