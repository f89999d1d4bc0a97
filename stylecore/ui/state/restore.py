"""Which result the Studio shows; and the way back to the settings and pictures of a result or a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from stylecore.artifacts.recipe import InputDigest, Recipe, sha256
from stylecore.config import Postprocess, with_lambda
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.language import Sentence
from stylecore.samples import sample_names
from stylecore.ui.server import get_visitor_store
from stylecore.ui.state.chosen import choose_bytes, chosen, chosen_pair, chosen_styles, unchoose
from stylecore.ui.state.chosen_inputs import LEAVE
from stylecore.ui.state.mix import load_weights
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import ROLES, STYLES, WORDS, Role
from stylecore.ui.state.url import within
from stylecore.ui.state.visitor_store import SHOWN, Masks
from stylecore.ui.widgets.settings import load_settings

_CHANGED = {  # λ, and the mix of styles
    (True, False): Sentence("λ was changed while it was made: the settings are those that it began with."),
    (False, True): Sentence(
        "The mix of styles was changed while it was made: the settings are those that it began with."
    ),
    (True, True): Sentence(
        "λ and the mix of styles were changed while it was made: the settings are those that it began with."
    ),
}


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
    """Returns to a result: its picture and curves, its settings, its pictures with their weights and masks.

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
    inputs = job.request.inputs
    load_weights(list(chosen_styles()), job.style_weights)
    masks = {role: style.region for role, style in zip(STYLES, inputs.styles, strict=False)} | {LEAVE: inputs.leave}
    set_masks(owner, masks)


def set_masks(owner: str, masks: Masks) -> None:
    """Sets what is painted on the chosen photograph; empty masks are none."""
    content, _ = chosen_pair()
    get_visitor_store().set_masks(owner, content.word, {place: mask for place, mask in masks.items() if mask})


def choose_of_job(job: Job, role: Role) -> None:
    """Chooses a picture that a run was made from; only few were started from one, or have several styles.

    Raises:
        ImageError: if the run failed because that is no picture.
    """
    inputs = job.request.inputs
    if role == "init":
        if inputs.init:
            choose_bytes("init", Sentence("Start of result {number}", number=job.number), inputs.init.data)
        return
    images = dict(zip(STYLES, inputs.styles, strict=False)) | {"content": inputs.content}
    if role in images:
        choose_bytes(role, images[role].name, images[role].data)
    else:
        unchoose(role)


def restore_recipe(engine: Engine, owner: str, recipe: Recipe) -> list[str]:
    """Sets the page as it was when a picture was made: settings, pictures, weights and masks.

    Returns:
        A sentence on everything that could not be restored.
    """
    problems: list[str] = []
    load_settings(within(recipe.config, engine.limits, problems))
    unnamed: str = Sentence("From the recipe")
    at_hand = {digest: (unnamed, data) for digest, data in _samples_by_digest().items()}
    for job in engine.jobs_of(owner):
        files = (*job.request.inputs.files(), *job.snapshot.results)
        at_hand |= {sha256(data): (unnamed, data) for data in files}
    at_hand |= {sha256(own.data): (own.name, own.data) for own in get_visitor_store().own_sources(owner)}
    styles = dict(zip(STYLES, recipe.styles, strict=False))
    digests = {"content": recipe.content_sha256, "init": recipe.init_sha256}
    for role in ROLES:
        wanted = styles[role].sha256 if role in styles else digests.get(role, "")
        source = chosen(role)
        if not wanted and role in STYLES:
            unchoose(role)
        if not wanted or (source is not None and sha256(source.data) == wanted):
            continue
        if wanted in at_hand:
            choose_bytes(role, *at_hand[wanted])
        else:
            if role in STYLES[1:]:
                unchoose(role)
            problems.append(
                Sentence(
                    "Its {what} is not here: upload the same file to make the same picture again.", what=WORDS[role]
                )
            )
    problems += _restore_places(owner, recipe, styles)
    if recipe.changes or recipe.weight_changes:
        problems.append(_CHANGED[bool(recipe.changes), bool(recipe.weight_changes)])
    _State().postprocess_of_next = recipe.postprocess
    return problems


def _restore_places(owner: str, recipe: Recipe, styles: Mapping[Role, InputDigest]) -> list[str]:
    """Sets weights and masks as a recipe has them. Returns a sentence on what could not be restored."""
    load_weights(list(styles), [digest.weight for digest in styles.values()])
    wanted = {role: digest.region_sha256 for role, digest in styles.items()} | {LEAVE: recipe.leave_sha256}
    masks = {place: recipe.masks.get(digest, b"") for place, digest in wanted.items() if digest}
    content, _ = chosen_pair()
    if masks and sha256(content.data) != recipe.content_sha256:  # on another photograph they would mean nothing
        return [
            Sentence(
                "What was painted on its photograph comes back with it: upload that, then drop this picture again."
            )
        ]
    set_masks(owner, masks)
    problems: list[str] = []
    if not all(masks.values()):
        problems.append(
            Sentence("The file does not hold all of its masks: paint them anew to make the same picture again.")
        )
    if any(digest.mask_sha256 for digest in styles.values()):
        problems.append(Sentence("Only a part of a style picture was meant, which the command line alone can ask for."))
    return problems


def take_postprocess_of_next() -> Postprocess | None:
    """What the recipe that was restored last says is done to the next picture; it is said once."""
    state = _State()
    found, state.postprocess_of_next = state.postprocess_of_next, None
    return found


@cache
def _samples_by_digest() -> Mapping[str, bytes]:
    return {sha256(data): data for data in sample_names()}
