"""Pages on which several pictures are on their way: drawn again and again, with progress and Stop above."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Snapshot, Workspace
from stylecore.engine.spoken import spoken_time
from stylecore.experiments.grid import Cell
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
    more = f" · {len(living) - 1} more after this" if len(living) > 1 else ""
    if running is None:
        first = snapshots[0]
        about = f" It begins in about {spoken_time(first.wait)}." if first.wait else ""
        text = "Paused." if first.status == "paused" else f"Waiting: {first.position} before yours.{about}"
        st.info(text, icon=":material/hourglass_top:")
    elif running.done:
        text = f"Step {running.done} of {running.steps} · {time_left(running)}{more}"
        st.progress(min(running.done / max(running.steps, 1), 1.0), text)
    else:
        st.progress(0.0, f"Measuring the pair …{more}")

    def stop() -> None:
        for job in reversed(living_jobs(engine, owner, workspace)):
            engine.stop(job)
        st.rerun()  # the whole page: the button is in a fragment

    st.button("Stop", icon=":material/stop_circle:", key="stop_all", on_click=guarded_callback(stop))


def show_trouble(engine: Engine, owner: str, workspace: Workspace) -> bool:
    """Says why the newest of a page's jobs failed. Returns whether it did."""
    newest = next((job for job in reversed(engine.jobs_of(owner)) if job.request.workspace == workspace), None)
    if newest is None or newest.snapshot.status != "failed":
        return False
    st.error(newest.snapshot.error, icon=":material/error:")
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
    words: dict[str, str] = {
        "finished": "",
        "queued": "waiting",
        "running": f"step {snapshot.done}",
        "stopped": f"stopped at {snapshot.done}",
    }
    url = data_url(cell.preview) if cell.preview else ""
    return GridCell(id=name, url=url, note=words.get(snapshot.status, snapshot.status))


def time_left(snapshot: Snapshot) -> str:
    """How long a running job still takes, beside others if it takes turns with any."""
    others = f", taking turns with {snapshot.position} other{'s' * (snapshot.position > 1)}" * (snapshot.position > 0)
    return f"about {spoken_time(snapshot.left + (snapshot.wait or 0.0))} left{others}"
