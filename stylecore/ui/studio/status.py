"""Where a job is in its life, in one line or two."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Snapshot, Workspace
from stylecore.engine.spoken import spoken_time
from stylecore.language import Sentence, _, counted
from stylecore.ui.studio.acting import acting
from stylecore.ui.studio.run import other_lambda, plan_run, run_as_chosen
from stylecore.ui.studio.state import take_control_problem
from stylecore.ui.widgets.progress import progress_text, waiting_text

ELSEWHERE: dict[Workspace, Sentence] = {
    "lab": Sentence("A row of the λ lab is being painted meanwhile."),
    "layers": Sentence("A reconstruction is being painted meanwhile."),
}


def show_status(engine: Engine, job: Job, active: Job | None, snapshot: Snapshot) -> None:
    """Says how far a job is, or how it ended; what else is being painted; and if the slider has left the picture's λ.

    Args:
        engine: of the server.
        job: that is shown.
        active: the visitor's job that waits, runs or is paused, if there is one.
        snapshot: of the job that is shown.
    """
    if active is not None and active.id != job.id:
        result = Sentence("Result {number} is being painted meanwhile.", number=active.number)
        st.info(_(ELSEWHERE.get(active.request.workspace, result)), icon=":material/brush:")
    for notice in snapshot.notices:
        st.warning(_(notice), icon=":material/info:")
    lam = other_lambda(job) if job.ended and snapshot.results else None
    if lam is None:
        _show_state(snapshot)
    else:
        _show_other_lambda(engine, job, lam)
    if problem := take_control_problem():
        st.error(_(problem), icon=":material/error:")


def _show_other_lambda(engine: Engine, job: Job, lam: float) -> None:
    """Says that a picture has another λ than the slider by now, with a button that paints with that."""

    def run(found: Job) -> None:
        run_as_chosen(engine, found.owner)

    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="other_lambda"):
        st.info(
            _("This picture has λ = {has:.3g}, and the slider says {says:.3g}.", has=job.lam, says=lam),
            icon=":material/tune:",
        )
        st.button(
            _("Run with λ = {lam:.3g}", lam=lam),
            type="primary",
            icon=":material/brush:",
            key="run_other_lambda",
            disabled=bool(plan_run(engine, job.owner).problem),
            on_click=acting(engine, job.owner, job.id, run),
        )


def _show_state(snapshot: Snapshot) -> None:
    done, steps = snapshot.done, snapshot.steps
    if snapshot.status == "queued":
        st.info(waiting_text(snapshot), icon=":material/hourglass_top:")
    elif snapshot.status == "running":
        st.progress(min(done / max(steps, 1), 1.0), progress_text(snapshot))
    elif snapshot.status == "paused":
        text = _("Paused at step {step} of {steps}. Other visitors' pictures run meanwhile.", step=done, steps=steps)
        st.info(text, icon=":material/pause_circle:")
    elif snapshot.status == "finished":
        st.success(_finished(snapshot), icon=":material/check_circle:")
    elif snapshot.status == "stopped":
        kept = Sentence("Stopped at step {step}; the picture is kept.", step=done)
        st.info(_(kept if snapshot.results else Sentence("Stopped before it began.")), icon=":material/stop_circle:")
    else:
        st.error(_(snapshot.error), icon=":material/error:")


def _finished(snapshot: Snapshot) -> str:
    last = snapshot.loss_history[-1]
    losses = {"content": last.content[0], "style": last.style[0]}
    if snapshot.seconds:
        told = counted(
            "Done: {count} step in {time}. Content loss {content:.3g}, style loss {style:.3g}.",
            "Done: {count} steps in {time}. Content loss {content:.3g}, style loss {style:.3g}.",
            snapshot.done,
            time=spoken_time(snapshot.seconds),
            **losses,
        )
    else:  # of a sample it is not known
        told = counted(
            "Done: {count} step. Content loss {content:.3g}, style loss {style:.3g}.",
            "Done: {count} steps. Content loss {content:.3g}, style loss {style:.3g}.",
            snapshot.done,
            **losses,
        )
    return _(told)
