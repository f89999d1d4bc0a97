"""The finished results that come with the package: which runs they are of, and how they are read."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from stylecore.artifacts.recipe import CHUNK, read_recipe
from stylecore.config import Statistic, TransferConfig
from stylecore.engine.jobs import Job, Request, Snapshot, Workspace
from stylecore.experiments.grid import Cell, same_but_lambda
from stylecore.experiments.lambdas import DEFAULT_LAMBDAS
from stylecore.experiments.reconstruction import (
    USUAL_SIZE,
    USUAL_STEPS,
    content_of,
    reconstruction_config,
    style_up_to,
)
from stylecore.imaging.images import encode_jpeg
from stylecore.imaging.inputs import pair
from stylecore.imaging.output_formats import encode
from stylecore.layers import GATYS_STYLE
from stylecore.samples import finished_folder, sample_bytes, sample_contents, sample_names, sample_styles
from stylecore.transfer.records import LossRecord

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
    requests = {"lab": _request(content, style, TransferConfig(size=SIZE, lambdas=DEFAULT_LAMBDAS), "lab")}
    for painted in _GALLERY:
        config = TransferConfig(size=SIZE, lambdas=(painted.lam,), statistic=painted.statistic)
        name = f"{painted.content}-{painted.style}".lower().replace(" ", "_")
        requests[name] = _request(painted.content, painted.style, config, "studio")
    usual = reconstruction_config(TransferConfig(), USUAL_SIZE, USUAL_STEPS)
    for layer, _ in GATYS_STYLE:
        requests[f"content-{layer}"] = _request(content, style, content_of(layer, usual), "layers")
        requests[f"style-{layer}"] = _request(content, style, style_up_to(layer, usual), "layers")
    return requests


def file_name(name: str, place: int) -> str:
    """The name of a picture's file.

    Args:
        name: of its run.
        place: index of its λ in the run.
    """
    return f"{name}-{place}.webp"


@cache
def finished_jobs() -> tuple[Job, ...]:
    """All finished results as jobs that have ended, nobody's own.

    A picture is as it was painted up to what WebP loses; its losses are those of some steps.
    """
    losses = json.loads((finished_folder() / LOSSES).read_text(encoding="utf-8"))
    return tuple(_job(name, request, losses[name]) for name, request in finished_requests().items())


def examples_like(request: Request) -> list[Job]:
    """Finished results of the same files with the same settings, apart from λ, size and steps."""

    def is_like(job: Job) -> bool:
        config = dataclasses.replace(request.config, size=job.request.config.size, steps=job.request.config.steps)
        return same_but_lambda(job.request, dataclasses.replace(request, config=config))

    return [job for job in finished_jobs() if is_like(job)]


def gallery_cells() -> list[Cell]:
    """The results that a gallery shows: of every pair one."""
    found = {job.id: job for job in finished_jobs() if job.request.workspace != "layers"}
    lab = found.pop("sample-lab")
    first = DEFAULT_LAMBDAS.index(TransferConfig().lambdas[0])
    return [Cell(DEFAULT_LAMBDAS[first], lab, first), *(Cell(job.lam, job, 0) for job in found.values())]


def _job(name: str, request: Request, losses: list[dict[str, Any]]) -> Job:
    results, previews = [], []
    for place in range(len(request.config.lambdas)):
        path = finished_folder() / file_name(name, place)
        with Image.open(path) as image:
            picture = image.convert("RGB")
        results.append(encode(picture, "png", CHUNK, read_recipe(path.read_bytes()).to_json()))
        previews.append(encode_jpeg(picture, PREVIEW_QUALITY))
    steps = request.config.steps
    snapshot = Snapshot(
        status="finished",
        steps=steps,
        loss_history=tuple(map(_record, losses)),
        previews=tuple(previews),
        results=tuple(results),
        sizes=((0, picture.size),),
    )
    return Job(
        id=f"sample-{name}",
        owner="",
        number=0,
        request=request,
        cost=None,
        snapshot=snapshot,
        seen=0.0,
        size=picture.size,
    )


def _record(values: dict[str, Any]) -> LossRecord:
    lambdas, content, style, total = (tuple(values[name]) for name in ("lambdas", "content", "style", "total"))
    content_layers, style_layers = (
        {layer: tuple(of) for layer, of in values[name].items()} for name in ("content_layers", "style_layers")
    )
    return LossRecord(values["index"], lambdas, content, style, total, content_layers, style_layers)


def _request(content: str, style: str, config: TransferConfig, workspace: Workspace) -> Request:
    files = sample_bytes(sample_contents()[content]), sample_bytes(sample_styles()[style])
    names = sample_names()[files[0]], sample_names()[files[1]]
    return Request(inputs=pair(*files, names=names), config=config, workspace=workspace)
