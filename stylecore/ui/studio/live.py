"""A job as the visitor sees it: waiting, running, paused, ended; and what can be done with it then."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import streamlit as st

from stylecore.artifacts.export import postprocessed
from stylecore.charts.losses import hint, loss_figure, shares
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Request, Snapshot, at_half_size
from stylecore.errors import UserError
from stylecore.imaging.images import decode, encode_jpeg, fitted_size
from stylecore.imaging.inputs import with_init
from stylecore.ui.components import chart, viewer
from stylecore.ui.page import plain
from stylecore.ui.state.page_state import studio_jobs, use_result_as_content
from stylecore.ui.studio.result import (
    current_postprocess,
    displayed,
    postprocess_inputs,
    small_frames,
    take_home,
    way_to_the_lab,
)
from stylecore.ui.widgets.progress import poll_seconds, spoken_time

POLL_PAUSED = 20.0
MORE = 100
SMALLEST = 64  # pixels, below which half the size is no help
COMPARED = 8  # other results that a result can be compared with, the newest ones


def show_job(engine: Engine, owner: str, job: Job) -> None:
    """Draws the job, and keeps drawing it while the visitor has one that lives."""
    active = next((other for other in engine.jobs_of(owner) if not other.ended), None)
    every: float | None = None
    if active is not None:
        every = POLL_PAUSED if active.snapshot.status == "paused" else poll_seconds(engine)
    states = (job.snapshot.status, active.snapshot.status if active else "")
    st.fragment(_show, run_every=every, key="live")(engine, job, active, states)


def _show(engine: Engine, job: Job, active: Job | None, states: tuple[str, str]) -> None:
    if active is not None:
        engine.heartbeat(active)
    snapshot = engine.heartbeat(job)
    if (snapshot.status, active.snapshot.status if active else "") != states:
        st.rerun()  # the whole page once: what can be done has changed
    if active is not None and active is not job:
        what = {"lab": "A row of the λ lab", "layers": "A reconstruction"}.get(
            active.request.workspace, f"Result {active.number}"
        )
        st.info(f"{what} is on its way meanwhile.", icon=":material/brush:")
    _status(snapshot)
    picked = _picked(job, snapshot)
    _controls(engine, job, snapshot, picked)
    if snapshot.previews:
        _picture(engine, job, snapshot, picked)
    else:
        content, size = _content(job.id, job.request)
        viewer(
            content, size, key="picture", alt=f"Photograph: {job.request.inputs.content.name}", caption="The photograph"
        )
    if snapshot.results and not job.active:
        if picked is None:  # touches are for the result
            postprocess_inputs(job)
        take_home(job, snapshot, "Download PNG" if picked is None else "Download the result, PNG")
        way_to_the_lab()
    if snapshot.loss_history:
        _curves(job, snapshot, picked)


def _status(snapshot: Snapshot) -> None:
    for notice in snapshot.notices:
        st.warning(notice, icon=":material/info:")
    done = snapshot.done
    if snapshot.status == "queued":
        st.info(_waiting(snapshot), icon=":material/hourglass_top:")
    elif snapshot.status == "running":
        share = min(done / max(snapshot.steps, 1), 1.0)
        text = (
            f"Step {done} of {snapshot.steps} · about {spoken_time(snapshot.left)} left"
            if done
            else "Measuring the pair …"
        )
        st.progress(share, text)
    elif snapshot.status == "paused":
        st.info(
            f"Paused at step {done} of {snapshot.steps}. Others may have their turn.", icon=":material/pause_circle:"
        )
    elif snapshot.status == "finished":
        last = snapshot.loss_history[-1]
        st.success(
            f"Done: {done} steps in {spoken_time(snapshot.seconds)}. Content loss {last.content[0]:.3g}, "
            f"style loss {last.style[0]:.3g}.",
            icon=":material/check_circle:",
        )
    elif snapshot.status == "stopped":
        kept = f"Stopped at step {done}; the picture is kept." if snapshot.results else "Stopped before it began."
        st.info(kept, icon=":material/stop_circle:")
    else:
        st.error(snapshot.error, icon=":material/error:")
    if trouble := st.session_state.pop("control_trouble", ""):
        st.error(trouble, icon=":material/error:")


def _controls(engine: Engine, job: Job, snapshot: Snapshot, picked: int | None) -> None:
    with st.container(horizontal=True, gap="small", key="controls"):
        if snapshot.status == "running":
            _button("Pause", "pause", "pause", engine.pause, job)
        if snapshot.status == "paused" or (
            snapshot.status == "stopped" and snapshot.resumable and _unfinished(snapshot)
        ):
            _button("Go on", "go_on", "play_arrow", _go_on, engine, job)
        if not job.ended:
            label = "Leave the queue" if snapshot.status == "queued" else "Stop"
            _button(label, "stop", "stop_circle", engine.stop, job)
        if snapshot.too_large and job.request.config.size // 2 >= SMALLEST:
            half = at_half_size(job)
            _button(
                f"Go on at half the size, {half.config.size} pixels",
                "half",
                "photo_size_select_small",
                _start_from,
                engine,
                job,
                half,
            )
        if job.ended and snapshot.results:
            _button(f"{_more(engine)} more steps", "more", "fast_forward", _more_steps, engine, job)
            _button("Use as photograph", "as_content", "redo", _use_as_content, job, picked)


def _button(label: str, key: str, icon: str, act: Callable[..., object], *arguments: Any) -> None:  # noqa: ANN401
    def click() -> None:
        try:
            act(*arguments)
        except UserError as error:
            st.session_state.control_trouble = str(error)
        st.rerun()

    st.button(label, icon=f":material/{icon}:", key=key, on_click=click)


def _go_on(engine: Engine, job: Job) -> None:
    _pick(job, None)
    engine.go_on(job)


def _more_steps(engine: Engine, job: Job) -> None:
    """Goes on with the optimizer's state; where that has been dropped, from the picture alone."""
    _pick(job, None)
    if job.snapshot.resumable:
        engine.go_on(job, more_steps=_more(engine))
        return
    config = dataclasses.replace(job.request.config, init="image", steps=_more(engine))
    _start_from(
        engine,
        job,
        dataclasses.replace(job.request, config=config, inputs=with_init(job.request.inputs, job.snapshot.results[0])),
    )


def _more(engine: Engine) -> int:
    return min(MORE, engine.limits.max_steps)


def _start_from(engine: Engine, job: Job, request: Request) -> None:
    """Starts a run that goes on with a job's picture, and shows it."""
    engine.submit(job.owner, request)
    st.session_state.shown = None


def _use_as_content(job: Job, picked: int | None) -> None:
    """The picture as it is on the screen: a step of the way, or the result with its finishing touches."""
    if picked is None:
        picture = postprocessed(job.snapshot.results[0], job.request.inputs.content.data, current_postprocess(job))
    else:
        picture = _frame(job.snapshot, picked)
    use_result_as_content(job, picture)


def _unfinished(snapshot: Snapshot) -> bool:
    return snapshot.done < snapshot.steps


def _picture(engine: Engine, job: Job, snapshot: Snapshot, picked: int | None) -> None:
    config = job.request.config
    lam = snapshot.loss_history[-1 if picked is None else picked].lambdas[0]
    content, original = _content(job.id, job.request)
    size = fitted_size(original, config.size)
    after, label = snapshot.previews[0], f"Result {job.number}"
    before, before_label = content, "Photograph"
    if picked is not None:
        after, label = _frame(snapshot, picked), f"Step {picked}"
    elif snapshot.results and not job.active:
        after = displayed(job, snapshot, current_postprocess(job))
        before, before_label = _compared(engine, job, before)
    caption = f"λ = {lam:.3g} · {size[0]} × {size[1]} pixels"
    if picked is not None:
        caption = f"Step {picked} of {snapshot.done} · " + caption
    viewer(
        after,
        size,
        key="picture",
        alt=f"{job.request.inputs.content.name} in the style of {job.request.inputs.style.name}",
        caption=caption,
        before=before,
        before_label=before_label,
        after_label=label,
        arrival=job.id if job.active else "",
    )
    if picked is not None:
        with st.container(horizontal=True, key="picked"):
            st.button(
                "Back to the newest picture", icon=":material/undo:", key="unpick", on_click=_pick, args=(job, None)
            )
            st.download_button(
                f"Download step {picked}, JPEG",
                after,
                f"stylised-{job.number}-step-{picked}.jpg",
                "image/jpeg",
                icon=":material/download:",
                on_click="ignore",
                key="download_step",
            )


def _frame(snapshot: Snapshot, step: int) -> bytes:
    return next(frame.pictures[0] for frame in snapshot.frames if frame.index == step)


def _compared(engine: Engine, job: Job, content: bytes) -> tuple[bytes, str]:
    """What the result is compared with: the photograph, or another result."""
    others = {
        other.id: other for other in studio_jobs(engine, job.owner) if other.snapshot.results and other is not job
    }
    if not others:
        return content, "Photograph"
    if st.session_state.get("compare") not in others:  # the result itself, or one that is gone
        st.session_state.compare = ""
    choice = st.segmented_control(
        "Compare with",
        ["", *list(reversed(others))[:COMPARED]],
        required=True,
        key="compare",
        wrap=True,
        format_func=lambda name: plain(_name(others[name])) if name else "Photograph",
    )
    return (others[choice].snapshot.previews[0], _name(others[choice])) if choice in others else (content, "Photograph")


def _name(job: Job) -> str:
    return f"Result {job.number}: {job.request.inputs.style.name[:24]}, λ {job.lam:.3g}"


def _curves(job: Job, snapshot: Snapshot, picked: int | None) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="chart_options"):
        scale = st.segmented_control(
            "Axis",
            ["Log", "Linear"],
            default="Log",
            required=True,
            key="chart_scale",
            label_visibility="collapsed",
            persist_state="session",
        )
        layers = st.toggle("By layer", key="chart_layers", persist_state="session")
    last = snapshot.loss_history[-1 if picked is None else picked]
    chart(
        loss_figure(
            snapshot.loss_history,
            steps=snapshot.steps if job.active else snapshot.done,
            changes=snapshot.changes,
            log=scale == "Log",
            layers=layers,
            picked=picked,
        ),
        key="losses",
        alt=f"Losses against steps; at step {last.index} content {last.content[0]:.3g}, style {last.style[0]:.3g}",
        live=job.active,
        frames=[] if job.active else small_frames(job.id, snapshot.done, snapshot.frames),
        on_step=lambda step: _pick(job, round(step)),
    )
    st.caption(hint(last))
    if not job.active and len(snapshot.frames) > 1:
        steps = sorted({frame.index for frame in snapshot.frames} | {snapshot.done})
        key = f"step_{job.id}"
        st.session_state[key] = snapshot.done if picked is None else picked
        st.select_slider(
            "Picture at step", steps, key=key, on_change=_slide, args=(job, key), help="Or click a step in the chart."
        )
    if layers:
        parts = " · ".join(f"{name} {share:.0%}" for name, share in shares(last).items())
        st.caption(f"Shares of L: {parts}.")


def _pick(job: Job, step: int | None) -> None:
    st.session_state.picked = (job.id, step)


def _slide(job: Job, key: str) -> None:
    step = st.session_state[key]
    _pick(job, None if step == job.snapshot.done else step)


def _picked(job: Job, snapshot: Snapshot) -> int | None:
    """The step nearest to the one that was clicked of which there is a picture; None for the newest picture."""
    name, step = st.session_state.get("picked") or ("", None)
    if name != job.id or step is None or not snapshot.frames:
        return None
    return min((frame.index for frame in snapshot.frames), key=lambda index: abs(index - step))


@st.cache_data(max_entries=40, show_spinner=False)
def _content(name: str, _request: Request) -> tuple[bytes, tuple[int, int]]:
    """JPEG bytes of a job's photograph, small enough to be shown, and its size."""
    picture = decode(_request.inputs.content.data)
    size = picture.size
    picture.thumbnail((1024, 1024))
    return encode_jpeg(picture, 90), size


def _waiting(snapshot: Snapshot) -> str:
    about = f" It begins in about {spoken_time(snapshot.wait)}." if snapshot.wait else ""
    if snapshot.position == 0:
        return "Your picture is next."
    return f"Waiting: {snapshot.position} {'picture' if snapshot.position == 1 else 'pictures'} before yours.{about}"
