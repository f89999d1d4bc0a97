"""What can be done with a picture at rest: go on, more steps, use it, make it large."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import streamlit as st

from stylecore.artifacts.export import postprocessed
from stylecore.engine.derived_jobs import at_half_size
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Snapshot
from stylecore.language import Sentence, _, counted
from stylecore.ui.state.chosen import choose_bytes
from stylecore.ui.state.restore import show_newest
from stylecore.ui.studio.acting import acting, start_and_show
from stylecore.ui.studio.large import large_input
from stylecore.ui.studio.picture import frame_at
from stylecore.ui.studio.postprocess_input import current_postprocess
from stylecore.ui.studio.run import hand_lambda, other_lambda
from stylecore.ui.studio.state import pick_step

MORE_STEPS = 100
SMALLEST_PIXELS = 64  # half the size is offered down to this


def show_controls(engine: Engine, job: Job, snapshot: Snapshot, picked: int | None) -> None:
    """Draws the buttons that fit the end of a job; those of one that is on its way are beside Run.

    Args:
        engine: of the server.
        job: that is shown, and has ended.
        snapshot: of it.
        picked: the step whose picture is shown; None for the newest.
    """
    unfinished = snapshot.done < snapshot.steps
    button = partial(job_button, engine, job.owner, job.id)
    with st.container(horizontal=True, gap="small", key="controls"):
        if snapshot.status == "stopped" and snapshot.resumable and unfinished:
            button(_("Continue"), "resume", "play_arrow", partial(more_steps, engine, 0))
        if snapshot.too_large and job.request.config.size // 2 >= SMALLEST_PIXELS:
            label = _("Continue at half the size, {size} pixels", size=at_half_size(job).config.size)
            button(label, "half", "photo_size_select_small", partial(_go_on_at_half_size, engine))
        if snapshot.results:
            more = min(MORE_STEPS, engine.limits.max_steps)
            button(
                _(counted("{count} more step", "{count} more steps", more)),
                "more",
                "fast_forward",
                partial(more_steps, engine, more),
            )
            button(_("Use as photograph"), "as_content", "redo", partial(_use_as_content, picked))
            if picked is None:
                large_input(engine, job)


def job_button(
    engine: Engine, owner: str, job_id: str, label: str, key: str, icon: str, act: Callable[[Job], object]
) -> None:
    """A button that does something with a job, if that is still there when it is pressed."""
    st.button(label, icon=f":material/{icon}:", key=key, on_click=acting(engine, owner, job_id, act))


def _go_on_at_half_size(engine: Engine, job: Job) -> None:
    start_and_show(engine, job.owner, at_half_size(job))


def more_steps(engine: Engine, more: int, job: Job) -> None:
    """Goes on with the optimizer's state; where that has been dropped meanwhile, from the picture alone.

    The slider's λ counts from here on, as it does while a picture is being painted.
    """
    pick_step(job.id, None)
    extended = engine.extend(job, more, beside=True)
    if other_lambda(extended) is not None:
        hand_lambda(engine, extended)
    if extended is not job:
        show_newest()


def _use_as_content(picked: int | None, job: Job) -> None:
    """Chooses the picture as it is on the screen: of a step, or the result with what is done to it."""
    if picked is None:
        postprocess = current_postprocess(job.owner, job.id)
        picture = postprocessed(job.snapshot.results[0], job.request.inputs.content.data, postprocess)
    else:
        picture = frame_at(job.snapshot, picked)
    choose_bytes("content", Sentence("Result {number}", number=job.number), picture)
