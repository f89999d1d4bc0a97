"""A visit: what the address asks for, what the visitor had before, and the address that gives it to others."""

from __future__ import annotations

import time
from collections import deque
from contextlib import suppress
from pathlib import Path

import streamlit as st

from stylecore.artifacts.recipe import Recipe, sha256
from stylecore.config import with_lambda
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.errors import UserError
from stylecore.imaging.images import ImageError
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.state.sources import OWN, ROLES, WORDS, Role
from stylecore.ui.state.url import from_query, to_query, within
from stylecore.ui.state.visitor_store import get_visitor_store
from stylecore.ui.widgets.picture_input import choose, choose_bytes, choose_sample, chosen, samples
from stylecore.ui.widgets.settings import current_settings, keep_settings, load_settings

STALE_ADDRESS_SECONDS = 3.0  # seconds for which a browser may still send an address that has been replaced
PLACES: dict[Role, str] = {"content": "content", "style": "style", "init": "start"}  # words of an address


def apply_query_params(engine: Engine, owner: str) -> bool:
    """Sets the page as its address says; a reload without settings in it finds the newest run's.

    Returns:
        Whether the address says something new, so that the page's own words in it count as well.
    """
    query = st.query_params.to_dict()
    first = "set_size" not in st.session_state
    if not first and (not query or query == st.session_state.get("address") or _late(query)):
        if st.session_state.get("came_from") != st.session_state.get("page"):
            keep_settings()
        return False
    if first:
        st.session_state.shown = get_visitor_store().noted(owner, "shown")
    job = shown_job(engine, owner) if first else None
    config, problems = from_query(query, engine.limits)
    if job is not None and not query:
        config = within(with_lambda(job.request.config, job.lam), engine.limits, problems)
    load_settings(config)
    for role in ROLES:
        _choose_as_asked(owner, role, query.get(PLACES[role], ""), job, problems, first=first)
    st.session_state.link_problems = problems
    return True


def _choose_as_asked(owner: str, role: Role, wanted: str, job: Job | None, problems: list[str], *, first: bool) -> None:
    """Chooses the picture that an address asks for, or what the visitor had before."""
    if wanted.split("-")[0] == OWN:
        source = get_visitor_store().find(owner, wanted.removeprefix(f"{OWN}-"))
        if source is not None:
            choose(role, source)
        else:
            problems.append(
                f"The link was made with a {WORDS[role]} of the sender's own, which no link can hold: choose yours."
            )
    elif wanted:
        if not choose_sample(role, wanted):
            known = ", ".join(samples(role))
            problems.append(f"There is no sample named {wanted!r:.60}; there are {known}.")
    elif first and (kept := get_visitor_store().get(owner, role)) is not None:
        choose(role, kept)
    elif job is not None:
        with suppress(ImageError):  # its run failed for the same reason
            _choose_of(job, role)


def write_query_params(owner: str, **more: str) -> None:
    """Writes what is set into the address, a link that shows others the same page; uploads are kept for a reload.

    Args:
        owner: the visitor.
        more: words of the page's own.
    """
    desk = get_visitor_store()
    for role in ROLES:
        if (source := chosen(role)) is not None:
            desk.put(owner, role, source)
    desk.note(owner, "shown", st.session_state.get("shown") or "")
    try:
        query = to_query(current_settings()) | more
    except UserError:  # half-written settings; the page says so where they are
        return
    for role in ROLES:
        source = chosen(role)
        if source is not None and (role != "init" or query.get("init") == "image"):
            query[PLACES[role]] = source.word
    if query != st.query_params.to_dict():
        st.query_params.from_dict(query)
    if query != st.session_state.get("address"):
        written: deque[tuple[float, dict[str, str]]] = st.session_state.setdefault("written", deque(maxlen=100))
        if "address" in st.session_state:
            written.append((time.monotonic(), st.session_state.address))
        st.session_state.address = query


def _late(query: dict[str, str]) -> bool:
    """Whether this is an address of a moment ago, sent before the browser had heard of the newest."""
    now = time.monotonic()
    return any(
        query == old and now - replaced < STALE_ADDRESS_SECONDS for replaced, old in st.session_state.get("written", ())
    )


def shown_job(engine: Engine, owner: str) -> Job | None:
    """The job whose picture the page shows: the one that was clicked, or the newest."""
    job = engine.job(owner, st.session_state.get("shown") or "")
    return job or next(reversed(studio_jobs(engine, owner)), None)


def studio_jobs(engine: Engine, owner: str) -> list[Job]:
    """The visitor's runs of the Studio, oldest first; other rooms show their own."""
    return [job for job in engine.jobs_of(owner) if job.request.workspace == "studio"]


def open_job(engine: Engine, owner: str, name: str) -> None:
    """Returns to a result: its picture and curves, its settings, its pair."""
    job = engine.job(owner, name)
    if job is None:
        return
    st.session_state.shown = name
    load_settings(within(with_lambda(job.request.config, job.lam), engine.limits, []))
    for role in ROLES:
        _choose_of(job, role)


def _choose_of(job: Job, role: Role) -> None:
    """Chooses a picture that a run was made from; only few were started from one."""
    request = job.request
    if role == "init":
        if request.inputs.init:
            choose_bytes("init", f"Start of result {job.number}", request.inputs.init.data)
        return
    image = request.inputs.content if role == "content" else request.inputs.style
    choose_bytes(role, image.name, image.data)


def restore_recipe(engine: Engine, owner: str, recipe: Recipe) -> list[str]:
    """Sets the page as it was when a picture was made.

    Returns:
        A sentence on everything that could not be restored.
    """
    problems: list[str] = []
    load_settings(within(recipe.config, engine.limits, problems))
    at_hand = {sha256(path.read_bytes()): path.read_bytes() for path in _sample_files()}
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
    st.session_state.postprocess_of_next = recipe.postprocess
    return problems


def use_result_as_content(job: Job, picture: bytes) -> None:
    """Makes a result the photograph of the next run."""
    choose_bytes("content", f"Result {job.number}", picture)


def swap_pair() -> None:
    """Exchanges photograph and style."""
    content, style = chosen("content"), chosen("style")
    if content is not None and style is not None:
        choose("content", style)
        choose("style", content)


def _sample_files() -> list[Path]:
    return [*sample_contents().values(), *sample_styles().values()]
