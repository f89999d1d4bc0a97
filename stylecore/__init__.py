"""Neural style transfer after Gatys et al. 2015, for a dashboard, a command line and other programs.

The names below are imported when they are first used, since torch takes seconds to load and `import stylecore` needn't.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

from stylecore.version import __version__

if TYPE_CHECKING:
    from stylecore.api import StylizedImages, stylize_images
    from stylecore.config import TransferConfig
    from stylecore.transfer.stylize import stylize
    from stylecore.transfer.vgg import load_vgg16

__all__ = ["StylizedImages", "TransferConfig", "__version__", "load_vgg16", "stylize", "stylize_images"]

# torch's threads meet thousands of times a step. By default one that is early turns in a circle until the others come,
# and takes the processor from whoever has other work there: pages, a second visitor, those very others. Asleep it does
# not. OpenMP reads this once, when torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

_HOMES = {
    "StylizedImages": "stylecore.api",
    "TransferConfig": "stylecore.config",
    "load_vgg16": "stylecore.transfer.vgg",
    "stylize": "stylecore.transfer.stylize",
    "stylize_images": "stylecore.api",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401  # type checkers take the imports above instead
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
