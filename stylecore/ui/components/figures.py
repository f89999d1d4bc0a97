"""A Plotly chart that is updated in place, so that zoom and legend survive while it grows, and its files to keep."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import streamlit as st

from stylecore.charts.reading import as_read, options_for
from stylecore.charts.style import Figure
from stylecore.charts.tables import Table, figure_table, to_csv, to_json
from stylecore.language import _, reader
from stylecore.ui.components.mounting import component, data_url, when_sent
from stylecore.ui.plotly_js import plotly_address
from stylecore.ui.widgets.downloads import download

_CHART = component("chart", "words", "chart", isolated=False)  # Plotly puts its styles into the page
# The styles of these buttons also make the two other ones of their line small.
_TAKE_HOME = component("take_home", "words", "take_home", isolated=False)
_LARGEST_STEP = 10**9  # on the x axis; whatever the browser says


def chart(
    figure: Figure,
    *,
    key: str,
    alt: str,
    live: bool,
    frames: Sequence[tuple[int, bytes]] = (),
    on_step: Callable[[float], object] = lambda _: None,
    on_point: Callable[[str], object] = lambda _: None,
    height: int = 330,
    table: Callable[[], Table] | None = None,
    settings: Mapping[str, Any] | None = None,
) -> None:
    """Shows a Plotly figure, and below it, once it has stopped growing, what takes it home.

    Args:
        figure: data and layout.
        key: streamlit's; the files are named after it.
        alt: what the chart says, for those who don't see it.
        live: whether it is still growing.
        frames: (step, JPEG bytes): small pictures shown where the pointer is.
        on_step: gets the step that was clicked, before the page runs again.
        on_point: gets the name of the point, or of the curve, that was clicked, instead: `customdata` of the points or
            `meta` of the curve, if that is text.
        height: pixels.
        table: makes the numbers for CSV and JSON when they are asked for; None for those that the figure shows. It must
            hold no pictures: streamlit keeps it while the tab is open.
        settings: what the figure is of, for such a table.
    """
    names = {name for trace in figure["data"] for name in (*trace.get("customdata", ()), trace.get("meta"))}

    def click(sent: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if isinstance(sent, str):
            if sent in names:
                on_point(sent)
        elif isinstance(sent, (int, float)) and abs(sent) < _LARGEST_STEP:
            on_step(sent)

    data = {
        "figure": as_read(figure, reader()),
        "frames": [(step, data_url(picture)) for step, picture in frames],
        "live": live,
        "height": height,
        "alt": alt,
        "plotly": plotly_address(),
        "options": options_for(reader()),
        "words": {
            "step": _("step {step}"),
            "trouble": _("The chart's code could not be loaded: reload the page."),
        },
    }
    _CHART(key=key, data=data, on_step_change=when_sent(key, "step", click), height=height)
    if not live:
        _take_home(key, alt, table or partial(figure_table, figure, settings or {}))


def chart_to_come(key: str) -> None:
    """Lets an idle browser load the code of charts, so that the first one to come does not hold up the pictures."""
    _CHART(key=key, data={"plotly": plotly_address()})


def _take_home(key: str, title: str, table: Callable[[], Table]) -> None:
    """A line of small buttons: PNG, SVG and HTML are made by the browser, CSV and JSON here; all when asked for.

    Args:
        key: of the chart.
        title: of the files.
        table: makes the numbers.
    """
    name = key.replace("_", "-")
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"take_home_{key}"):
        data = {
            "chart": key,
            "name": name,
            "title": title,
            "plotly": plotly_address(),
            "options": options_for(reader()),
            "words": {
                "title": _("Download: {title}", title=title),
                "download": _("Download"),
                "png": _("A picture of twice the usual sharpness"),
                "svg": _("A drawing, for print"),
                "html": _("Interactive, with all its code: 5 MB"),
                "trouble": _("The file could not be made: reload the page and try again."),
            },
        }
        _TAKE_HOME(key=f"{key}_files", data=data, width="content")
        csv, json = (partial(_made, write, table) for write in (to_csv, partial(to_json, title=title)))
        for label, make, mime in (("CSV", csv, "text/csv"), ("JSON", json, "application/json")):
            ending = label.lower()
            download(label, make, f"{name}.{ending}", mime, key=f"{key}_{ending}", icon=None, kind="tertiary")


def _made(write: Callable[[Table], bytes], table: Callable[[], Table]) -> bytes:
    return write(table())
