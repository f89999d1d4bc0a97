"""Pictures of several λ compared: their losses against steps, content against style, and L as a function of λ; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from stylecore.charts.losses import thinned
from stylecore.charts.style import DASHES, GREY, LOG_AXIS, Figure, base_layout, lambda_colour, short, upright
from stylecore.transfer.records import LossRecord


def histories_figure(
    loss_histories: Mapping[float, tuple[Sequence[LossRecord], int]], term: Literal["content", "style"], *, steps: int
) -> Figure:
    """Draws one loss of several λ against steps.

    Args:
        loss_histories: by λ: the losses of every step, and the index of the picture in its batch.
        term: which loss.
        steps: length of the x axis.
    """
    data = []
    for i, (lam, (loss_history, k)) in enumerate(loss_histories.items()):
        shown = thinned(loss_history)
        values = [getattr(record, term)[k] for record in shown]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"λ {lam:g}",
                "x": [record.index for record in shown],
                "y": [short(value) if value > 0 else None for value in values],
                "line": {"color": lambda_colour(lam), "dash": DASHES[i % len(DASHES)], "width": 2},
                "hovertemplate": "%{y:.3g}",
            }
        )
    layout = base_layout(f"histories {term}")
    layout["xaxis"] |= {"title": {"text": "step"}, "range": [0, max(steps, 1)]}
    layout["yaxis"] |= {"title": {"text": f"{term} loss"}, **LOG_AXIS}
    return {"data": data, "layout": layout}


def trade_off_figure(ends: Mapping[float, tuple[float, float]], selected: float | None = None) -> Figure:
    """Draws the content loss of several λ against their style loss, joined in the order of λ.

    Args:
        ends: by rising λ: content and style loss of the newest step.
        selected: a λ to mark.
    """
    lambdas = list(ends)
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers+text",
            "x": [short(content) for content, _ in ends.values()],
            "y": [short(style) for _, style in ends.values()],
            "text": [f"λ {lam:g}" for lam in lambdas],
            "customdata": lambdas,
            "textposition": "top right",
            "cliponaxis": False,
            "line": {"color": GREY, "width": 1, "dash": "dot"},
            "marker": {
                "color": [lambda_colour(lam) for lam in lambdas],
                "size": [18 if lam == selected else 12 for lam in lambdas],
                "line": {"color": GREY, "width": [3 if lam == selected else 0 for lam in lambdas]},
            },
            "hovertemplate": "%{text}<br>content loss %{x:.3g}<br>style loss %{y:.3g}<extra></extra>",
        }
    ]
    layout = base_layout("trade-off")
    layout |= {"hovermode": "closest", "showlegend": False}
    layout["margin"] |= {"r": 48}  # pixels: for the label of the last point
    layout["xaxis"] |= {"title": {"text": "content loss: how much of the photograph is lost"}, "rangemode": "tozero"}
    layout["yaxis"] |= {"title": {"text": "style loss: how much of the style is missing"}, **LOG_AXIS}
    return {"data": data, "layout": layout}


def balance_figure(
    ends: Mapping[str, tuple[float, float, float | None]], titles: tuple[str, str], marked: float = 0.0
) -> Figure:
    """Draws L = λ · L_content + (1 − λ) · L_style as a function of λ: a straight line for every picture.

    Args:
        ends: by the picture's name: content loss, style loss, and the λ that it was painted with, if any.
        titles: of the x and the y axis.
        marked: a λ to mark.
    """
    data: list[dict[str, Any]] = []
    for i, (name, (content, style, lam)) in enumerate(ends.items()):
        colour = GREY if lam is None else lambda_colour(lam)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": [0, 1],
                "y": [short(style), short(content)],
                "line": {"color": colour, "dash": DASHES[i % len(DASHES)], "width": 2},
                "hoverinfo": "skip",
            }
        )
        if lam is not None:
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "showlegend": False,
                    "x": [lam],
                    "y": [short(lam * content + (1 - lam) * style)],
                    "marker": {"color": colour, "size": 11},
                    "hovertemplate": f"{name}: L = %{{y:.3g}}<extra></extra>",
                }
            )
    layout = base_layout("balance")
    layout["hovermode"] = "closest"
    layout["shapes"] = [upright(marked, "dash")]
    layout["xaxis"] |= {"title": {"text": titles[0]}, "range": [0, 1]}
    layout["yaxis"] |= {"title": {"text": titles[1]}, "rangemode": "tozero"}
    return {"data": data, "layout": layout}
