"""Loss histories as Plotly figures (plain dicts, as plotly.js takes them), and what they say in words; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from stylecore.transfer.records import LossRecord

Figure = dict[str, Any]

# Blue and orange as in Okabe & Ito's palette, told apart by colour-blind readers too, and with a contrast above 3 to a
# white and to a dark page. The dash tells the lines apart once more.
CONTENT, STYLE, TOTAL = ("#1F83BF", "solid"), ("#D55E00", "dash"), ("#808080", "dot")
LAYERS = ("#D55E00", "#E69F00", "#CC79A7", "#009E73", "#8C6BB1", "#A65628")  # style layers, shallow to deep
OPTIONS: dict[str, Any] = {"displaylogo": False, "modeBarButtonsToRemove": ["sendChartToCloud"]}  # nothing leaves here
MAX_POINTS = 300
GREY = "rgba(128, 128, 128, 0.25)"
DASHES = ("solid", "dash", "dot", "dashdot")
_MARKS = [digit * 10.0**power for power in range(-9, 13) for digit in (1, 2, 5)]
_LOG: dict[str, Any] = {"type": "log", "tickvals": _MARKS, "ticktext": [f"{mark:g}" for mark in _MARKS]}
LABEL_ROOM = 0.08  # of the axis, that a mark's label takes
ONE_SIDED = 0.9  # share of L from which the page says how to balance it


def loss_figure(
    history: Sequence[LossRecord],
    *,
    steps: int,
    changes: Sequence[tuple[int, Sequence[float]]] = (),
    log: bool = True,
    layers: bool = False,
    picked: int | None = None,
    k: int = 0,
) -> Figure:
    """Content, style and total loss of one λ against steps.

    Args:
        history: from step 0 on.
        steps: length of the axis: of the whole run while it lives.
        changes: λ changed on the way: (step, the new λ); each is a mark.
        log: a logarithmic axis, else one from 0.
        layers: each layer's share of L instead: λ · its content loss, (1 − λ) · its style loss.
        picked: a step to mark.
        k: which of the λ.
    """
    shown = _thinned(history)
    lines = _layer_lines(shown, k) if layers else _loss_lines(shown, k)
    x = [point.index for point in shown]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": x,
            # 0, as the content loss begins, has no logarithm
            "y": [short(value) if value > 0 or not log else None for value in values],
            "line": {"color": colour, "dash": dash, "width": 2},
            "hovertemplate": "%{y:.3g}",
        }
        for name, (colour, dash), values in lines
    ]
    layout = base_layout(f"{log} {layers}")
    layout["hovermode"] = "x unified"
    layout["xaxis"] |= {"title": {"text": "step"}, "range": [0, max(steps, 1)]}
    layout["yaxis"] |= {"title": {"text": "part of L" if layers else "loss"}}
    layout["yaxis"] |= _LOG if log else {"type": "linear", "rangemode": "tozero"}
    marks = [  # of changes close to each other, as one movement of the slider leaves them, only the last
        (step, lambdas[k])
        for i, (step, lambdas) in enumerate(changes)
        if i + 1 == len(changes) or changes[i + 1][0] - step > LABEL_ROOM * steps
    ]
    layout["shapes"] = [upright(step, "dash") for step, _ in marks] + ([upright(picked, "solid")] if picked else [])
    layout["annotations"] = [_label(step, f"λ {lam:.3g}") for step, lam in marks]
    return {"data": data, "layout": layout}


def lambda_colour(lam: float) -> str:
    """The colour of one λ wherever it is drawn: from orange, all style, over violet to blue, all content."""
    ends = [(213, 94, 0), (140, 84, 160), (31, 131, 191)]
    place = 2 * min(max(lam, 0.0), 1.0)
    low = min(int(place), 1)
    red, green, blue = (round(a + (b - a) * (place - low)) for a, b in zip(ends[low], ends[low + 1], strict=True))
    return f"#{red:02X}{green:02X}{blue:02X}"


def lab_figure(histories: Mapping[float, tuple[Sequence[LossRecord], int]], term: str, *, steps: int) -> Figure:
    """One loss of several λ against steps.

    Args:
        histories: by λ: the history, and the place of the λ in it.
        term: "content" or "style".
        steps: length of the axis.
    """
    data = []
    for i, (lam, (history, k)) in enumerate(histories.items()):
        shown = _thinned(history)
        values = [getattr(point, term)[k] for point in shown]
        data.append(
            {
                "type": "scatter",
                "mode": "lines",
                "name": f"λ {lam:g}",
                "x": [point.index for point in shown],
                "y": [short(value) if value > 0 else None for value in values],
                "line": {"color": lambda_colour(lam), "dash": DASHES[i % len(DASHES)], "width": 2},
                "hovertemplate": "%{y:.3g}",
            }
        )
    layout = base_layout(f"lab {term}")
    layout["xaxis"] |= {"title": {"text": "step"}, "range": [0, max(steps, 1)]}
    layout["yaxis"] |= {"title": {"text": f"{term} loss"}, **_LOG}
    return {"data": data, "layout": layout}


def trade_off_figure(ends: Mapping[float, tuple[float, float]], selected: float | None = None) -> Figure:
    """Content loss against style loss at the end of the run of each λ, joined in the order of λ.

    Args:
        ends: by rising λ: content and style loss, so far.
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
            "line": {"color": "#808080", "width": 1, "dash": "dot"},
            "marker": {
                "color": [lambda_colour(lam) for lam in lambdas],
                "size": [18 if lam == selected else 12 for lam in lambdas],
                "line": {"color": "#808080", "width": [3 if lam == selected else 0 for lam in lambdas]},
            },
            "hovertemplate": "%{text}<br>content loss %{x:.3g}<br>style loss %{y:.3g}<extra></extra>",
        }
    ]
    layout = base_layout("trade-off")
    layout |= {"hovermode": "closest", "showlegend": False}
    layout["margin"] |= {"r": 48}
    layout["xaxis"] |= {"title": {"text": "content loss: how much of the photograph is lost"}, "rangemode": "tozero"}
    layout["yaxis"] |= {"title": {"text": "style loss: how much of the style is missing"}, **_LOG}
    return {"data": data, "layout": layout}


def shares(point: LossRecord, k: int = 0) -> dict[str, float]:
    """Each term's share of L at one step, by name, in [0, 1]; they sum to 1 unless L is 0 or has a smoothness term."""
    lam, total = point.lambdas[k], point.total[k]
    terms = {f"content {layer}": lam * loss[k] for layer, loss in point.content_layers.items()}
    terms |= {f"style {layer}": (1 - lam) * loss[k] for layer, loss in point.style_layers.items()}
    return {name: term / total if total > 0 else 0.0 for name, term in terms.items()}


def hint(point: LossRecord, k: int = 0) -> str:
    """A plain word on what L is made of at one step, and what to do if it is nearly all of one kind."""
    of = shares(point, k)
    style = sum(share for name, share in of.items() if name.startswith("style"))
    content = sum(share for name, share in of.items() if name.startswith("content"))
    if style >= ONE_SIDED:
        return f"Style is {style:.0%} of the loss: raise λ to see more of the photograph."
    if content >= ONE_SIDED:
        return f"Content is {content:.0%} of the loss: lower λ to see more of the style."
    return f"Content is {content:.0%} of the loss, style {style:.0%}."


def base_layout(revision: str) -> dict[str, Any]:
    """What all charts share; zoom and legend survive updates of the same revision."""
    axis = {"gridcolor": GREY, "zeroline": False}
    return {
        "margin": {"l": 56, "r": 8, "t": 28, "b": 40},
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "plot_bgcolor": "rgba(0, 0, 0, 0)",
        "legend": {"orientation": "h", "y": -0.3, "yanchor": "top", "x": 0},
        "hovermode": "x unified",
        "modebar": {"bgcolor": "rgba(0, 0, 0, 0)"},
        "uirevision": revision,
        "xaxis": dict(axis),
        "yaxis": dict(axis),
    }


def _loss_lines(shown: Sequence[LossRecord], k: int) -> list[tuple[str, tuple[str, str], list[float]]]:
    return [
        ("content loss", CONTENT, [point.content[k] for point in shown]),
        ("style loss", STYLE, [point.style[k] for point in shown]),
        ("L", TOTAL, [point.total[k] for point in shown]),
    ]


def _layer_lines(shown: Sequence[LossRecord], k: int) -> list[tuple[str, tuple[str, str], list[float]]]:
    if not shown:
        return []
    lines = []
    for i, layer in enumerate(shown[0].content_layers):
        parts = [point.lambdas[k] * point.content_layers[layer][k] for point in shown]
        lines.append((f"content {layer}", (CONTENT[0], ("solid", "dot", "dash")[i % 3]), parts))
    for i, layer in enumerate(shown[0].style_layers):
        parts = [(1 - point.lambdas[k]) * point.style_layers[layer][k] for point in shown]
        lines.append((f"style {layer}", (LAYERS[i % len(LAYERS)], "dash"), parts))
    return lines


def upright(step: float, dash: str) -> dict[str, Any]:
    """A mark at one place of the x axis."""
    line = {"color": "#808080", "width": 1, "dash": dash}
    return {"type": "line", "x0": step, "x1": step, "y0": 0, "y1": 1, "yref": "paper", "line": line}


def _label(step: int, text: str) -> dict[str, Any]:
    return {"x": step, "y": 1, "yref": "paper", "yanchor": "top", "xanchor": "left", "text": text, "showarrow": False}


def short(value: float) -> float:
    """Five digits: a curve needs no more, and every poll of the page sends it."""
    return float(f"{value:.5g}")


def _thinned(history: Sequence[LossRecord]) -> list[LossRecord]:
    """At most `MAX_POINTS`, evenly, the newest always among them."""
    stride = -(-len(history) // MAX_POINTS) or 1
    return list(history[::-stride][::-1])
