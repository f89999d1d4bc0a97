"""What a layer keeps of a picture: settings that paint it from noise, by that layer alone (Gatys 2015, figure 1)."""

from __future__ import annotations

import dataclasses

from stylecore.config import TransferConfig
from stylecore.layers import GATYS_STYLE, LAYERS, LayerWeights


def content_of(layer: str, config: TransferConfig) -> TransferConfig:
    """Settings that reconstruct the content picture from one layer's features (Mahendran & Vedaldi 2014).

    Args:
        layer: of `config.LAYERS`.
        config: size, steps and all else that is no matter of layers.
    """
    return _from_noise(config, lambdas=(1.0,), content_layers=((layer, 1.0),), style_layers=())


def style_up_to(layer: str, config: TransferConfig) -> TransferConfig:
    """Settings that reconstruct the style picture's style from the first layers up to this one.

    Args:
        layer: of `config.LAYERS`.
        config: as for `content_of`.
    """
    return _from_noise(config, lambdas=(0.0,), content_layers=(), style_layers=first_layers(layer))


def first_layers(layer: str) -> LayerWeights:
    """The first layer of every block before this one, and this one: what the paper's Figure 1 describes style by."""
    before = [name for name, _ in GATYS_STYLE if LAYERS.index(name) < LAYERS.index(layer)]
    return tuple((name, 1.0) for name in (*before, layer))


def _from_noise(config: TransferConfig, **kind: object) -> TransferConfig:
    return dataclasses.replace(config, init="noise", **kind)  # type: ignore[arg-type]  # settings by name
