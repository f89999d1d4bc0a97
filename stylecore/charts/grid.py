"""The pictures of a grid, λ × another setting, laid over each other: their losses, and content against style; pure.

In a grid of several rows each has a colour, and each λ a dash; in a single row λ has its own colour, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from stylecore.charts.losses import thinned
from stylecore.charts.style import DASHES, GREY, LOG_AXIS, ROW_COLOURS, Figure, base_layout, lambda_colour, short
from stylecore.language import Sentence
from stylecore.transfer.records import LossRecord

Term = Literal["content", "style", "total"]
Place = tuple[str, float]  # in a grid: name of the row, "" if there is only one; and λ
LEGEND = {"y": 1.02, "yanchor": "bottom"}  # above: of many rows it would reach into the title of the x axis
AXIS_TITLES: Mapping[Term, str] = {
    "content": Sentence("content loss"),
    "style": Sentence("style loss"),
    "total": "L",
}


def place_id(place: Place) -> str:
    """A name for a place of a grid, which a browser sends when it is clicked."""
    row, lam = place
    return f"{lam!r} {row}"


def place_of(name: str) -> Place:
    """The place of a grid that `place_id` has named."""
    lam, _, row = name.partition(" ")
    return row, float(lam)


def histories_figure(
    loss_histories: Mapping[Place, tuple[Sequence[LossRecord], int]],
    term: Term,
    *,
    rows: Sequence[str],
    steps: int,
) -> Figure:
    """Draws one loss of several pictures against steps.

    Args:
        loss_histories: by place, of those that are drawn: the losses of every step, and the picture's index in its
            batch.
        term: which loss.
        rows: all of the grid: a row keeps its colour, whichever of them are drawn.
        steps: length of the x axis.
    """
    lambdas = sorted({lam for _, lam in loss_histories})  # a single one is solid
    data = []
    for (row, lam), (loss_history, k) in loss_histories.items():
        shown = thinned(loss_history)
        values = [getattr(record, term)[k] for record in shown]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": _name(row, lam),
                "meta": place_id((row, lam)),
                "x": [record.index for record in shown],
                "y": [short(value) if value > 0 else None for value in values],  # 0 has no logarithm
                "line": {
                    "color": _row_colour(row, rows) if row else lambda_colour(lam),
                    "dash": DASHES[lambdas.index(lam) % len(DASHES)],
                    "width": 2,
                },
                "hovertemplate": Sentence("{name}<br>step %{{x}}: %{{y:.4g}}<extra></extra>", name=_name(row, lam)),
            }
        )
    layout = base_layout(f"histories {term}")
    layout |= {"hovermode": "closest", "showlegend": True}
    layout["legend"] |= LEGEND
    layout["xaxis"] |= {"title": {"text": Sentence("step")}, "range": [0, max(steps, 1)]}
    layout["yaxis"] |= {"title": {"text": AXIS_TITLES[term]}, **LOG_AXIS}
    return {"data": data, "layout": layout}


def trade_off_figure(
    ends: Mapping[str, Mapping[float, tuple[float, float]]],
    selected: Place | None = None,
    *,
    rows: Sequence[str],
) -> Figure:
    """Draws the content loss of pictures against their style loss, those of a row joined in the order of λ.

    Args:
        ends: by row, then by rising λ: content and style loss of the newest step.
        selected: a picture to mark; its row is the one whose points are labelled.
        rows: all of the grid: a row keeps its colour, whichever of them are drawn.
    """
    labelled = selected[0] if selected else ""
    data = [_trade_off(row, points, selected, rows, labelled=row == labelled) for row, points in ends.items() if points]
    layout = base_layout("trade-off")
    layout |= {"hovermode": "closest", "showlegend": len(data) > 1}
    layout["legend"] |= {**LEGEND, "itemsizing": "constant"}
    layout["margin"] |= {"r": 48}  # pixels: for the label of the last point
    layout["xaxis"] |= {
        "title": {"text": Sentence("content loss: how much of the photograph is lost")},
        "rangemode": "tozero",
    }
    layout["yaxis"] |= {"title": {"text": Sentence("style loss: how much of the style is missing")}, **LOG_AXIS}
    return {"data": data, "layout": layout}


def _trade_off(
    row: str,
    points: Mapping[float, tuple[float, float]],
    selected: Place | None,
    rows: Sequence[str],
    *,
    labelled: bool,
) -> dict[str, Any]:
    marked = [(row, lam) == selected for lam in points]
    colours = [_row_colour(row, rows) if row else lambda_colour(lam) for lam in points]
    return {
        "type": "scatter",
        "mode": "lines+markers+text" if labelled else "lines+markers",
        "name": row,
        "x": [short(content) for content, _ in points.values()],
        "y": [short(style) for _, style in points.values()],
        "text": [_name("", lam) for lam in points],
        "hovertext": [_name(row, lam) for lam in points],
        "customdata": [place_id((row, lam)) for lam in points],
        "textposition": "top right",
        "cliponaxis": False,
        "line": {"color": colours[0] if row else GREY, "width": 1, "dash": "dot"},
        "marker": {
            "color": colours,
            "opacity": 1,
            "size": [18 if mark else 12 if labelled else 9 for mark in marked],
            "line": {"color": GREY, "width": [3 if mark else 0 for mark in marked]},
        },
        "hovertemplate": Sentence("%{hovertext}<br>content loss %{x:.3g}<br>style loss %{y:.3g}<extra></extra>"),
    }


def _name(row: str, lam: float) -> Sentence:
    return Sentence("{row} · λ {lam:g}", row=row, lam=lam) if row else Sentence("λ {lam:g}", lam=lam)


def _row_colour(row: str, rows: Sequence[str]) -> str:
    return ROW_COLOURS[rows.index(row) % len(ROW_COLOURS)]
