"""What Run computes in the λ lab: the pictures of the grid that are not there yet, in batches that fit the memory."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from stylecore.config import TransferConfig, with_lambda
from stylecore.engine.cost import Cost, Size, cost_of, fitting_cost
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.errors import SettingError, UserError
from stylecore.experiments.axes import MIX, along, weights_along
from stylecore.experiments.grid import Cell, batches, cells_of, missing
from stylecore.imaging.mask_files import guided_regions
from stylecore.language import _, counted
from stylecore.ui.lab.grid_choice import GridChoice
from stylecore.ui.lab.state import NO_AXIS, LabState
from stylecore.ui.state.chosen_inputs import chosen_inputs
from stylecore.ui.widgets.run_panel import RunPlan
from stylecore.ui.widgets.settings import current_settings

MEMORY_SHARE = 0.7  # of the free memory, that one batch may take


def plan_lab(engine: Engine, owner: str) -> RunPlan:
    """What Run would compute of the chosen pair with what the widgets say, or why it can't."""
    todo: list[tuple[Request, Cost]] = []
    label, problem = _("Run"), ""
    try:
        grid, lambdas = chosen_grid(), _lambdas_to_compute()
        requests = [grid.request(row) for row in grid.rows]
        pictures = grid.pictures
        todo = missing_batches(engine, owner, requests, lambdas, pictures.content.size, pictures.style_sizes)
        label = _label(len(requests) * len(lambdas), _finished(engine, owner, requests, lambdas), todo)
    except UserError as error:
        problem = _(error.sentence)
    return RunPlan(
        label=label,
        icon="compare",
        requests=tuple(request for request, _cost in todo),
        costs=tuple(cost for _request, cost in todo),
        problem=problem,
    )


def chosen_grid() -> GridChoice:
    """What the widgets say: the rows, and the chosen pictures.

    Raises:
        UserError: if the settings make no sense, or a row, a picture to start from or a second style is missing.
    """
    state, config = LabState(), current_settings()
    rows = {"": config}
    if state.axis != NO_AXIS:
        rows = {row: along(config, state.axis, row) for row in state.chosen_rows()}
    if not rows:
        raise SettingError("Choose at least one row.")
    pictures = chosen_inputs(*rows.values())
    weights = {}
    if state.axis == MIX:
        if len(pictures.styles) != 2 or len(pictures.inputs().regions) != 1:
            raise SettingError("For this axis choose two styles, and let both paint the same place.")
        weights = {row: mix for row in rows if (mix := weights_along(MIX, row)) is not None}
    return GridChoice(rows, pictures, weights)


def missing_batches(
    engine: Engine,
    owner: str,
    requests: Sequence[Request],
    lambdas: Sequence[float],
    content_size: Size,
    style_sizes: Sequence[Size],
) -> list[tuple[Request, Cost]]:
    """The pictures that are neither finished nor being computed, in as few batches as fit the memory of the device.

    Args:
        engine: of the server; its memory is that of the device that computes.
        owner: the visitor.
        requests: of each row; their own λ do not matter.
        lambdas: to compute of each row.
        content_size: width and height of the content file, in pixels.
        style_sizes: width and height of each style file, in pixels.

    Returns:
        A request for each batch with its cost, row by row.

    Raises:
        UserError: if a picture is too narrow for the layers.
    """
    memory = int(MEMORY_SHARE * engine.free_memory())
    found: list[tuple[Request, Cost]] = []
    for request in requests:
        # A batch is made smaller before pictures that would fit alone are taken in tiles.
        alone = with_lambda(request.config, 0.5)
        regions = guided_regions(request.inputs)
        tile = fitting_cost([content_size], style_sizes, alone, engine.device, memory, regions).tile

        def cost(
            batch: tuple[float, ...],
            config: TransferConfig = request.config,
            tile: int | None = tile,
            regions: int = regions,
        ) -> Cost:
            batched = dataclasses.replace(config, lambdas=batch)
            return cost_of([content_size], style_sizes, batched, engine.device, tile, regions)

        wanted = missing(lambdas, cells_of(engine.jobs_like(owner, request), request))
        for batch in batches(wanted, cost, memory, engine.limits.max_lambdas):
            config = dataclasses.replace(request.config, lambdas=batch)
            found.append((dataclasses.replace(request, config=config), cost(batch)))
    return found


def _lambdas_to_compute() -> tuple[float, ...]:
    """The chosen λ; none while the choice makes no sense, which is told beside the widgets."""
    try:
        return LabState().chosen_lambdas()
    except UserError:
        return ()


def _finished(engine: Engine, owner: str, requests: Sequence[Request], lambdas: Sequence[float]) -> int:
    """How many of the wanted pictures are finished."""
    rows = [cells_of(engine.jobs_like(owner, request), request) for request in requests]
    return sum(lam in cells and _is_finished(cells[lam]) for cells in rows for lam in lambdas)


def _is_finished(cell: Cell) -> bool:
    return cell.job.snapshot.status == "finished"


def _label(wanted: int, finished: int, todo: Sequence[tuple[Request, Cost]]) -> str:
    """What the button says.

    Args:
        wanted: pictures of the whole grid.
        finished: of them.
        todo: batches of those that are neither finished nor being computed.
    """
    missing = sum(len(request.config.lambdas) for request, _cost in todo)
    if not wanted:
        return _("Run")
    if missing == wanted:
        return _(counted("Run {count} picture", "Run {count} pictures", wanted))
    if missing:
        part = counted(
            "Run the missing {missing} of {count} picture",
            "Run the missing {missing} of {count} pictures",
            wanted,
            missing=missing,
        )
        return _(part)
    if finished == wanted:
        return _("All {count} are done", count=wanted)
    done = counted(
        "{finished} of {count} picture are done", "{finished} of {count} pictures are done", wanted, finished=finished
    )
    return _(done)
