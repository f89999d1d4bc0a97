"""Settings that paint a picture from noise by one layer alone: what that layer keeps (Gatys et al. 2015, Figure 1)."""

from __future__ import annotations

import dataclasses

from stylecore.config import TransferConfig
from stylecore.layers import GATYS_STYLE, LAYERS, LayerWeights

USUAL_SIZE, USUAL_STEPS = 160, 80  # smaller than the Studio's pictures, since there are many
SMOOTHNESS = 0.0005  # just enough against the checkerboard that the gradient of maximum pooling leaves


def reconstruction_config(config: TransferConfig, size: int, steps: int) -> TransferConfig:
    """Settings with another size and number of steps, and a trace of smoothness if they have none."""
    return dataclasses.replace(config, size=size, steps=steps, total_variation=config.total_variation or SMOOTHNESS)


def content_of(layer: str, config: TransferConfig) -> TransferConfig:
    """Settings that reconstruct the content picture from the features of one layer (Mahendran & Vedaldi 2014).

    Args:
        layer: one of `LAYERS`.
        config: size, steps, and everything else that is not about layers.
    """
    return dataclasses.replace(config, init="noise", lambdas=(1.0,), content_layers=((layer, 1.0),), style_layers=())


def style_up_to(layer: str, config: TransferConfig) -> TransferConfig:
    """Settings that reconstruct the style from `first_layers(layer)`.

    Args:
        layer: one of `LAYERS`.
        config: as for `content_of`.
    """
    return dataclasses.replace(
        config, init="noise", lambdas=(0.0,), content_layers=(), style_layers=first_layers(layer)
    )


def first_layers(layer: str) -> LayerWeights:
    """The first layer of every block before this layer, and this layer: the paper's Figure 1 describes style by these.

    Args:
        layer: one of `LAYERS`.

    Returns:
        Shallow to deep, each with weight 1.
    """
    before = [name for name, _ in GATYS_STYLE if LAYERS.index(name) < LAYERS.index(layer)]
    return tuple((name, 1.0) for name in (*before, layer))
