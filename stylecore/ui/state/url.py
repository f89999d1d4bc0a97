"""Settings ↔ the query of a page's address, so that a link reproduces the page; pure."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from stylecore.config import LAYERS, LayerWeights, TransferConfig, with_lambda
from stylecore.engine.limits import Limits

_TEXTS = frozenset(
    {
        "optimizer", "init", "weights", "statistic", "pooling", "padding", "coarse_to_fine", "network",
        "content_layers", "style_layers", "lambdas",
    }
)  # fmt: skip
_FLOATS = frozenset({"style_scale", "total_variation", "learning_rate", "learning_rate_decay"})
_NAMES = {field.name: "lam" if field.name == "lambdas" else field.name for field in dataclasses.fields(TransferConfig)}


def to_query(config: TransferConfig) -> dict[str, str]:
    """The settings that differ from the defaults, as words of an address."""
    query = {}
    for name, word in _NAMES.items():
        value, default = getattr(config, name), getattr(TransferConfig(), name)
        if value != default:
            query[word] = _write(value)
    return query


def from_query(query: Mapping[str, str], limits: Limits) -> tuple[TransferConfig, list[str]]:
    """The settings that an address asks for, checked as if a stranger wrote it.

    Args:
        query: words of the address; those that are no settings are passed over.
        limits: what this server allows.

    Returns:
        The settings, with the default in place of what can't be used; and a sentence on each such value.
    """
    problems: list[str] = []
    config = within(TransferConfig(), limits, [])  # who asks for nothing need not hear of a small server's limits
    for name, word in _NAMES.items():
        if word not in query:
            continue
        try:
            config = TransferConfig.from_dict({**config.to_dict(), name: _read(name, query[word])})
        except ValueError as error:
            problems.append(f"The link has a value that can't be used: {error!s:.200}. The usual one is set instead.")
    return within(config, limits, problems), problems


def within(config: TransferConfig, limits: Limits, problems: list[str]) -> TransferConfig:
    """Settings within a server's limits; what had to be changed is added to `problems`, a sentence each."""
    for name, most in (("size", limits.max_size), ("steps", limits.max_steps)):
        if (value := getattr(config, name)) > most:
            problems.append(f"This server's limit for {name} is {most}: it is set in place of {value}.")
            config = TransferConfig.from_dict({**config.to_dict(), name: most})
    if len(config.lambdas) > 1:
        config = with_lambda(config, config.lambdas[0])
    return config


def layers_to_text(layers: LayerWeights) -> str:
    """Layers with their weights as people write them: `relu1_1 relu2_1:0.8`; a weight of 1 is left out."""
    return " ".join(layer if weight == 1 else f"{layer}:{weight:g}" for layer, weight in layers)


def layers_from_text(text: str) -> LayerWeights:
    """Layers with weights out of `relu1_1 relu2_1:0.8`, or with commas between them.

    Raises:
        ValueError: for a weight that is no number; names and ranges are for `TransferConfig` to check.
    """
    layers = []
    for word in text.replace(",", " ").split():
        layer, _, weight = word.partition(":")
        layers.append(
            (layer, _number(weight, f"the weight of {layer if layer in LAYERS else 'a layer'}") if weight else 1.0)
        )
    return tuple(layers)


def _write(value: Any) -> str:  # noqa: ANN401  # any setting
    if isinstance(value, tuple):
        return layers_to_text(value) if not value or isinstance(value[0], tuple) else f"{value[0]:.6g}"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _read(name: str, text: str) -> Any:  # noqa: ANN401  # any setting
    if name == "lambdas":
        return (_number(text, "λ"),)
    if name.endswith("_layers"):
        return layers_from_text(text)
    if name in _TEXTS:
        return text
    if name in _FLOATS:
        return _number(text, name)
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number, not {text!r:.40}") from None


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r:.40}") from None
