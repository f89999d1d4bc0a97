"""Which result the Studio shows; and the way back to the settings and pictures of a result or a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from stylecore.artifacts.recipe import Recipe, sha256
from stylecore.config import Postprocess, with_lambda
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.server import get_visitor_store
from stylecore.ui.state.chosen import choose_bytes, chosen
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import ROLES, WORDS, Role
from stylecore.ui.state.url import within
from stylecore.ui.state.visitor_store import SHOWN
from stylecore.ui.widgets.settings import load_settings


class _State:
    """Of this tab.

    Attributes:
        job: id of the result that was clicked; empty for the newest.
        postprocess_of_next: what a recipe says is done to the picture of the next run.
    """

    prefix = "shown"
    job = SessionValue[str]("")
    postprocess_of_next = SessionValue[Postprocess | None](None)


def studio_jobs(engine: Engine, owner: str) -> list[Job]:
    """The visitor's runs of the Studio, oldest first; other pages show their own."""
    return [job for job in engine.jobs_of(owner) if job.request.workspace == "studio"]


def shown_job(engine: Engine, owner: str) -> Job | None:
    """The job whose picture the Studio shows: the one that was clicked, else the one that runs, else the newest."""
    if (job := engine.job(owner, _State().job)) is not None:
        return job
    jobs = studio_jobs(engine, owner)
    running = (job for job in jobs if job.snapshot.status == "running")
    return next(running, None) or next(reversed(jobs), None)


def shown_name() -> str:
    """The id of the job that was clicked; empty if the newest is shown."""
    return _State().job


def show_newest() -> None:
    """Lets the Studio show the job that runs, else the newest."""
    _State().job = ""


def restore_shown(owner: str) -> None:
    """Lets the Studio show what it showed before a reload."""
    _State().job = get_visitor_store().get(owner, SHOWN) or ""


def open_job(engine: Engine, owner: str, name: str) -> None:
    """Returns to a result: its picture and curves, its settings, its pair.

    Args:
        engine: of the server.
        owner: the visitor.
        name: id of the job; nothing happens if it is not the visitor's.
    """
    job = engine.job(owner, name)
    if job is None:
        return
    _State().job = name
    load_settings(within(with_lambda(job.request.config, job.lam), engine.limits, []))
    for role in ROLES:
        choose_of_job(job, role)


def choose_of_job(job: Job, role: Role) -> None:
    """Chooses a picture that a run was made from; only few were started from one.

    Raises:
        ImageError: if the run failed because that is no picture.
    """
    inputs = job.request.inputs
    if role == "init":
        if inputs.init:
            choose_bytes("init", f"Start of result {job.number}", inputs.init.data)
        return
    image = inputs.content if role == "content" else inputs.style
    choose_bytes(role, image.name, image.data)


def restore_recipe(engine: Engine, owner: str, recipe: Recipe) -> list[str]:
    """Sets the page as it was when a picture was made.

    Returns:
        A sentence on everything that could not be restored.
    """
    problems: list[str] = []
    load_settings(within(recipe.config, engine.limits, problems))
    at_hand = dict(_samples_by_digest())
    for job in engine.jobs_of(owner):
        files = (*job.request.inputs.files(), *job.snapshot.results)
        at_hand |= {sha256(data): data for data in files}
    digests = (recipe.content_sha256, recipe.style_sha256, recipe.init_sha256)
    for role, wanted in zip(ROLES, digests, strict=True):
        source = chosen(role)
        if not wanted or (source is not None and sha256(source.data) == wanted):
            continue
        if wanted in at_hand:
            choose_bytes(role, "From the recipe", at_hand[wanted])
        else:
            problems.append(f"Its {WORDS[role]} is not here: upload the same file to make the same picture again.")
    if recipe.changes:
        problems.append("λ was changed while it was made: the settings are those that it began with.")
    _State().postprocess_of_next = recipe.postprocess
    return problems


def take_postprocess_of_next() -> Postprocess | None:
    """What the recipe that was restored last says is done to the next picture; it is said once."""
    state = _State()
    found, state.postprocess_of_next = state.postprocess_of_next, None
    return found


@cache
def _samples_by_digest() -> Mapping[str, bytes]:
    files = [path.read_bytes() for path in (*sample_contents().values(), *sample_styles().values())]
    return {sha256(data): data for data in files}
