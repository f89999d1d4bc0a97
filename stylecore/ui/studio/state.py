"""What the Studio remembers in a tab, beside settings and chosen pictures."""

from __future__ import annotations

from stylecore.engine.jobs import Job, Snapshot
from stylecore.ui.state.session import SessionValue


class StudioState:
    """Of this tab.

    Attributes:
        step: (id of a job, step) whose picture was clicked; a step of None means the newest.
        control_problem: why a press of Pause, Continue and the like was refused, in a `Sentence`; it is told once.
        gone_for_good: whether a removal could not be undone any more; it is told once.
    """

    prefix = "studio"
    step = SessionValue[tuple[str, int | None]](("", None))
    control_problem = SessionValue[str]("")
    gone_for_good = SessionValue[bool](False)


def pick_step(job_id: str, step: int | None) -> None:
    """Shows the picture of a step of a job; None for its newest."""
    StudioState().step = (job_id, step)


def picked_step(job: Job, snapshot: Snapshot) -> int | None:
    """The step nearest to the clicked one of which there is a picture; None for the newest picture."""
    name, step = StudioState().step
    if name != job.id or step is None or not snapshot.frames:
        return None
    return min((frame.index for frame in snapshot.frames), key=lambda index: abs(index - step))


def take_control_problem() -> str:
    """Why the last press of a control was refused; empty if it was not, or has been told."""
    state = StudioState()
    problem, state.control_problem = state.control_problem, ""
    return problem


def take_gone_for_good() -> bool:
    """Whether the last attempt to undo a removal came too late and that has not been told."""
    state = StudioState()
    gone, state.gone_for_good = state.gone_for_good, False
    return gone
