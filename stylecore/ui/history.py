"""This visit's results: click to return to one, remove what is not wanted."""

from __future__ import annotations

from functools import partial

import streamlit as st

from stylecore.engine import Engine
from stylecore.jobs import Job
from stylecore.ui.components import Item, gallery
from stylecore.ui.pictures import thumbnail_url
from stylecore.ui.visit import open_job, studio_jobs


def show_history(engine: Engine, owner: str, shown: Job) -> None:
    """Draws a strip of the visitor's pictures, newest first."""
    jobs = [job for job in studio_jobs(engine, owner) if job.snapshot.previews and job.ended]
    if not jobs:
        return
    st.markdown(
        f"**Your results** · :gray[kept here while the server has room ({engine.limits.kept_mb} MB for everybody)]"
    )
    gallery(
        [_item(job) for job in reversed(jobs)],
        shown.id,
        key="history",
        label="Your results",
        on_choice=partial(open_job, engine, owner),
        side=72,
    )
    if shown in jobs:
        st.button(
            f"Remove result {shown.number}",
            icon=":material/delete:",
            key="remove",
            type="tertiary",
            on_click=engine.remove,
            args=(shown,),
        )


def _item(job: Job) -> Item:
    label = f"Result {job.number}: {job.request.names[0]}, {job.request.names[1]}, λ = {job.lam:.3g}"
    return Item(
        id=job.id, label=label, url=thumbnail_url(job.snapshot.previews[0]), note=f"{job.number} · λ {job.lam:.2g}"
    )
