"""The settings of the pages that explain: what they take over from the Studio, and what is their own."""

from __future__ import annotations

from stylecore.config import TransferConfig
from stylecore.engine.feature_views import VIEW_SIZE
from stylecore.experiments.reconstruction import reconstruction_config
from stylecore.ui.widgets.settings import current_settings


def reconstruction_settings(size: int, steps: int) -> TransferConfig:
    """The Studio's settings with another size and number of steps.

    Args:
        size: longer side in pixels.
        steps: of each picture.

    Raises:
        UserError: naming the setting that makes no sense, and its range.
    """
    return reconstruction_config(current_settings(), size, steps)


def view_settings() -> TransferConfig:
    """Those of the Studio's settings that say how a layer sees a picture; λ, steps and the like do not matter.

    Raises:
        UserError: naming the setting that makes no sense, and its range.
    """
    config = current_settings()
    return TransferConfig(
        size=min(config.size, VIEW_SIZE),
        pooling=config.pooling,
        padding=config.padding,
        style_scale=config.style_scale,
        vgg_weights=config.vgg_weights,
    )
