"""What can be the second axis of a grid of pictures: a setting, or the mix of two styles; and its values; pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from stylecore.config import PRESETS, SETTINGS, TransferConfig
from stylecore.language import Sentence, counted
from stylecore.layers import GATYS_STYLE, LAYERS, LayerWeights

STROKE_SIZES = (0.5, 1.0, 1.5, 2.0)  # size of the style picture relative to the result
STEP_COUNTS = (20, 40, 80, 120, 200)
USUAL_CONTENT_LAYERS = ("relu1_1", "relu2_2", "relu3_3", "relu4_2", "relu5_2")  # one of each block
MEASURES = ("statistic", "style_layers", "content_layers", "style_scale", "pooling")  # parts of the losses' definition
USUAL_ROWS = 6  # of the other axes
MIX = "mix"  # the axis that is no setting
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)  # of the second of two styles


@dataclass(frozen=True, slots=True)
class Axis:
    """A setting, or the mix of two styles, that can be the second axis of the grid.

    Attributes:
        setting: the name of the setting; empty for the mix, whose values are the shares of the second style.
        label: what the interface calls the axis.
        values: each by its own name in the interface, which is a `Sentence` if it has words; links have it in English.
        usual: names of those that are compared at first.
        measures: whether losses depend on the setting by their definition, so that each row has its own.
    """

    setting: str
    label: str
    values: Mapping[str, object]
    usual: tuple[str, ...]
    measures: bool


def along(config: TransferConfig, axis: str, value: str) -> TransferConfig:
    """The settings of one row.

    Args:
        config: the settings that all rows share.
        axis: one of `AXES`; the mix changes no setting.
        value: name of one of its values.
    """
    if axis == MIX:
        return config
    return TransferConfig.from_dict({**config.to_dict(), AXES[axis].setting: AXES[axis].values[value]})


def weights_along(axis: str, value: str) -> tuple[float, float] | None:
    """The weights of two styles in one row of the axis `MIX`; None for all other axes."""
    share = AXES[axis].values[value]
    return (1 - share, share) if axis == MIX and isinstance(share, float) else None


def _axis(setting: str, values: Mapping[Any, object], usual: Iterable[str] = (), label: str = "") -> Axis:
    first = tuple(usual) or tuple(values)[:USUAL_ROWS]
    return Axis(setting, label or SETTINGS[setting].label, values, first, setting in MEASURES)


def _choices(setting: str, *, without: str = "") -> Axis:
    """All values of a choice but one that stands for another of them, or needs more than a setting."""
    labels = SETTINGS[setting].labels
    return _axis(setting, {label: value for value, label in labels.items() if value != without})


def _weighted(*weights: float) -> LayerWeights:
    """Gatys' five layers with these weights, shallow to deep."""
    return tuple((layer, weight) for (layer, _), weight in zip(GATYS_STYLE, weights, strict=True))


_WEIGHTS = {
    Sentence("all alike"): GATYS_STYLE,
    Sentence("falling, as in the lecture's notebook"): PRESETS["notebook"].style_layers,
    Sentence("rising"): _weighted(0.1, 0.3, 0.5, 0.8, 1.0),
    Sentence("the middle most"): _weighted(0.25, 0.5, 1.0, 0.5, 0.25),
    Sentence("both ends most"): _weighted(1.0, 0.5, 0.25, 0.5, 1.0),
}

_MIXES: dict[str, object] = {Sentence("style 2: {share:.0%}", share=share): share for share in SHARES}

AXES: Mapping[str, Axis] = {
    "statistic": _choices("statistic"),
    MIX: Axis("", Sentence("Mix of two styles"), _MIXES, tuple(_MIXES), measures=True),
    "optimizer": _choices("optimizer"),
    "style_layers": _axis(
        "style_layers",
        {Sentence("up to {layer}", layer=layer): GATYS_STYLE[: i + 1] for i, (layer, _) in enumerate(GATYS_STYLE)},
    ),
    "style_weights": _axis("style_layers", _WEIGHTS, label=Sentence("Weights of the style layers")),
    "content_layers": _axis(
        "content_layers", {layer: ((layer, 1.0),) for layer in LAYERS}, USUAL_CONTENT_LAYERS, Sentence("Content layer")
    ),
    "init": _choices("init", without="image"),
    "style_scale": _axis("style_scale", {Sentence("stroke × {scale:g}", scale=scale): scale for scale in STROKE_SIZES}),
    "steps": _axis("steps", {counted("{count} step", "{count} steps", count): count for count in STEP_COUNTS}),
    "pooling": _choices("pooling"),
    "precision": _choices("precision", without="auto"),
}
