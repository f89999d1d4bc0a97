"""What a press of the Studio's Run would compute, and what it means for the run that is being computed."""

from __future__ import annotations

from stylecore.config import TransferConfig
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Request
from stylecore.errors import UserError
from stylecore.imaging.inputs import pair
from stylecore.transfer.records import Steering
from stylecore.ui.state.chosen import chosen, chosen_pair, tell_problems
from stylecore.ui.state.restore import show_newest, studio_jobs, take_postprocess_of_next
from stylecore.ui.state.sources import Source
from stylecore.ui.studio.postprocess_input import set_postprocess
from stylecore.ui.studio.state import pick_step
from stylecore.ui.widgets.run_panel import RunPlan
from stylecore.ui.widgets.settings import chosen_settings, chosen_weighting, current_settings


def plan_run(engine: Engine, owner: str) -> RunPlan:
    """What Run would compute of the chosen pair with the present settings, or why it can't."""
    pictures, settings = chosen_pair(), chosen_settings()
    busy = any(job.active for job in studio_jobs(engine, owner))
    label, problem = "Queue this run" if busy else "Run", settings.problem
    request, cost = None, None
    if settings.config is not None:
        try:
            request = _request(pictures, settings.config)
            cost = engine.price(pictures[0].size, pictures[1].size, settings.config)
        except UserError as error:
            problem = str(error)
    return RunPlan(
        workspace="studio",
        label=label,
        icon="brush",
        requests=(request,) if request and not problem else (),
        costs=(cost,) if cost else (),
        problem=problem,
    )


def chosen_request() -> Request:
    """What the widgets ask for.

    Raises:
        UserError: if they make no sense.
    """
    return _request(chosen_pair(), current_settings())


def run_started(jobs: list[Job]) -> None:
    """Shows the run that has just been started, with what a recipe says is done to its picture."""
    show_newest()
    tell_problems(())
    pick_step(jobs[0].id, None)
    if (recipes := take_postprocess_of_next()) is not None:
        set_postprocess(jobs[0].owner, jobs[0].id, recipes)


def steer(engine: Engine, owner: str) -> None:
    """Hands the λ of the slider to the picture that is on its way, if there is one that it can be handed to."""
    job = steered_job(engine, owner)
    if job is None:
        return
    try:
        engine.steer(job, Steering(lambdas=current_settings().lambdas))
    except UserError:  # other settings are half-written; below the Run button it says so
        return


def steered_job(engine: Engine, owner: str) -> Job | None:
    """The visitor's job that runs in the Studio, or is to run next, if its λ is on the same scale as the slider's."""
    living = [job for job in studio_jobs(engine, owner) if not job.ended]
    job = next((job for job in living if job.snapshot.status == "running"), next(iter(living), None))
    return job if job is not None and job.request.config.loss_weighting == chosen_weighting() else None


def is_steering(engine: Engine, owner: str) -> bool:
    """Whether a picture is being painted that follows the λ slider."""
    job = steered_job(engine, owner)
    return job is not None and job.snapshot.status == "running"


def _request(pictures: tuple[Source, Source], config: TransferConfig) -> Request:
    content, style = pictures
    start = b""
    if config.init == "image":
        init = chosen("init")
        if init is None:
            raise UserError("Choose the picture to start from, under Advanced.")
        start = init.data
    return Request(inputs=pair(content.data, style.data, start, (content.name, style.name)), config=config)
