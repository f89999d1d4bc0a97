"""A Plotly chart that is updated in place, so that zoom and legend survive while it grows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from stylecore.charts.style import OPTIONS, Figure
from stylecore.ui.components.mounting import component, data_url, when_sent
from stylecore.ui.plotly_js import plotly_address

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
