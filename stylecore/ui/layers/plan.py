"""What Run computes on the page about layers: content and style, from noise, by one layer after another."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence

from stylecore.config import SETTINGS, Statistic, TransferConfig
from stylecore.engine.cost import Cost
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.errors import UserError
from stylecore.experiments.grid import Cell, cells_of, missing
from stylecore.experiments.reconstruction import content_of, style_up_to
from stylecore.imaging.inputs import pair
from stylecore.language import Sentence, _, counted
from stylecore.ui.layers.settings import reconstruction_settings
from stylecore.ui.layers.state import LayersState
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.progress import living_jobs
from stylecore.ui.widgets.run_panel import RunPlan

CONTENT = "content"
Requests = Mapping[tuple[str, str], Request]  # by row, `CONTENT` or a description of style, and layer


def row_label(row: str) -> Sentence:
    """The heading of a row, `CONTENT` or a description of style."""
    if row == CONTENT:
        return Sentence("Content")
    return Sentence("Style: {description}", description=SETTINGS["statistic"].labels[row])


def reconstruction_requests(
    layers: Sequence[str], descriptions: Sequence[Statistic], config: TransferConfig
) -> Requests:
    """A request for each picture of the grid, in the order in which they shall be computed.

    Args:
        layers: shallow to deep.
        descriptions: by each of which the style is painted again.
        config: size, steps, and everything else that is not about layers.
    """
    content, style = chosen_pair()
    inputs = pair(content.data, style.data, names=(content.name, style.name))
    requests = {}
    for layer in layers:
        by_row: dict[str, TransferConfig] = {CONTENT: content_of(layer, config)}
        by_row |= {name: dataclasses.replace(style_up_to(layer, config), statistic=name) for name in descriptions}
        for row, settings in by_row.items():
            requests[row, layer] = Request(inputs=inputs, config=settings, workspace="layers")
    return requests


def plan_reconstructions(engine: Engine, owner: str) -> RunPlan:
    """What Run would compute of the chosen pair with what the widgets say, or why it can't.

    Of more pictures than this server takes from one visitor it is those that come first.
    """
    state, (content, style) = LayersState(), chosen_pair()
    requests: Requests = {}
    todo: list[Request] = []
    now: list[Request] = []
    costs: tuple[Cost, ...] = ()
    problem = ""
    try:
        config = reconstruction_settings(state.size, state.steps)
        requests = reconstruction_requests(state.layers, state.descriptions, config)
        todo = [
            request
            for request in requests.values()
            if missing(request.config.lambdas, _cells_by_lambda(engine, owner, request))
        ]
        now = todo[: _room(engine, owner)]
        costs = tuple(engine.price(content.size, [style.size], request.config) for request in now)
    except UserError as error:
        problem = _(error.sentence)
    return RunPlan(
        label=_label(len(requests), len(todo), len(now), busy=bool(living_jobs(engine, owner, "layers"))),
        icon="layers",
        requests=tuple(now),
        costs=costs,
        problem=problem,
    )


def cells_by_request(engine: Engine, owner: str, requests: Requests) -> dict[tuple[str, str], Cell | None]:
    """What there is of each picture, also while it is being computed; None where there is nothing."""
    return {
        name: _cells_by_lambda(engine, owner, request).get(request.config.lambdas[0])
        for name, request in requests.items()
    }


def _cells_by_lambda(engine: Engine, owner: str, request: Request) -> dict[float, Cell]:
    jobs = [
        job for job in engine.jobs_like(owner, request) if not job.owner or job.request.workspace == request.workspace
    ]
    return cells_of(jobs, request)


def _room(engine: Engine, owner: str) -> int:
    """Runs that the visitor may have here beside those on other pages; 1 if there is no room, so that Run says why."""
    elsewhere = [job for job in engine.jobs_of(owner) if job.request.workspace != "layers" and not job.ended]
    return max(engine.limits.max_active - len(elsewhere), 1)


def _label(requests: int, todo: int, now: int, *, busy: bool) -> str:
    """What the button says.

    Args:
        requests: pictures of the grid.
        todo: those that are neither there nor on their way.
        now: those of them that a press of Run would begin.
        busy: whether any is being painted.
    """
    if not requests:
        return _("Choose a layer above")
    if not todo:
        return _("Painting …") if busy else _("All {count} are done", count=requests)
    if now < todo:
        part = counted("Run {now} of {count} reconstruction", "Run {now} of {count} reconstructions", todo, now=now)
        return _(part)
    return _(counted("Run {count} reconstruction", "Run {count} reconstructions", todo))
