"""The Studio's result: drawn once, or again and again while one of the visitor's jobs lives."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.language import _
from stylecore.ui.components import chart_to_come, viewer
from stylecore.ui.page_errors import guarded
from stylecore.ui.state.names import shown
from stylecore.ui.state.sources import Source
from stylecore.ui.studio.controls import show_controls
from stylecore.ui.studio.curves import show_curves
from stylecore.ui.studio.downloads import lab_link, result_downloads
from stylecore.ui.studio.example import show_example
from stylecore.ui.studio.exhibiting import exhibit_input
from stylecore.ui.studio.picture import show_picture
from stylecore.ui.studio.postprocess_input import current_postprocess, postprocess_inputs
from stylecore.ui.studio.state import picked_step
from stylecore.ui.studio.status import show_status
from stylecore.ui.widgets.progress import States, living_states, poll_seconds
from stylecore.ui.widgets.uploads import PHOTOGRAPH_FIELD

PAUSED_POLL_SECONDS = 20.0


def show_result(engine: Engine, owner: str, job: Job | None, content: Source, known: States) -> None:
    """Draws a job, and keeps drawing it while the visitor has one that lives.

    Where there is none, a finished result of the pair is drawn that everybody may see, or the photograph.

    Args:
        engine: of the server.
        owner: the visitor.
        job: to show.
        content: the chosen photograph.
        known: the states from which the page's other parts were drawn.
    """
    if living_states(engine, owner, "studio") != known:
        st.rerun()
    if job is None:
        if not show_example(engine, owner, content):
            _show_photograph(content)
        return
    active = next((other for other in engine.jobs_of(owner) if not other.ended), None)
    every: float | None = None
    if active is not None:
        every = PAUSED_POLL_SECONDS if active.snapshot.status == "paused" else poll_seconds(engine)
    names = (job.id, active.id if active else "")
    st.fragment(guarded(_show), run_every=every, key="live")(engine, owner, names, _states(job, active))


def _states(job: Job, active: Job | None) -> tuple[str, str]:
    return job.snapshot.status, active.snapshot.status if active else ""


def _show(engine: Engine, owner: str, names: tuple[str, str], states: tuple[str, str]) -> None:
    """Draws a job.

    Args:
        engine: of the server.
        owner: the visitor.
        names: ids of the job, and of the one that lives, empty for none. Streamlit keeps them while the tab is open:
            jobs themselves would be kept, too, when they have been removed.
        states: both jobs' when the page was drawn.
    """
    job, active = (engine.job(owner, name) for name in names)
    if job is None:
        st.rerun()  # it has been removed meanwhile
    if active is not None:
        engine.heartbeat(active)
    snapshot = engine.heartbeat(job)
    if _states(job, active) != states:
        st.rerun()  # the whole page once: what can be done has changed
    picked = picked_step(job, snapshot)
    with st.container(gap="xsmall", key="stage_picture"):
        show_status(engine, job, active, snapshot)
        if job.ended:
            show_controls(engine, job, snapshot, picked)
        show_picture(engine, job, snapshot, picked)
    if snapshot.results and not job.active:
        with st.container(key="stage_take_home"):
            if picked is None:  # what is done is done to the result, not to earlier steps
                postprocess_inputs(job)
            label = _("Download PNG") if picked is None else _("Download the result, PNG")
            result_downloads(engine, job, snapshot, current_postprocess(job.owner, job.id), label)
        exhibit_input(engine, job)
        lab_link()
    if snapshot.loss_history:
        show_curves(job, snapshot, picked)


def _show_photograph(content: Source) -> None:
    with st.container(gap="xsmall", key="stage_picture"):
        st.info(_("Press **Run** and watch: this photograph turns into your picture."), icon=":material/brush:")
        alt = _("Photograph: {name}", name=shown(content.name))
        viewer(
            content.preview, content.size, key="picture", alt=alt, caption=_("The photograph"), field=PHOTOGRAPH_FIELD
        )
    chart_to_come(key="losses_to_come")
