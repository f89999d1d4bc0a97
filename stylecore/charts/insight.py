"""What a layer knows of style, drawn: matrices as heat maps, and the trajectory of a run towards the style's; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stylecore.charts.style import STYLE, Figure, base_layout, short
from stylecore.engine.feature_views import Matrix, Statistics
from stylecore.language import Sentence

TITLES: dict[str, str] = {"content": Sentence("photograph"), "style": Sentence("style"), "result": Sentence("result")}
GAP = 0.03  # between two heat maps, as a share of the figure's width
SIGNED_COLOURS = ((0, "#2166AC"), (0.25, "#92C5DE"), (0.5, "#F7F7F7"), (0.75, "#F4A582"), (1, "#B2182B"))
UNSIGNED_COLOURS = ((0, "#000004"), (0.1, "#51127C"), (0.35, "#B73779"), (0.65, "#FC8961"), (1, "#FCFDBF"))


def matrices_figure(statistics: Statistics, *, signed: bool) -> Figure:
    """Draws the matrices of photograph, style and result side by side on one colour scale.

    Args:
        statistics: of one layer.
        signed: whether 0 is in the middle of the scale, as for covariances; otherwise it is the lower end.
    """
    shown = {TITLES[name]: statistics.matrices[name] for name in TITLES if name in statistics.matrices}
    figure = _heat_maps(shown, statistics.channels)
    top = max(abs(value) for matrix in shown.values() for row in matrix for value in row) or 1.0
    figure["layout"]["coloraxis"] = _colour_axis(top, signed)
    return figure


def difference_figure(matrix: Matrix, channels: Sequence[int], top: float) -> Figure:
    """Draws how a matrix differs from the style's: red where it has too much, blue where it has too little.

    Args:
        matrix: the difference, (C, C).
        channels: number of each row.
        top: upper end of the colour scale; the same for all steps, so that they can be compared.
    """
    figure = _heat_maps({"": matrix}, channels)
    figure["layout"]["coloraxis"] = _colour_axis(top, signed=True)
    return figure


def trajectory_figure(trajectory: Sequence[tuple[int, float, Matrix]], picked: int) -> Figure:
    """Draws ‖G − G(style)‖ / ‖G(style)‖ of a run against steps.

    Args:
        trajectory: (step, distance, difference) for some steps, as in `Statistics`.
        picked: a step to mark.
    """
    figure: Figure = {
        "data": [
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": [step for step, _, _ in trajectory],
                "y": [short(distance) for _, distance, _ in trajectory],
                "line": {"color": STYLE[0], "width": 2},
                "marker": {"size": [14 if step == picked else 8 for step, _, _ in trajectory]},
                "hovertemplate": Sentence("step %{x}: %{y:.3g}<extra></extra>"),
            }
        ],
        "layout": base_layout("trajectory"),
    }
    figure["layout"] |= {"showlegend": False, "hovermode": "closest"}
    figure["layout"]["xaxis"] |= {"title": {"text": Sentence("step")}}
    figure["layout"]["yaxis"] |= {"title": {"text": Sentence("distance from the style")}, "rangemode": "tozero"}
    return figure


def _heat_maps(matrices: Mapping[str, Matrix], channels: Sequence[int]) -> Figure:
    """Square heat maps side by side, by title; all of them use the figure's one colour axis."""
    names = [str(channel) for channel in channels]
    width = (1 - GAP * (len(matrices) - 1)) / len(matrices)
    layout = base_layout("matrices")
    del layout["xaxis"], layout["yaxis"], layout["hovermode"]
    layout |= {"annotations": [], "margin": {"l": 40, "r": 8, "t": 28, "b": 40}}
    data: list[dict[str, Any]] = []
    for i, (title, matrix) in enumerate(matrices.items()):
        number = "" if i == 0 else str(i + 1)
        left = i * (width + GAP)
        layout[f"xaxis{number}"] = {
            "domain": [left, left + width],
            "type": "category",
            "showticklabels": False,
            "constrain": "domain",
            "title": {"text": Sentence("channel")},
        }
        layout[f"yaxis{number}"] = {
            "type": "category",
            "autorange": "reversed",
            "showticklabels": False,
            "scaleanchor": f"x{number}",
            "anchor": f"x{number}",
            "constrain": "domain",
            "title": {"text": Sentence("channel") if i == 0 else ""},
        }
        layout["annotations"].append(
            {
                "text": title,
                "x": 0.5,
                "y": 1,
                "xref": f"x{number} domain",
                "yref": f"y{number} domain",
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
                "xaxis": f"x{number}",
                "yaxis": f"y{number}",
                "hovertemplate": Sentence("channels %{{y}} and %{{x}}: %{{z:.3g}}<extra>{title}</extra>", title=title),
            }
        )
    return {"data": data, "layout": layout}


def _colour_axis(top: float, signed: bool) -> dict[str, Any]:
    """A colour scale that colour-blind readers can read too: by lightness, or by blue against red."""
    colours = [list(stop) for stop in (SIGNED_COLOURS if signed else UNSIGNED_COLOURS)]
    bar = {"thickness": 12, "len": 0.9, "exponentformat": "power"}
    return {"cmin": -top if signed else 0, "cmax": top, "colorscale": colours, "colorbar": bar}
