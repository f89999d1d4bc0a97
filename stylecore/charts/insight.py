"""Figures of the pages that explain: matrices as heat, the way to the style, L as a function of λ; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import plotly.io

from stylecore.charts.losses import DASHES, OPTIONS, STYLE, Figure, base_layout, lambda_colour, short, upright
from stylecore.engine.feature_views import Matrix, Statistics

TITLES = {"content": "photograph", "style": "style", "result": "result"}
GAP = 0.03  # of the width, between two matrices


def matrices_figure(statistics: Statistics, *, signed: bool) -> Figure:
    """The matrices of photograph, style and result side by side, in one scale of colours.

    Args:
        statistics: of one layer.
        signed: whether 0 is the middle of the scale, as for covariances, and not its end.
    """
    shown = {TITLES[name]: statistics.matrices[name] for name in TITLES if name in statistics.matrices}
    figure = _heat_maps(shown, statistics.channels)
    top = max(abs(value) for matrix in shown.values() for row in matrix for value in row) or 1.0
    figure["layout"]["coloraxis"] = _scale(top, signed)
    return figure


def difference_figure(matrix: Matrix, channels: Sequence[int], top: float) -> Figure:
    """How a matrix differs from the style's: red where it has too much, blue where it has too little.

    Args:
        matrix: the difference.
        channels: numbers of the rows.
        top: end of the scale, the same for all steps.
    """
    figure = _heat_maps({"": matrix}, channels)
    figure["layout"]["coloraxis"] = _scale(top, signed=True)
    return figure


def trajectory_figure(way: Sequence[tuple[int, float, Matrix]], picked: int) -> Figure:
    """‖G − G(style)‖ / ‖G(style)‖ against steps, with one step marked."""
    figure: Figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [step for step, _, _ in way],
                "y": [short(distance) for _, distance, _ in way],
                "line": {"color": STYLE[0], "width": 2},
                "marker": {"size": [14 if step == picked else 8 for step, _, _ in way]},
                "hovertemplate": "step %{x}: %{y:.3g}<extra></extra>",
            }
        ],
        "layout": base_layout("way"),
    }
    figure["layout"] |= {"showlegend": False, "hovermode": "closest"}
    figure["layout"]["xaxis"] |= {"title": {"text": "step"}}
    figure["layout"]["yaxis"] |= {"title": {"text": "distance from the style"}, "rangemode": "tozero"}
    return figure


def balance_figure(
    ends: Mapping[str, tuple[float, float, float | None]], titles: tuple[str, str], marked: float = 0.0
) -> Figure:
    """L = λ · L_content + (1 − λ) · L_style as a function of λ: a straight line for every picture.

    Args:
        ends: by the picture's name: content loss, style loss, and the λ that it was painted with, if any.
        titles: of the axes.
        marked: a λ to mark.
    """
    data: list[dict[str, Any]] = []
    for i, (name, (content, style, lam)) in enumerate(ends.items()):
        colour = "#808080" if lam is None else lambda_colour(lam)
        line = {"color": colour, "dash": DASHES[i % len(DASHES)], "width": 2}
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": name,
                "x": [0, 1],
                "y": [short(style), short(content)],
                "line": line,
                "hoverinfo": "skip",
            }
        )
        if lam is not None:
            own = short(lam * content + (1 - lam) * style)
            data.append(
                {
                    "type": "scatter",
                    "mode": "markers",
                    "name": name,
                    "showlegend": False,
                    "x": [lam],
                    "y": [own],
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


def to_html(figures: Mapping[str, Figure]) -> bytes:
    """A page with interactive figures below their headings, whole in itself: plotly.js is inside.

    Args:
        figures: by heading.
    """
    parts: list[str] = []
    for heading, figure in figures.items():
        whole = {**figure, "layout": {**figure["layout"], "paper_bgcolor": "#fff", "height": 480}}
        drawn = plotly.io.to_html(whole, full_html=False, include_plotlyjs=not parts, validate=False, config=OPTIONS)
        parts.append(f"<h2>{heading}</h2>\n{drawn}")
    head = '<!doctype html>\n<meta charset="utf-8">\n<title>Neural style transfer</title>\n'
    return (head + '<body style="font-family: sans-serif">\n' + "\n".join(parts) + "\n</body>\n").encode()


def _heat_maps(matrices: Mapping[str, Matrix], channels: Sequence[int]) -> Figure:
    """Square heat maps beside each other; all use the figure's one colour axis."""
    names = [str(channel) for channel in channels]
    width = (1 - GAP * (len(matrices) - 1)) / len(matrices)
    layout = base_layout("matrices")
    del layout["xaxis"], layout["yaxis"], layout["hovermode"]
    layout |= {"annotations": [], "margin": {"l": 40, "r": 8, "t": 28, "b": 40}}
    data: list[dict[str, Any]] = []
    for i, (title, matrix) in enumerate(matrices.items()):
        end = "" if i == 0 else str(i + 1)
        left = i * (width + GAP)
        layout[f"xaxis{end}"] = {
            "domain": [left, left + width],
            "type": "category",
            "showticklabels": False,
            "constrain": "domain",
            "title": {"text": "channel"},
        }
        layout[f"yaxis{end}"] = {
            "type": "category",
            "autorange": "reversed",
            "showticklabels": False,
            "scaleanchor": f"x{end}",
            "anchor": f"x{end}",
            "constrain": "domain",
            "title": {"text": "channel" if i == 0 else ""},
        }
        layout["annotations"].append(
            {
                "text": title,
                "x": 0.5,
                "y": 1,
                "xref": f"x{end} domain",
                "yref": f"y{end} domain",
                "yanchor": "bottom",
                "showarrow": False,
            }
        )
        data.append(
            {
                "type": "heatmap",
                "z": matrix,
                "x": names,
                "y": names,
                "coloraxis": "coloraxis",
                "xaxis": f"x{end}",
                "yaxis": f"y{end}",
                "hovertemplate": "channels %{y} and %{x}: %{z:.3g}<extra>" + title + "</extra>",
            }
        )
    return {"data": data, "layout": layout}


def _scale(top: float, signed: bool) -> dict[str, Any]:
    """A colour scale; its ends are known to colour-blind readers too, by lightness or by blue against red."""
    if signed:
        colours = [[0, "#2166AC"], [0.25, "#92C5DE"], [0.5, "#F7F7F7"], [0.75, "#F4A582"], [1, "#B2182B"]]
    else:
        colours = [[0, "#000004"], [0.1, "#51127C"], [0.35, "#B73779"], [0.65, "#FC8961"], [1, "#FCFDBF"]]
    bar = {"thickness": 12, "len": 0.9, "exponentformat": "power"}
    return {"cmin": -top if signed else 0, "cmax": top, "colorscale": colours, "colorbar": bar}
