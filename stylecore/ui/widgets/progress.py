"""Pages on which several pictures are on their way: drawn again and again, with progress and Stop above."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Snapshot, Workspace
from stylecore.engine.spoken import spoken_time
from stylecore.experiments.grid import Cell
from stylecore.language import Sentence, _, counted
from stylecore.ui.components import GridCell, data_url
from stylecore.ui.page_errors import guarded, guarded_callback

States = Sequence[tuple[str, str]]  # of jobs: id and status
POLL_SECONDS_CPU, POLL_SECONDS_GPU = 1.0, 0.5  # between two polls of a running job


def poll_seconds(engine: Engine) -> float:
    """Seconds between two polls of something that is computed."""
    return POLL_SECONDS_CPU if engine.device == "cpu" else POLL_SECONDS_GPU


def living_jobs(engine: Engine, owner: str, workspace: Workspace) -> list[Job]:
    """The visitor's jobs of a page that wait, run or are paused, oldest first."""
    return [job for job in engine.jobs_of(owner) if job.request.workspace == workspace and not job.ended]


def living_states(engine: Engine, owner: str, workspace: Workspace) -> States:
    """The visitor's jobs of a page that live, and where each is in its life."""
    return [(job.id, job.snapshot.status) for job in living_jobs(engine, owner, workspace)]


def keep_drawing(engine: Engine, owner: str, workspace: Workspace, known: States, draw: Callable[[], None]) -> None:
    """Draws now, and again while the visitor's jobs of a page live; when one changes its state the whole page runs.

    Args:
        engine: of the server.
        owner: the visitor.
        workspace: of the page.
        known: the states from which the page's other parts were drawn; a job may have ended since.
        draw: draws; streamlit keeps it until the page runs again, so it should hold no pictures.
    """

    def part() -> None:
        if living_states(engine, owner, workspace) != known:
            st.rerun()
        draw()

    st.fragment(guarded(part), run_every=poll_seconds(engine) if known else None, key=f"{workspace}_live")()


def show_progress(engine: Engine, owner: str, workspace: Workspace) -> None:
    """How far the visitor's jobs of a page are, and a button that stops all of them; nothing where there are none."""
    living = living_jobs(engine, owner, workspace)
    if not living:
        return
    snapshots = [engine.heartbeat(job) for job in living]
    running = next((snapshot for snapshot in snapshots if snapshot.status == "running"), None)
    if running is None:
        first = snapshots[0]
        text = _("Paused.") if first.status == "paused" else waiting_text(first)
        st.info(text, icon=":material/hourglass_top:")
    else:
        more = [_("{count} more after this", count=len(living) - 1)] if len(living) > 1 else []
        text = " · ".join([progress_text(running), *more])
        st.progress(min(running.done / max(running.steps, 1), 1.0), text)

    def stop() -> None:
        for job in reversed(living_jobs(engine, owner, workspace)):
            engine.stop(job)
        st.rerun()  # the whole page: the button is in a fragment

    st.button(_("Stop"), icon=":material/stop_circle:", key="stop_all", on_click=guarded_callback(stop))


def show_trouble(engine: Engine, owner: str, workspace: Workspace) -> bool:
    """Says why the newest of a page's jobs failed. Returns whether it did."""
    newest = next((job for job in reversed(engine.jobs_of(owner)) if job.request.workspace == workspace), None)
    if newest is None or newest.snapshot.status != "failed":
        return False
    st.error(_(newest.snapshot.error), icon=":material/error:")
    return True


def grid_cell(name: str, cell: Cell | None) -> GridCell:
    """A picture of a grid, with a word on it while it is not finished.

    Args:
        name: its id.
        cell: None where nothing is computed yet.
    """
    if cell is None:
        return GridCell(id=name, url="", note="")
    snapshot = cell.job.snapshot
    words = {
        "finished": "",
        "queued": _("waiting"),
        "running": _("step {step}", step=snapshot.done),
        "paused": _("paused"),
        "stopped": _("stopped at {step}", step=snapshot.done),
        "failed": _("failed"),
    }
    url = data_url(cell.preview) if cell.preview else ""
    return GridCell(id=name, url=url, note=words[snapshot.status])


def progress_text(snapshot: Snapshot) -> str:
    """How far a running job is, and how long it still takes, beside others if it takes turns with any."""
    if not snapshot.done:
        return _("Measuring the pair …")
    time = spoken_time(snapshot.left + (snapshot.wait or 0.0))
    where = Sentence("Step {step} of {steps}", step=snapshot.done, steps=snapshot.steps)
    if snapshot.repeated is not None:
        where = Sentence(
            "Repeating what was interrupted: step {repeated} of {step}", repeated=snapshot.repeated, step=snapshot.done
        )
    left = Sentence("about {time} left", time=time)
    if snapshot.position:
        left = counted(
            "about {time} left, taking turns with {count} other",
            "about {time} left, taking turns with {count} others",
            snapshot.position,
            time=time,
        )
    return " · ".join((_(where), _(left)))


def waiting_text(snapshot: Snapshot) -> str:
    """What a queued job waits for, and how long."""
    if snapshot.position == 0:
        return _("Your picture is next.")
    before = counted(
        "Waiting: {count} picture before yours.", "Waiting: {count} pictures before yours.", snapshot.position
    )
    begins = [_("It begins in about {time}.", time=spoken_time(snapshot.wait))] if snapshot.wait else []
    return " ".join([_(before), *begins])
