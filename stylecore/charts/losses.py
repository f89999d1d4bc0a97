"""The losses of one picture against steps, and what they say in words; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stylecore.charts.style import (
    CONTENT,
    LOG_AXIS,
    STYLE,
    STYLE_LAYERS,
    TOTAL,
    Figure,
    base_layout,
    short,
    upright,
)
from stylecore.language import Sentence
from stylecore.transfer.records import LossRecord

MAX_POINTS = 300  # of one curve
LABEL_WIDTH = 0.08  # share of the x axis that the label of a mark takes
BELOW_LAMBDA = 0.92  # height of the label of a mix, where the chart is 1 high
ONE_SIDED = 0.9  # share of L from which the page says how to balance it

Changes = Sequence[tuple[int, Sequence[float]]]  # (step, new values), oldest first
Line = tuple[str, tuple[str, str], list[float]]  # name, (colour, dash), values


def loss_figure(
    loss_history: Sequence[LossRecord],
    *,
    steps: int,
    changes: Changes = (),
    weight_changes: Changes = (),
    sizes: Sequence[tuple[int, tuple[int, int]]] = (),
    log: bool = True,
    layers: bool = False,
    picked: int | None = None,
    k: int = 0,
) -> Figure:
    """Draws content, style and total loss of one picture against steps.

    Args:
        loss_history: losses of every step, from step 0 on.
        steps: length of the x axis.
        changes: (step, the new λ of the batch), where λ was changed during the run; each is marked.
        weight_changes: (step, the new weights of the styles), where their mix was changed; each is marked.
        sizes: (step, width and height from then on); where a run went on at another size is marked, too.
        log: whether the y axis is logarithmic; otherwise it begins at 0.
        layers: whether to draw each layer's part of L instead: λ · its content loss, (1 − λ) · its style loss.
        picked: a step to mark.
        k: index of the picture in its batch.
    """
    shown = thinned(loss_history)
    lines = _layer_lines(shown, k) if layers else _loss_lines(shown, k)
    x = [record.index for record in shown]
    data = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": x,
            # the content loss begins at 0, which has no logarithm
            "y": [short(value) if value > 0 or not log else None for value in values],
            "line": {"color": colour, "dash": dash, "width": 2},
            "hovertemplate": "%{y:.3g}",
        }
        for name, (colour, dash), values in lines
    ]
    layout = base_layout(f"{log} {layers}")
    layout["hovermode"] = "x unified"
    layout["xaxis"] |= {"title": {"text": Sentence("step")}, "range": [0, max(steps, 1)]}
    layout["yaxis"] |= {"title": {"text": Sentence("part of L") if layers else Sentence("loss")}}
    layout["yaxis"] |= LOG_AXIS if log else {"type": "linear", "rangemode": "tozero"}
    marks = [_label(step, Sentence("λ {lam:.3g}", lam=lambdas[k])) for step, lambdas in _apart(changes, steps)]
    marks += [
        _label(step, Sentence("mix {shares}", shares=_mix(weights)), BELOW_LAMBDA)
        for step, weights in _apart(weight_changes, steps)
    ]
    larger = sizes[1:]
    layout["shapes"] = [upright(mark["x"], "dash") for mark in marks]
    layout["shapes"] += [upright(step, "dot") for step, _ in larger]
    layout["shapes"] += [upright(picked, "solid")] if picked else []
    layout["annotations"] = marks + [_label(step, Sentence("{side} px", side=max(size)), 0) for step, size in larger]
    return {"data": data, "layout": layout}


def shares(record: LossRecord, k: int = 0) -> dict[str, float]:
    """The share of L that each layer has at one step.

    Args:
        record: losses of the step.
        k: index of the picture in its batch.

    Returns:
        In [0, 1], by name ("content relu4_2"). They sum to 1 unless L is 0 or has a smoothness term.
    """
    lam, total = record.lambdas[k], record.total[k]
    terms = {Sentence("content {layer}", layer=layer): lam * loss[k] for layer, loss in record.content_layers.items()}
    terms |= {
        Sentence("style {layer}", layer=layer): (1 - lam) * loss[k] for layer, loss in record.style_layers.items()
    }
    return {name: term / total if total > 0 else 0.0 for name, term in terms.items()}


def hint(record: LossRecord, k: int = 0, *, settled: bool = True) -> Sentence:
    """A sentence on what L consists of at one step, and how to balance it if it is nearly all of one kind.

    Args:
        record: losses of the step.
        k: index of the picture in its batch.
        settled: whether they stay so; in the first steps of a run style is nearly all of L, whatever λ is.
    """
    of = shares(record, k)
    style = sum(share for name, share in of.items() if name.startswith("style"))
    content = sum(share for name, share in of.items() if name.startswith("content"))
    if settled and style >= ONE_SIDED:
        return Sentence("Style is {style:.0%} of the loss: raise λ to see more of the photograph.", style=style)
    if settled and content >= ONE_SIDED:
        return Sentence("Content is {content:.0%} of the loss: lower λ to see more of the style.", content=content)
    return Sentence("Content is {content:.0%} of the loss, style {style:.0%}.", content=content, style=style)


def thinned(loss_history: Sequence[LossRecord]) -> list[LossRecord]:
    """Every n-th record, so that there are at most `MAX_POINTS`; the newest is always among them."""
    stride = -(-len(loss_history) // MAX_POINTS) or 1
    return list(loss_history[::-stride][::-1])


def _loss_lines(shown: Sequence[LossRecord], k: int) -> list[Line]:
    return [
        (Sentence("content loss"), CONTENT, [record.content[k] for record in shown]),
        (Sentence("style loss"), STYLE, [record.style[k] for record in shown]),
        ("L", TOTAL, [record.total[k] for record in shown]),
    ]


def _layer_lines(shown: Sequence[LossRecord], k: int) -> list[Line]:
    if not shown:
        return []
    lines: list[Line] = []
    for i, layer in enumerate(shown[0].content_layers):
        values = [record.lambdas[k] * record.content_layers[layer][k] for record in shown]
        lines.append((Sentence("content {layer}", layer=layer), (CONTENT[0], ("solid", "dot", "dash")[i % 3]), values))
    for i, layer in enumerate(shown[0].style_layers):
        values = [(1 - record.lambdas[k]) * record.style_layers[layer][k] for record in shown]
        lines.append((Sentence("style {layer}", layer=layer), (STYLE_LAYERS[i % len(STYLE_LAYERS)], "dash"), values))
    return lines


def _apart(changes: Changes, steps: int) -> Changes:
    """Of changes that are close together, as one movement of a slider leaves them, only the last."""
    return [
        change
        for i, change in enumerate(changes)
        if i + 1 == len(changes) or changes[i + 1][0] - change[0] > LABEL_WIDTH * steps
    ]


def _mix(weights: Sequence[float]) -> str:
    """Weights as percent of their sum: "40 : 60"."""
    return " : ".join(f"{100 * weight / (sum(weights) or 1):.0f}" for weight in weights)


def _label(x: float, text: str, y: float = 1) -> dict[str, Any]:
    """Text beside a mark, from the top (1) to the bottom (0) of the chart."""
    edge = "top" if y else "bottom"
    return {"x": x, "y": y, "yref": "paper", "yanchor": edge, "xanchor": "left", "text": text, "showarrow": False}
