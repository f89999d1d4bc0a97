"""A visit: what the address asks for, what the visitor had before, and the address that gives it to others."""

from __future__ import annotations

import time
from collections import deque
from pathlib import Path

import streamlit as st

from stylecore.address import from_query, to_query, within
from stylecore.config import with_lambda
from stylecore.engine import Engine
from stylecore.images import ImageError
from stylecore.jobs import Job
from stylecore.recipe import Recipe, sha256
from stylecore.samples import sample_contents, sample_styles
from stylecore.ui.desk import get_desk
from stylecore.ui.pictures import Role, choose, choose_bytes, choose_sample, chosen, samples
from stylecore.ui.settings import current_settings, keep_settings, load_settings

LATE = 3.0  # seconds for which a browser may still send an address that has been replaced
PAIR: tuple[Role, Role] = ("content", "style")
OWN = "own"  # in an address: a picture that is no sample, and in no address


def arrive(engine: Engine, owner: str) -> None:
    """Sets the page as its address says; a reload without settings in it finds the newest run's."""
    query = st.query_params.to_dict()
    first = "set_size" not in st.session_state
    switched = st.session_state.get("came_from") != st.session_state.get("page")
    if not first and (query == st.session_state.get("address") or (switched and not query) or _late(query)):
        if switched:
            keep_settings()
        return
    job = next(reversed(studio_jobs(engine, owner)), None) if first else None
    config, problems = from_query(query, engine.limits)
    if job is not None and not query:
        config = within(with_lambda(job.request.config, job.lam), engine.limits, problems)
    load_settings(config)
    for i, role in enumerate(PAIR):
        if query.get(role) == OWN:
            source = get_desk().get(owner, role) or chosen(role)
            if source is not None and not source.sample:
                choose(role, source)
            else:
                word = "photograph" if role == "content" else "style picture"
                problems.append(f"The link was made with a {word} of the sender's own: choose yours in its place.")
        elif role in query:
            if not choose_sample(role, query[role]):
                known = ", ".join(samples(role))
                problems.append(f"There is no sample named {query[role]!r:.60}; there are {known}.")
        elif first and (kept := get_desk().get(owner, role)) is not None:
            choose(role, kept)
        elif job is not None:
            try:
                choose_bytes(role, job.request.names[i], (job.request.content, job.request.style)[i])
            except ImageError:  # its run failed for the same reason
                continue
    st.session_state.link_problems = problems


def keep_address(owner: str, **more: str) -> None:
    """Writes what is set into the address, a link that shows others the same page; uploads are kept for a reload.

    Args:
        owner: the visitor.
        more: words of the page's own.
    """
    for role in PAIR:
        if (source := chosen(role)) is not None:
            get_desk().put(owner, role, source)
    try:
        query = to_query(current_settings()) | more
    except ValueError:  # half-written settings; the page says so where they are
        return
    for role in PAIR:
        source = chosen(role)
        if source is not None:
            query[role] = source.name if source.sample else OWN
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
    return any(query == old and now - replaced < LATE for replaced, old in st.session_state.get("written", ()))


def shown_job(engine: Engine, owner: str) -> Job | None:
    """The job whose picture the page shows: the one that was clicked, or the newest."""
    job = engine.job(owner, st.session_state.get("shown") or "")
    return job or next(reversed(studio_jobs(engine, owner)), None)


def studio_jobs(engine: Engine, owner: str) -> list[Job]:
    """The visitor's runs of the Studio, oldest first; other rooms show their own."""
    return [job for job in engine.jobs_of(owner) if job.request.room == "studio"]


def open_job(engine: Engine, owner: str, name: str) -> None:
    """Returns to a result: its picture and curves, its settings, its pair."""
    job = engine.job(owner, name)
    if job is None:
        return
    st.session_state.shown = name
    load_settings(within(with_lambda(job.request.config, job.lam), engine.limits, []))
    for role, file_name, data in zip(PAIR, job.request.names, (job.request.content, job.request.style), strict=True):
        choose_bytes(role, file_name, data)


def restore_recipe(engine: Engine, owner: str, recipe: Recipe) -> list[str]:
    """Sets the page as it was when a picture was made.

    Returns:
        A sentence on everything that could not be restored.
    """
    problems: list[str] = []
    load_settings(within(recipe.config, engine.limits, problems))
    at_hand = {sha256(path.read_bytes()): path.read_bytes() for path in _sample_files()}
    for job in engine.jobs_of(owner):
        at_hand |= {sha256(data): data for data in (job.request.content, job.request.style)}
    for role, wanted in zip(PAIR, (recipe.content_sha256, recipe.style_sha256), strict=True):
        source = chosen(role)
        if source is not None and sha256(source.data) == wanted:
            continue
        if wanted in at_hand:
            choose_bytes(role, "From the recipe", at_hand[wanted])
        else:
            word = "photograph" if role == "content" else "style picture"
            problems.append(f"Its {word} is not here: upload the same file to make the same picture again.")
    if recipe.changes:
        problems.append("λ was changed while it was made: the settings are those that it began with.")
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
