"""What Run computes on the page about layers: content and style, from noise, by one layer after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from stylecore.config import TransferConfig
from stylecore.engine.cost import Cost
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.errors import UserError
from stylecore.experiments.grid import Cell, cells_of, missing
from stylecore.experiments.reconstruction import content_of, style_up_to
from stylecore.imaging.inputs import pair
from stylecore.ui.layers.settings import reconstruction_settings
from stylecore.ui.layers.state import LayersState
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.progress import living_jobs
from stylecore.ui.widgets.run_panel import RunPlan

CONTENT, STYLE = "Content", "Style"
Requests = Mapping[tuple[str, str], Request]  # by row, `CONTENT` or `STYLE`, and layer


def reconstruction_requests(layers: Sequence[str], config: TransferConfig) -> Requests:
    """A request for each picture of the grid, in the order in which they shall be computed.

    Args:
        layers: shallow to deep.
        config: size, steps, and everything else that is not about layers.
    """
    content, style = chosen_pair()
    inputs = pair(content.data, style.data, names=(content.name, style.name))
    return {
        (row, layer): Request(inputs=inputs, config=settings(layer, config), workspace="layers")
        for layer in layers
        for row, settings in ((CONTENT, content_of), (STYLE, style_up_to))
    }


def plan_reconstructions(engine: Engine, owner: str) -> RunPlan:
    """What Run would compute of the chosen pair with what the widgets say, or why it can't."""
    state, (content, style) = LayersState(), chosen_pair()
    requests: Requests = {}
    todo: list[Request] = []
    costs: tuple[Cost, ...] = ()
    problem = ""
    try:
        requests = reconstruction_requests(state.layers, reconstruction_settings(state.size, state.steps))
        todo = [
            request
            for request in requests.values()
            if missing(request.config.lambdas, _cells_by_lambda(engine, owner, request))
        ]
        costs = tuple(engine.price(content.size, style.size, request.config) for request in todo)
    except UserError as error:
        problem = str(error)
    return RunPlan(
        workspace="layers",
        label=_label(requests=len(requests), todo=len(todo), busy=bool(living_jobs(engine, owner, "layers"))),
        icon="layers",
        requests=tuple(todo),
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
    jobs = [job for job in engine.jobs_of(owner) if job.request.workspace == request.workspace]
    return cells_of(jobs, request)


def _label(*, requests: int, todo: int, busy: bool) -> str:
    if not requests:
        return "Choose a layer above"
    if not todo:
        return "On their way" if busy else "Everything is there"
    return f"Run {todo} reconstruction{'s' * (todo != 1)}"
