"""The losses of runs as a table: every step, all digits, every setting; pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from stylecore.charts.tables import Curve, Table
from stylecore.config import SETTINGS, TransferConfig
from stylecore.transfer.records import LossRecord

UNITS = {"size": "pixels"}  # of settings, said in the name of their column
MEANINGS = {
    "step": "updates of the picture so far; 0 is the picture that the run starts from",
    "lambda": "the λ of L = λ·L_content + (1 − λ)·L_style at this step, from 0 to 1",
    "content_loss": "L_content, not weighted by λ; a number without unit",
    "style_loss": "L_style, not weighted by λ; a number without unit",
    "total_loss": "L, smoothness included; a number without unit",
}


@dataclass(frozen=True, eq=False, slots=True)
class Run:
    """The losses of one picture.

    Attributes:
        config: its settings.
        loss_history: of every step so far, of its whole batch.
        k: index of the picture in that batch.
    """

    config: TransferConfig
    loss_history: Sequence[LossRecord]
    k: int


def loss_table(runs: Iterable[Run], *, newest: bool = False) -> Table:
    """The losses of some pictures, those of each layer as well.

    Args:
        runs: one for each picture.
        newest: whether only the newest step of each is wanted.
    """
    curves = []
    for run in runs:
        settings = {_with_unit(name): value for name, value in run.config.to_dict().items() if name != "lambdas"}
        history = run.loss_history[-1:] if newest else run.loss_history
        curves.append(Curve(settings, _columns(history, run.k)))
    helps = {_with_unit(name): declared.help for name, declared in SETTINGS.items() if name != "lambdas"}
    return Table(curves, MEANINGS | helps)


def _columns(history: Sequence[LossRecord], k: int) -> dict[str, list[float]]:
    columns: dict[str, list[float]] = {
        "step": [record.index for record in history],
        "lambda": [record.lambdas[k] for record in history],
        "content_loss": [record.content[k] for record in history],
        "style_loss": [record.style[k] for record in history],
        "total_loss": [record.total[k] for record in history],
    }
    if history:
        for i, _ in enumerate(history[0].style_weights):
            columns[f"style_weight_{i + 1}"] = [record.style_weights[i] for record in history]
        for layer in history[0].content_layers:
            columns[f"content_loss_{layer}"] = [record.content_layers[layer][k] for record in history]
        for layer in history[0].style_layers:
            columns[f"style_loss_{layer}"] = [record.style_layers[layer][k] for record in history]
    return columns


def _with_unit(name: str) -> str:
    return f"{name}_{UNITS[name]}" if name in UNITS else name
