"""Beside Run: which picture is on its way, with Pause, Continue and Stop."""

from __future__ import annotations

from functools import partial

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Status
from stylecore.language import _
from stylecore.ui.studio.controls import job_button, more_steps
from stylecore.ui.studio.run import front_job


def show_on_the_way(engine: Engine, owner: str) -> None:
    """Draws what is said of the run on its way, and what can be done with it; nothing where there is none.

    It is no fragment: whenever that run changes its state the whole page is drawn, see `live.show_result`.
    """
    job = front_job(engine, owner)
    if job is None or job.ended:
        return
    status = job.snapshot.status
    words: dict[Status, str] = {
        "running": _("Result {number} is being painted", number=job.number),
        "queued": _("Result {number} waits for its turn", number=job.number),
        "paused": _("Result {number} is paused", number=job.number),
    }
    button = partial(job_button, engine, owner, job.id)
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="on_the_way"):
        st.caption(words[status])
        if status == "running":
            button(_("Pause"), "pause", "pause", engine.pause)
        elif status == "paused":
            button(_("Continue"), "go_on", "play_arrow", partial(more_steps, engine, 0))
        button(_("Leave the queue") if status == "queued" else _("Stop"), "stop", "stop_circle", engine.stop)
