"""What all figures share: colours, axes, layout. A figure is a plain dict, as plotly.js takes it."""

from __future__ import annotations

from typing import Any

from stylecore.language import Sentence

Figure = dict[str, Any]

# Blue and orange as in Okabe & Ito's palette, told apart by colour-blind readers too, and with a contrast above 3 to a
# white and to a dark page. The dash tells the lines apart once more.
CONTENT, STYLE, TOTAL = ("#1F83BF", "solid"), ("#D55E00", "dash"), ("#808080", "dot")
STYLE_LAYERS = ("#D55E00", "#E69F00", "#CC79A7", "#009E73", "#8C6BB1", "#A65628")  # shallow to deep
GREY = "#808080"
GRID_GREY = "rgba(128, 128, 128, 0.25)"
TRANSPARENT = "rgba(0, 0, 0, 0)"
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot", "2px,7px", "14px,3px,2px,3px,2px,3px")
# Of rows that are laid over each other: as above, with a contrast above 3 to both pages.
ROW_COLOURS = ("#1F83BF", "#D55E00", "#009E73", "#C2528B", "#B8860B", "#5B6FD6", "#6B8E23", "#A65628")
LAMBDA_COLOURS = ((213, 94, 0), (140, 84, 160), (31, 131, 191))  # RGB at λ = 0, 0.5, 1
BLOCK_COLOURS = ("#1F83BF", "#009E73", "#B8860B", "#D55E00", "#A0569B")  # of VGG16's five blocks
OPTIONS: dict[str, Any] = {  # nothing leaves here; a picture is taken home by the buttons below a chart
    "displaylogo": False,
    "modeBarButtonsToRemove": ["sendChartToCloud", "toImage"],
}

_TICKS = [digit * 10.0**power for power in range(-9, 13) for digit in (1, 2, 5)]
LOG_AXIS: dict[str, Any] = {
    "type": "log",
    "tickvals": _TICKS,
    "ticktext": [Sentence("{tick:g}", tick=tick) for tick in _TICKS],
}


def lambda_colour(lam: float) -> str:
    """The colour of one λ wherever it is drawn: from orange, all style, over violet to blue, all content.

    Args:
        lam: in [0, 1]; what is outside gets the colour of the nearer end.

    Returns:
        "#RRGGBB".
    """
    place = 2 * min(max(lam, 0.0), 1.0)
    low = min(int(place), 1)
    ends = zip(LAMBDA_COLOURS[low], LAMBDA_COLOURS[low + 1], strict=True)
    red, green, blue = (round(a + (b - a) * (place - low)) for a, b in ends)
    return f"#{red:02X}{green:02X}{blue:02X}"


def layer_colour(layer: str) -> str:
    """The colour of a layer wherever it is drawn: that of its block, as "#RRGGBB"."""
    return BLOCK_COLOURS[int(layer[4]) - 1]


def base_layout(revision: str) -> dict[str, Any]:
    """The layout that every figure begins with.

    Args:
        revision: zoom and legend survive updates of the figure as long as this stays the same.
    """
    axis = {"gridcolor": GRID_GREY, "zeroline": False}
    return {
        "margin": {"l": 56, "r": 8, "t": 28, "b": 40},  # pixels
        "paper_bgcolor": TRANSPARENT,
        "plot_bgcolor": TRANSPARENT,
        "legend": {"orientation": "h", "y": -0.3, "yanchor": "top", "x": 0},
        "hovermode": "x unified",
        "modebar": {"bgcolor": TRANSPARENT, "color": GREY, "activecolor": CONTENT[0]},
        "uirevision": revision,
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }


def upright(x: float, dash: str) -> dict[str, Any]:
    """A vertical line over the whole height, as a shape of a layout."""
    line = {"color": GREY, "width": 1, "dash": dash}
    return {"type": "line", "x0": x, "x1": x, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def short(value: float) -> float:
    """Rounds to five significant digits: a curve needs no more, and every update of the page sends it again."""
    return float(f"{value:.5g}")
