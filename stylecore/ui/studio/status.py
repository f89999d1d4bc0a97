"""Where a job is in its life, in one line or two."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.jobs import Job, Snapshot, Workspace
from stylecore.engine.spoken import spoken_time
from stylecore.ui.studio.state import take_control_problem
from stylecore.ui.widgets.progress import time_left

ELSEWHERE: dict[Workspace, str] = {"lab": "A row of the λ lab", "layers": "A reconstruction"}


def show_status(job: Job, active: Job | None, snapshot: Snapshot) -> None:
    """Says how far a job is, or how it ended; and what else is being painted.

    Args:
        job: that is shown.
        active: the visitor's job that waits, runs or is paused, if there is one.
        snapshot: of the job that is shown.
    """
    if active is not None and active.id != job.id:
        what = ELSEWHERE.get(active.request.workspace, f"Result {active.number}")
        st.info(f"{what} is being painted meanwhile.", icon=":material/brush:")
    for notice in snapshot.notices:
        st.warning(notice, icon=":material/info:")
    _show_state(snapshot)
    if problem := take_control_problem():
        st.error(problem, icon=":material/error:")


def _show_state(snapshot: Snapshot) -> None:
    done, steps = snapshot.done, snapshot.steps
    if snapshot.status == "queued":
        st.info(_waiting(snapshot), icon=":material/hourglass_top:")
    elif snapshot.status == "running":
        text = f"Step {done} of {steps} · {time_left(snapshot)}" if done else "Measuring the pair …"
        st.progress(min(done / max(steps, 1), 1.0), text)
    elif snapshot.status == "paused":
        st.info(
            f"Paused at step {done} of {steps}. Other visitors' pictures run meanwhile.", icon=":material/pause_circle:"
        )
    elif snapshot.status == "finished":
        last = snapshot.loss_history[-1]
        took = f" in {spoken_time(snapshot.seconds)}" if snapshot.seconds else ""  # of a sample it is not known
        st.success(
            f"Done: {done} steps{took}. Content loss {last.content[0]:.3g}, style loss {last.style[0]:.3g}.",
            icon=":material/check_circle:",
        )
    elif snapshot.status == "stopped":
        kept = f"Stopped at step {done}; the picture is kept." if snapshot.results else "Stopped before it began."
        st.info(kept, icon=":material/stop_circle:")
    else:
        st.error(snapshot.error, icon=":material/error:")


def _waiting(snapshot: Snapshot) -> str:
    if snapshot.position == 0:
        return "Your picture is next."
    pictures = "picture" if snapshot.position == 1 else "pictures"
    about = f" It begins in about {spoken_time(snapshot.wait)}." if snapshot.wait else ""
    return f"Waiting: {snapshot.position} {pictures} before yours.{about}"
