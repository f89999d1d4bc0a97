"""The losses of a job against its steps; a click, or the slider below, shows the picture of a step."""

from __future__ import annotations

import io
from functools import partial

import streamlit as st
from PIL import Image

from stylecore.charts.loss_table import Run, loss_table
from stylecore.charts.losses import hint, loss_figure, shares
from stylecore.engine.jobs import Job, Snapshot
from stylecore.imaging.images import encode_jpeg
from stylecore.language import Sentence, _, number
from stylecore.ui.components import chart
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_derived_pictures
from stylecore.ui.studio.state import pick_step

SCALES = {"Log": Sentence("Log"), "Linear": Sentence("Linear")}
PEEK_PIXELS = (160, 160)  # largest width and height of the small pictures over the chart


def show_curves(job: Job, snapshot: Snapshot, picked: int | None) -> None:
    """Draws the curves, a hint at what they say, and a slider over the steps of a job at rest.

    Args:
        job: that is shown.
        snapshot: of it, with at least one step.
        picked: the step whose picture is shown; None for the newest.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="chart_options"):
        log, by_layer = _options_input()
    last = snapshot.loss_history[-1 if picked is None else picked]
    chart(
        loss_figure(
            snapshot.loss_history,
            steps=snapshot.steps if job.active else snapshot.done,
            changes=snapshot.changes,
            weight_changes=snapshot.weight_changes,
            sizes=snapshot.sizes,
            log=log,
            layers=by_layer,
            picked=picked,
        ),
        key="losses",
        alt=_(
            "Losses against steps; at step {step} content {content:.3g}, style {style:.3g}",
            step=last.index,
            content=last.content[0],
            style=last.style[0],
        ),
        live=job.active,
        frames=[] if job.active or not snapshot.frames else _small_frames(job, snapshot),
        on_step=partial(_pick, job.id),
        table=partial(loss_table, [Run(job.request.config, snapshot.loss_history, 0)]),
    )
    if last.index:  # the start is the photograph or noise, and says nothing of the balance
        st.caption(_(hint(last, settled=not job.active)))
    if not job.active and len(snapshot.frames) > 1:
        _step_input(job, snapshot, picked)
    if by_layer:
        parts = " · ".join(f"{_(name)} {number(share, '.0%')}" for name, share in shares(last).items())
        st.caption(_("Shares of L: {parts}.", parts=parts))


def _options_input() -> tuple[bool, bool]:
    """Whether the axis is logarithmic, and whether there is a curve for each layer."""
    scales = {scale: _(name) for scale, name in SCALES.items()}
    scale = st.segmented_control(
        _("Axis"),
        list(scales),
        default="Log",
        format_func=scales.__getitem__,
        required=True,
        key="chart_scale",
        label_visibility="collapsed",
        persist_state="session",
    )
    return scale == "Log", st.toggle(_("By layer"), key="chart_layers", persist_state="session")


def _step_input(job: Job, snapshot: Snapshot, picked: int | None) -> None:
    steps = sorted({frame.index for frame in snapshot.frames} | {snapshot.done})
    key, job_id, last = f"step_{job.id}", job.id, snapshot.done
    st.session_state[key] = snapshot.done if picked is None else picked

    def slide() -> None:
        step = st.session_state[key]
        pick_step(job_id, None if step == last else step)

    st.select_slider(
        _("Picture at step"), steps, key=key, on_change=guarded_callback(slide), help=_("Or click a step in the chart.")
    )


def _pick(job_id: str, step: float) -> None:
    pick_step(job_id, round(step))


def _small_frames(job: Job, snapshot: Snapshot) -> list[tuple[int, bytes]]:
    """(step, JPEG bytes) of a job's steps, small enough to lie over a chart."""

    def make() -> list[tuple[int, bytes]]:
        small = []
        for frame in snapshot.frames:
            picture = Image.open(io.BytesIO(frame.pictures[0]))
            picture.thumbnail(PEEK_PIXELS)
            small.append((frame.index, encode_jpeg(picture, 75)))
        return small

    return get_derived_pictures().get(job.owner, job.id, ("frames", snapshot.done), make)
