"""Clouds of points drawn: what each description of style keeps of them, and how they are spread along a line; pure."""

from __future__ import annotations

from typing import Any

import numpy as np

from stylecore.charts.cloud import Array, Cloud, direction, ellipse, outlines, transported
from stylecore.charts.style import CONTENT, GREY, STYLE, Figure, base_layout, short
from stylecore.config import Statistic

ARROWS = 8  # points of an outline whose way is drawn
BINS = 40
SHOWN = 0.98  # of the points that the axes reach to, in each channel: a few are far out
FAINT = 0.2  # opacity of the points, for what is drawn over them
COLOURS = (CONTENT, STYLE)  # of the two clouds: colour and dash


def cloud_figure(content: Cloud, style: Cloud, titles: tuple[str, str], statistic: Statistic, degrees: float) -> Figure:
    """Draws both clouds, and over them what a description keeps.

    Args:
        content: of the photograph.
        style: of the style picture.
        titles: of the x and the y axis.
        statistic: the description.
        degrees: of the direction that is drawn for sliced, against the x axis.
    """
    low, high = _range(content, style)
    data: list[dict[str, Any]] = []
    for cloud, (colour, _) in zip((content, style), COLOURS, strict=True):
        data += _dots(cloud, colour)
    for cloud, (colour, dash) in zip((content, style), COLOURS, strict=True):
        data += [_line(outline, colour, dash) for outline in outlines(cloud, statistic)]
        if statistic in ("moments", "gram+moments", "wasserstein"):  # which keep the mean
            data.append(_mark(cloud.mean, colour))
    if statistic == "sliced":
        data.append(_line(np.outer(direction(degrees), [2 * low, 2 * high]), GREY, "solid"))
    layout = base_layout("cloud")
    layout |= {"hovermode": False, "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0}}
    layout["annotations"] = _ways(content, style) if statistic == "wasserstein" else []
    for axis, title in zip(("xaxis", "yaxis"), titles, strict=True):
        layout[axis] |= {"title": {"text": title}, "range": [low, high], "zeroline": True, "zerolinecolor": GREY}
    layout["yaxis"]["scaleanchor"] = "x"  # one unit is as long both ways: else a right angle would not look like one
    return {"data": data, "layout": layout}


def projections_figure(content: Cloud, style: Cloud, titles: tuple[str, str], degrees: float) -> Figure:
    """Draws how the points of both clouds are spread along one direction, in percent of them.

    Args:
        content: of the photograph.
        style: of the style picture.
        titles: of the x and the y axis.
        degrees: of the direction, against the axis of the first channel.
    """
    projections = [cloud.along(degrees) for cloud in (content, style)]
    ends = np.quantile(np.concatenate(projections), [(1 - SHOWN) / 2, (1 + SHOWN) / 2])
    edges = np.linspace(ends[0], max(ends[1], ends[0] + 1e-9), BINS + 1)
    data = []
    for cloud, values, (colour, dash) in zip((content, style), projections, COLOURS, strict=True):
        shares = 100 * np.histogram(values, edges)[0] / len(values)
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": cloud.name,
                "x": _numbers((edges[1:] + edges[:-1]) / 2),
                "y": _numbers(shares),
                "line": {"color": colour, "dash": dash, "width": 2, "shape": "hvh"},
                "hoverinfo": "skip",
            }
        )
    layout = base_layout("projections")
    layout |= {"hovermode": False, "showlegend": False}
    layout["xaxis"] |= {"title": {"text": titles[0]}}
    layout["yaxis"] |= {"title": {"text": titles[1]}, "rangemode": "tozero"}
    return {"data": data, "layout": layout}


def _range(content: Cloud, style: Cloud) -> tuple[float, float]:
    """Ends of both axes: the same for every description, so that a change of it moves nothing else."""
    both = np.concatenate([content.points, style.points], axis=1)
    reach = float(np.sqrt(max(content.gram.diagonal().max(), style.gram.diagonal().max())))  # of an ellipse of G
    high = max(float(np.quantile(both, SHOWN, axis=1).max()), reach, 1e-9)
    return short(-1.1 * reach), short(1.1 * high)


def _dots(cloud: Cloud, colour: str) -> list[dict[str, Any]]:
    """The points, and one that is not drawn for the legend, which would be as faint otherwise."""
    x, y = map(_numbers, cloud.points)
    dot = {"type": "scatter", "mode": "markers", "name": cloud.name}
    return [
        dot | {"x": x, "y": y, "marker": {"color": colour, "size": 4, "opacity": FAINT}, "showlegend": False},
        dot | {"x": [None], "y": [None], "marker": {"color": colour, "size": 8}},
    ]


def _line(outline: Array, colour: str, dash: str) -> dict[str, Any]:
    x, y = map(_numbers, outline)
    line = {"color": colour, "dash": dash, "width": 3}
    return {"type": "scatter", "mode": "lines", "showlegend": False, "x": x, "y": y, "line": line}


def _mark(place: Array, colour: str) -> dict[str, Any]:
    x, y = ([short(float(value))] for value in place)
    marker = {"color": colour, "symbol": "cross", "size": 12, "line": {"color": "#FFFFFF", "width": 1}}
    return {"type": "scatter", "mode": "markers", "showlegend": False, "x": x, "y": y, "marker": marker}


def _ways(content: Cloud, style: Cloud) -> list[dict[str, Any]]:
    """Arrows from the photograph's mean and outline to where they go, as annotations of a layout."""
    outline = ellipse(content.mean, content.covariance)[:, :-1]
    starts = np.concatenate([content.mean[:, None], outline[:, :: outline.shape[1] // ARROWS]], axis=1)
    ends = transported(starts, content, style)
    places = {"x": "x", "y": "y", "ax": "x", "ay": "y"}
    drawn = {"text": "", "showarrow": True, "arrowhead": 2, "arrowwidth": 1.5, "arrowcolor": GREY}
    drawn |= {f"{name}ref": axis for name, axis in places.items()}
    return [
        drawn | dict(zip(places, _numbers(np.concatenate([end, start])), strict=True))
        for start, end in zip(starts.T, ends.T, strict=True)
    ]


def _numbers(values: Array) -> list[float]:
    return [short(float(value)) for value in values]
