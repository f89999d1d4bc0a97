"""A Plotly chart that is updated in place, so that zoom and legend survive while it grows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import plotly
from streamlit.runtime import exists, get_instance
from streamlit.runtime.scriptrunner import get_script_run_ctx

from stylecore.charts.style import OPTIONS, Figure
from stylecore.imaging.files import write_whole
from stylecore.ui.components.mounting import component, data_url, when_sent

_log = logging.getLogger(__name__)
_STATIC = Path(__file__).parents[3] / "static"  # streamlit serves this folder, which lies beside app.py
_CHART = component("chart", isolated=False)  # Plotly puts its styles into the page
_LARGEST_STEP = 10**9  # on the x axis; whatever the browser says


def chart(
    figure: Figure,
    *,
    key: str,
    alt: str,
    live: bool,
    frames: Sequence[tuple[int, bytes]] = (),
    on_step: Callable[[float], object],
    height: int = 330,
) -> None:
    """Shows a Plotly figure over steps.

    Args:
        figure: data and layout.
        key: streamlit's.
        alt: what the chart says, for those who don't see it.
        live: whether it is still growing.
        frames: (step, JPEG bytes): small pictures shown where the pointer is.
        on_step: gets the step that was clicked, or the point's own number, before the page runs again.
        height: pixels.
    """

    def click(step: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if isinstance(step, (int, float)) and abs(step) < _LARGEST_STEP:
            on_step(step)

    data = {
        "figure": figure,
        "frames": [(step, data_url(picture)) for step, picture in frames],
        "live": live,
        "height": height,
        "alt": alt,
        "plotly": plotly_address(),
        "options": OPTIONS,
    }
    _CHART(key=key, data=data, on_step_change=when_sent(key, "step", click), height=height)


def plotly_address() -> str:
    """The address of plotly.js on this server; empty if the file can't be served, which the chart then says."""
    try:
        return _copied_plotly()
    except OSError as error:
        return _plotly_in_memory(str(error))


def _plotly_in_memory(problem: str) -> str:
    """Serves plotly.js from memory, where the folder can't be written; a browser loads it anew for every session."""
    context = get_script_run_ctx()
    if context is None or not exists():
        _log.warning("plotly.js could not be copied to %s: charts stay empty until it can: %s", _STATIC, problem)
        return ""
    address: str = get_instance().media_file_mgr.add(_plotly(), "text/javascript", "plotly.js")
    return address.lstrip("/")


@cache
def _plotly() -> bytes:
    return (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_bytes()


@cache  # only success is cached: a full disk is tried again
def _copied_plotly() -> str:
    """Copies plotly.js from the installed package to the static folder, unless it is there. Returns its address."""
    target = _STATIC / f"plotly-{plotly.__version__}.min.js"
    if not target.exists() or target.stat().st_size != len(_plotly()):
        target.parent.mkdir(exist_ok=True)
        write_whole(target, _plotly())
    return f"app/static/{target.name}"
