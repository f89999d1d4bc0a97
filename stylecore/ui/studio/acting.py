"""What a button of the Studio does with a job, as a callback."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Request
from stylecore.errors import UserError
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.restore import show_newest
from stylecore.ui.studio.state import StudioState


def acting(engine: Engine, owner: str, job_id: str, act: Callable[[Job], object]) -> Callable[[], None]:
    """A callback that does something with a job, if that is still there; a refusal is told beside the job.

    Args:
        engine: of the server.
        owner: the visitor.
        job_id: of the job. Streamlit keeps callbacks while the tab is open, and must keep no job.
        act: gets the job.
    """

    def click() -> None:
        found = engine.job(owner, job_id)
        try:
            if found is not None:
                act(found)
        except UserError as error:
            StudioState().control_problem = error.sentence
        st.rerun()  # the whole page: the buttons are in a fragment

    return guarded_callback(click)


def start_and_show(engine: Engine, owner: str, request: Request) -> None:
    """Submits a request beside what runs already, and lets the Studio show its job when that runs."""
    engine.submit_all(owner, [request], beside=True)
    show_newest()
