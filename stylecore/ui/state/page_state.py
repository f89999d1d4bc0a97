"""The address of a page: what it asks for on arrival, and how it is written so that it gives others the same page."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress

import streamlit as st

from stylecore.config import with_lambda
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.errors import ImageError
from stylecore.language import Sentence
from stylecore.ui.server import get_visitor_store
from stylecore.ui.state.chosen import (
    choose,
    choose_sample,
    chosen,
    chosen_styles,
    remember,
    tell_problems,
    unchoose,
)
from stylecore.ui.state.language import LANG, language_of_links
from stylecore.ui.state.mix import USUAL_WEIGHT, load_weights, weight_of, weights_from_text, weights_to_text
from stylecore.ui.state.restore import choose_of_job, restore_shown, shown_job, shown_name
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.sources import OWN, ROLES, STYLES, WORDS, Role, samples
from stylecore.ui.state.url import from_query, says_settings, to_query, within
from stylecore.ui.state.visitor_store import SHOWN
from stylecore.ui.visitors import outlived_server
from stylecore.ui.widgets.settings import chosen_settings, keep_settings, load_settings, settings_loaded

STALE_ADDRESS_SECONDS = 3.0  # how long a browser may still send an address that has been replaced
KEPT_ADDRESSES = 100  # that have been replaced, of one tab
PARAMETERS: dict[Role, str] = {"content": "content", **dict(zip(STYLES, STYLES, strict=True)), "init": "start"}
WEIGHTS = "mix"  # the weights of several styles, in an address

Address = Mapping[str, str]


class _State:
    """Of this tab.

    Attributes:
        title: of the page that is open.
        previous: title of the page of the run before.
        address: that was written last; at first the one that the page was opened with.
        just_opened: whether nothing can have been changed since the address was read.
        replaced: addresses of before, each with the time when it was replaced.
    """

    prefix = "page"
    title = SessionValue[str]("")
    previous = SessionValue[str]("")
    address = SessionValue[Address | None](None)
    just_opened = SessionValue[bool](False)
    replaced = SessionValue[Sequence[tuple[float, Address]]](())


def page_opened(title: str) -> None:
    """Notes which page runs now."""
    state = _State()
    state.previous = state.title
    state.title = title


def page_changed() -> bool:
    """Whether this is the first run of a page that has just been opened from another one."""
    return _State().previous != _State().title


def apply_query_params(engine: Engine, owner: str) -> bool:
    """Sets the page as its address says; a reload without settings in the address finds those of the newest run.

    Returns:
        Whether the address says something new, so that the page's own parameters count as well.
    """
    state, query = _State(), _asked()
    first = not settings_loaded()
    state.just_opened = first
    if not first and (not query or query == state.address or _is_stale(query)):
        if page_changed():
            keep_settings()
        return False
    if first:
        restore_shown(owner)
        state.address = query
    job = shown_job(engine, owner) if first else None
    config, problems = from_query(query, engine.limits)
    if job is None and not says_settings(query):
        config = dataclasses.replace(config, size=engine.usual_size)
    if job is not None and not query:
        config = within(with_lambda(job.request.config, job.lam), engine.limits, problems)
    load_settings(config)
    for role in ROLES:
        wanted = query.get(PARAMETERS[role], "")
        if query and not wanted and role in STYLES[1:]:
            unchoose(role)  # an address with settings names all styles
        else:
            _choose_as_asked(owner, role, wanted, job, problems, first=first)
    _weigh_as_asked(query.get(WEIGHTS, ""), job, problems)
    tell_problems(problems)
    return True


def _asked() -> Address:
    """What the address asks for, apart from the language, which is settled by then."""
    return {name: value for name, value in st.query_params.to_dict().items() if name != LANG}


def _choose_as_asked(owner: str, role: Role, wanted: str, job: Job | None, problems: list[str], *, first: bool) -> None:
    """Chooses the picture that an address asks for, or what the visitor had before."""
    if wanted.split("-")[0] == OWN:
        source = get_visitor_store().find_source(owner, wanted.removeprefix(f"{OWN}-"))
        if source is not None:
            choose(role, source)
        elif outlived_server():
            problems.append(
                Sentence(
                    "This server was restarted, and your {what} was only in its memory: choose it again.",
                    what=WORDS[role],
                )
            )
        else:
            problems.append(
                Sentence(
                    "This link used the sender's own {what}, which can't be shared. Here is a sample; upload yours.",
                    what=WORDS[role],
                )
            )
    elif wanted:
        if not choose_sample(role, wanted):
            known = ", ".join(samples(role))
            problems.append(
                Sentence("There is no sample named {wanted!r:.60}; there are {known}.", wanted=wanted, known=known)
            )
    elif first and (kept := get_visitor_store().get_source(owner, role)) is not None:
        choose(role, kept)
    elif job is not None:
        with suppress(ImageError):  # its run failed for the same reason
            choose_of_job(job, role)


def _weigh_as_asked(wanted: str, job: Job | None, problems: list[str]) -> None:
    """Sets the weights of the chosen styles that an address asks for, or those of the run that it is about."""
    styles = list(chosen_styles())
    weights = weights_from_text(wanted, len(styles)) if wanted else None
    if wanted and weights is None:
        problems.append(
            Sentence(
                "The link's weights, {wanted!r:.60}, are none of these {count} styles: all count alike.",
                wanted=wanted,
                count=len(styles),
            )
        )
    if not wanted and job is not None and len(job.style_weights) == len(styles):
        weights = job.style_weights
    load_weights(styles, weights or [USUAL_WEIGHT] * len(styles))


def write_query_params(owner: str, **more: str) -> None:
    """Writes what is set into the address, a link that shows others the same page; uploads are kept for a reload.

    The address that the page was opened with stays until something is changed: it says the same.

    Args:
        owner: the visitor.
        more: parameters of the page's own.
    """
    store = get_visitor_store()
    for role in ROLES:
        if (source := chosen(role)) is not None:
            remember(owner, role, source)
        elif role in STYLES:
            store.forget_choice(owner, role)  # it has been removed
    store.set(owner, SHOWN, shown_name())
    state, settings = _State(), chosen_settings()
    if state.just_opened:
        state.just_opened = False
        return
    if settings.config is None:  # half-written; the page says so where they are
        return
    query = {"size": str(settings.config.size)} | to_query(settings.config) | more  # each machine has its usual size
    for role in ROLES:
        source = chosen(role)
        if source is not None and (role != "init" or query.get("init") == "image"):
            query[PARAMETERS[role]] = source.word
    if weights := weights_to_text([weight_of(role) for role in chosen_styles()]):
        query[WEIGHTS] = weights
    if query != _asked():
        st.query_params.from_dict(query | language_of_links())
    if query != state.address:
        if state.address is not None:
            state.replaced = (*state.replaced[1 - KEPT_ADDRESSES :], (time.monotonic(), state.address))
        state.address = query


def _is_stale(query: Address) -> bool:
    """Whether this is an address of a moment ago, sent before the browser had received the newest."""
    now = time.monotonic()
    return any(query == old and now - replaced < STALE_ADDRESS_SECONDS for replaced, old in _State().replaced)
