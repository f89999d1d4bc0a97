"""The finished results that come with the package: which runs they are of, and how they are read."""

from __future__ import annotations

from dataclasses import dataclass

from stylecore.config import Statistic, TransferConfig
from stylecore.engine.jobs import Request
from stylecore.experiments.lambdas import DEFAULT_LAMBDAS
from stylecore.experiments.reconstruction import (
    USUAL_SIZE,
    USUAL_STEPS,
    content_of,
    reconstruction_config,
    style_up_to,
)
from stylecore.imaging.inputs import pair
from stylecore.layers import GATYS_STYLE
from stylecore.samples import sample_contents, sample_styles

SIZE = 320  # pixels of the longer side
FIRST_PAIR = "Chelsea", "Swirling night"
LOSSES = "losses.json"  # of all runs, beside their pictures
PREVIEW_QUALITY = 90  # of JPEG


@dataclass(frozen=True, slots=True)
class _Painted:
    """A picture of the gallery."""

    content: str
    style: str
    lam: float
    statistic: Statistic = "gram"


_GALLERY = (
    _Painted("Coffee", "Woodblock wave", 0.2),
    _Painted("Astronaut", "Stained glass", 0.3),
    _Painted("Rocket", "Gilded spirals", 0.2),
    _Painted("Chelsea", "Stone mosaic", 0.2, "covariance"),
    _Painted("Coffee", "Embroidery", 0.15),
    _Painted("Astronaut", "Watercolour garden", 0.2),
    _Painted("Rocket", "Sunset dots", 0.2, "moments"),
    _Painted("Chelsea", "Ink hatching", 0.3, "sliced"),
    _Painted("Coffee", "Circles and lines", 0.2, "wasserstein"),
    _Painted("Astronaut", "Pop halftone", 0.3, "gram+moments"),
    _Painted("Rocket", "Marbled ink", 0.15),
    _Painted("Chelsea", "Linocut birches", 0.25),
)


def finished_requests() -> dict[str, Request]:
    """The run of each finished result, by the name of its files: the λ lab's, the gallery's, those of the layers."""
    content, style = FIRST_PAIR
    requests = {"lab": _request(content, style, TransferConfig(size=SIZE, lambdas=DEFAULT_LAMBDAS))}
    for painted in _GALLERY:
        config = TransferConfig(size=SIZE, lambdas=(painted.lam,), statistic=painted.statistic)
        name = f"{painted.content}-{painted.style}".lower().replace(" ", "_")
        requests[name] = _request(painted.content, painted.style, config)
    usual = reconstruction_config(TransferConfig(), USUAL_SIZE, USUAL_STEPS)
    for layer, _ in GATYS_STYLE:
        requests[f"content-{layer}"] = _request(content, style, content_of(layer, usual))
        requests[f"style-{layer}"] = _request(content, style, style_up_to(layer, usual))
    return requests


def file_name(name: str, place: int) -> str:
    """The name of a picture's file.

    Args:
        name: of its run.
        place: index of its λ in the run.
    """
    return f"{name}-{place}.webp"


def _request(content: str, style: str, config: TransferConfig) -> Request:
    files = sample_contents()[content].read_bytes(), sample_styles()[style].read_bytes()
    return Request(inputs=pair(*files, names=(content, style)), config=config)
