"""What a press of the Studio's Run would compute, and what it means for the run that is being computed."""

from __future__ import annotations

import math
from functools import partial

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Request
from stylecore.errors import UserError
from stylecore.imaging.mask_files import guided_regions
from stylecore.language import _
from stylecore.transfer.records import Steering
from stylecore.ui.state.chosen import chosen_styles, tell_problems
from stylecore.ui.state.chosen_inputs import chosen_inputs
from stylecore.ui.state.restore import show_newest, shown_job, studio_jobs, take_postprocess_of_next
from stylecore.ui.studio.postprocess_input import set_postprocess
from stylecore.ui.studio.state import pick_step
from stylecore.ui.widgets.progress import living_jobs
from stylecore.ui.widgets.run_panel import RunPlan, start_plan
from stylecore.ui.widgets.settings import chosen_lambda, chosen_settings, chosen_weighting, current_settings


def plan_run(engine: Engine, owner: str) -> RunPlan:
    """What Run would compute of the chosen pictures with the present settings, or why it can't."""
    settings = chosen_settings()
    busy = any(job.active for job in studio_jobs(engine, owner))
    label, problem = _("Queue this run") if busy else _("Run"), settings.problem
    request, cost = None, None
    if settings.config is not None:
        try:
            pictures = chosen_inputs(settings.config)
            inputs = pictures.inputs()
            cost = engine.price(pictures.content.size, pictures.style_sizes, settings.config, guided_regions(inputs))
            request = Request(inputs=inputs, config=settings.config)
        except UserError as error:
            problem = error.sentence
    return RunPlan(
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
    config = current_settings()
    return Request(inputs=chosen_inputs(config).inputs(), config=config)


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
    if job is not None:
        hand_lambda(engine, job)


def hand_lambda(engine: Engine, job: Job) -> None:
    """Hands the λ of the slider to a job that it is on the scale of; nothing happens if that has ended."""
    engine.steer(job, Steering(lambdas=(chosen_lambda(),)))


def steer_mix(engine: Engine, owner: str) -> None:
    """Hands the weights of the styles to the picture that is on its way, if it is painted in these styles."""
    job = mixed_job(engine, owner)
    if job is None:
        return
    try:
        engine.steer(job, Steering(style_weights=chosen_inputs().inputs().style_weights))
    except UserError:  # no style of some place counts; below the Run button it says so
        return


def mixed_job(engine: Engine, owner: str) -> Job | None:
    """The visitor's living job in the Studio, if its styles are the chosen ones."""
    styles = [source.data for source in chosen_styles().values()]
    for job in studio_jobs(engine, owner):
        if not job.ended:
            return job if [style.data for style in job.request.inputs.styles] == styles else None
    return None


def steered_job(engine: Engine, owner: str) -> Job | None:
    """The visitor's job that runs in the Studio, or is to run next, if its λ is on the same scale as the slider's."""
    job = front_job(engine, owner)
    return job if job is not None and _same_scale(job) else None


def front_job(engine: Engine, owner: str) -> Job | None:
    """The visitor's job that runs in the Studio, or is to run next."""
    living = living_jobs(engine, owner, "studio")
    return next((job for job in living if job.snapshot.status == "running"), next(iter(living), None))


def other_lambda(job: Job) -> float | None:
    """The λ of the slider, if a job's picture has another one on the same scale; else None."""
    lam = chosen_lambda()
    return lam if _same_scale(job) and not math.isclose(lam, job.lam, rel_tol=1e-6) else None


def run_as_chosen(engine: Engine, owner: str) -> None:
    """What a press of Run does, wherever the button stands."""
    start_plan(engine, owner, partial(plan_run, engine, owner), beside=True, on_start=run_started)


def words_on_lambda(engine: Engine, owner: str) -> str:
    """What is said at the λ slider: that a picture follows it, or that the picture on the page has another λ."""
    job = steered_job(engine, owner)
    if job is not None and job.snapshot.status in ("queued", "running"):  # the page is not drawn anew as it begins
        return _(":primary[**● steering live**]")
    job = shown_job(engine, owner)
    if job is None or not job.snapshot.results or other_lambda(job) is None:
        return ""
    return _("**the picture: λ = {lam:.3g}**", lam=job.lam)


def _same_scale(job: Job) -> bool:
    return job.request.config.loss_weighting == chosen_weighting()
