"""Loss histories as Plotly figures; pure."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from stylecore.engine import Point

# Okabe & Ito's palette: told apart by colour-blind readers too. The dash tells the lines apart once more.
CONTENT, STYLE, TOTAL = ("#0072B2", "solid"), ("#D55E00", "dash"), ("#7F7F7F", "dot")
MAX_POINTS = 300


def loss_figure(history: Sequence[Point], *, steps: int, height: int = 280) -> go.Figure:
    """Content, style and total loss of the first λ against steps, on a logarithmic axis.

    Args:
        history: from step 0 on.
        steps: length of the axis: of the whole run while it lives.
        height: pixels.
    """
    shown = _thinned(history)
    figure = go.Figure()
    for name, (colour, dash), values in (
        ("content loss", CONTENT, [point.content[0] for point in shown]),
        ("style loss", STYLE, [point.style[0] for point in shown]),
        ("L", TOTAL, [point.total[0] for point in shown]),
    ):
        figure.add_scatter(
            x=[point.index for point in shown],
            y=[value if value > 0 else None for value in values],  # 0, as content loss begins, has no logarithm
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": 2},
        )
    grey = "rgba(128, 128, 128, 0.25)"
    figure.update_layout(
        template=None,
        height=height,
        margin={"l": 56, "r": 8, "t": 8, "b": 40},
        paper_bgcolor="rgba(0, 0, 0, 0)",
        plot_bgcolor="rgba(0, 0, 0, 0)",
        font={"color": "#808080"},
        legend={"orientation": "h", "y": 1.12, "x": 0},
        hovermode="x unified",
        uirevision="losses",
    )
    figure.update_xaxes(title="step", range=[0, max(steps, 1)], gridcolor=grey, zeroline=False)
    marks = [digit * 10.0**power for power in range(-9, 13) for digit in (1, 2, 5)]
    figure.update_yaxes(
        title="loss (log scale)", type="log", gridcolor=grey, tickvals=marks, ticktext=[f"{mark:g}" for mark in marks]
    )
    return figure


def _thinned(history: Sequence[Point]) -> list[Point]:
    """At most `MAX_POINTS`, evenly, the newest always among them."""
    stride = -(-len(history) // MAX_POINTS) or 1
    return list(history[::-stride][::-1])
