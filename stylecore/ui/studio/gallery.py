"""The visitor's results: click to return to one, remove what is not wanted."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.language import _
from stylecore.ui.components import Item, gallery
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_store
from stylecore.ui.state.names import shown as shown_name
from stylecore.ui.state.names import style_names
from stylecore.ui.state.restore import open_job, studio_jobs
from stylecore.ui.studio.state import StudioState, take_gone_for_good
from stylecore.ui.widgets.thumbnails import job_thumbnail


def show_gallery(engine: Engine, owner: str, shown: Job | None) -> None:
    """Draws a strip of the visitor's pictures, newest first, with a way to remove one and to undo that.

    Args:
        engine: of the server.
        owner: the visitor.
        shown: the job whose picture the page shows.
    """
    jobs = [job for job in studio_jobs(engine, owner) if job.snapshot.previews and job.ended]
    if jobs:
        st.markdown(
            _("**Your results**"),
            help=_("Kept until the server needs the space: {kept} MB for everybody.", kept=engine.limits.kept_mb),
        )
        gallery(
            [_item(job) for job in reversed(jobs)],
            shown.id if shown else None,
            key="history",
            label=_("Your results"),
            on_choice=partial(open_job, engine, owner),
            side=72,
        )
    with st.container(horizontal=True, gap="small", key="history_tools"):
        if shown is not None and any(job.id == shown.id for job in jobs):
            _button(
                _("Remove result {number}", number=shown.number),
                "delete",
                f"remove_{shown.id}",
                partial(_remove, engine, owner, shown.id),
            )
        if removed := engine.removed(owner):
            label = _("Restore result {number}", number=removed.number)
            _button(label, "undo", "bring_back", partial(_bring_back, engine, owner, removed.id))
    if take_gone_for_good():
        st.info(
            _("That result can't be restored any more: a removal can be undone for two minutes."),
            icon=":material/info:",
        )


def _button(label: str, icon: str, key: str, act: Callable[[], None]) -> None:
    st.button(label, icon=f":material/{icon}:", key=key, type="tertiary", on_click=guarded_callback(act))


def _remove(engine: Engine, owner: str, job_id: str) -> None:
    if (job := engine.job(owner, job_id)) is not None:
        engine.remove(job)
        get_store().flush()  # else it would come back if the server were killed just now


def _bring_back(engine: Engine, owner: str, job_id: str) -> None:
    job = engine.removed(owner)
    there = job is not None and job.id == job_id and engine.bring_back(job)
    get_store().flush()  # it was taken from the disk when it was removed
    StudioState().gone_for_good = not there
    open_job(engine, owner, job_id)


def _item(job: Job) -> Item:
    inputs = job.request.inputs
    label = _(
        "Result {number}: {content}, {styles}, λ = {lam:.3g}",
        number=job.number,
        content=shown_name(inputs.content.name),
        styles=style_names(inputs),
        lam=job.lam,
    )
    note = _("{number} · λ {lam:.2g}", number=job.number, lam=job.lam)
    return Item(id=job.id, label=label, url=job_thumbnail(job), note=note)
