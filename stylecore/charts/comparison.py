"""Pictures of several λ compared: what L would be of each, as a function of λ; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stylecore.charts.style import DASHES, GREY, Figure, base_layout, lambda_colour, short, upright
from stylecore.language import Sentence


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
                    "hovertemplate": Sentence("{name}: L = %{{y:.3g}}<extra></extra>", name=name),
                }
            )
    layout = base_layout("balance")
    layout["hovermode"] = "closest"
    layout["shapes"] = [upright(marked, "dash")]
    layout["xaxis"] |= {"title": {"text": titles[0]}, "range": [0, 1]}
    layout["yaxis"] |= {"title": {"text": titles[1]}, "rangemode": "tozero"}
    return {"data": data, "layout": layout}
