"""The large picture of a job, and what it is compared with."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.derived_jobs import result_side
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Snapshot
from stylecore.imaging.images import decode, decode_with_notices, encode_jpeg
from stylecore.imaging.scaling import fitted_size
from stylecore.language import _
from stylecore.ui.components import viewer
from stylecore.ui.page import plain
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_derived_pictures
from stylecore.ui.state.names import painted_name, shortened, shown, style_names
from stylecore.ui.state.restore import studio_jobs
from stylecore.ui.studio.postprocess_input import current_postprocess, displayed
from stylecore.ui.studio.state import pick_step
from stylecore.ui.widgets.uploads import PHOTOGRAPH_FIELD

COMPARED = 8  # other results that a result can be compared with, the newest ones
PHOTOGRAPH_SIDE = 1024  # pixels of the longer side at which it is shown

NAME_LENGTH = 24  # characters of the styles' names at a result to compare with

_COMPARE = "compare"  # key of the widget: id of another result, empty for the photograph


def show_picture(engine: Engine, job: Job, snapshot: Snapshot, picked: int | None) -> None:
    """Draws the newest picture, or that of a step, beside the photograph or another result.

    Args:
        engine: of the server.
        job: that is shown.
        snapshot: of it.
        picked: the step whose picture is shown; None for the newest.
    """
    content, original = _photograph(job)
    if not snapshot.previews:
        _show_start(job, content, original)
        return
    size = fitted_size(original, result_side(job))
    lam = snapshot.loss_history[-1 if picked is None else picked].lambdas[0]
    caption = _("λ = {lam:.3g} · {width} × {height} pixels", lam=lam, width=size[0], height=size[1])
    after, label = snapshot.previews[0], _("Result {number}", number=job.number)
    before, before_label = content, _("Photograph")
    if picked is not None:
        after, label = frame_at(snapshot, picked), _("Step {step}", step=picked)
        caption = " · ".join((_("Step {step} of {steps}", step=picked, steps=snapshot.done), caption))
    elif snapshot.results and not job.active:
        after = displayed(job, snapshot, current_postprocess(job.owner, job.id))
        if (other := _compare_input(engine, job)) is not None:
            before, before_label = other.snapshot.previews[0], _name(other)
    viewer(
        after,
        size,
        key="picture",
        alt=painted_name(job.request.inputs),
        caption=caption,
        before=before,
        before_label=before_label,
        after_label=label,
        arrival=job.id if job.active else "",
        field=PHOTOGRAPH_FIELD,
    )
    if picked is not None:
        _show_step_tools(job, picked, after)


def frame_at(snapshot: Snapshot, step: int) -> bytes:
    """JPEG bytes of a step of which a picture is kept."""
    return next(frame.pictures[0] for frame in snapshot.frames if frame.index == step)


def _show_step_tools(job: Job, step: int, picture: bytes) -> None:
    with st.container(horizontal=True, key="picked"):
        st.button(
            _("Back to the newest picture"),
            icon=":material/undo:",
            key="unpick",
            on_click=guarded_callback(pick_step),
            args=(job.id, None),
        )
        st.download_button(
            _("Download step {step}, JPEG", step=step),
            picture,
            f"stylised-{job.number}-step-{step}.jpg",
            "image/jpeg",
            icon=":material/download:",
            on_click="ignore",
            key="download_step",
        )


def _compare_input(engine: Engine, job: Job) -> Job | None:
    """The other result of the same photograph that the result shall be compared with; None for the photograph."""
    photograph = job.request.inputs.content.data
    others = {
        other.id: other
        for other in studio_jobs(engine, job.owner)
        if other.snapshot.results and other.id != job.id and other.request.inputs.content.data == photograph
    }
    if not others:
        return None
    if st.session_state.get(_COMPARE) not in others:  # it was the result itself, or one that is gone
        st.session_state[_COMPARE] = ""
    names = {"": _("Photograph"), **{name: plain(_name(other)) for name, other in others.items()}}
    choice = st.segmented_control(
        _("Compare with"),
        ["", *list(reversed(others))[:COMPARED]],
        required=True,
        key=_COMPARE,
        wrap=True,
        format_func=names.__getitem__,
    )
    return others.get(choice or "")


def _name(job: Job) -> str:
    styles = shortened(style_names(job.request.inputs), NAME_LENGTH)
    return _("Result {number}: {styles}, λ {lam:.3g}", number=job.number, styles=styles, lam=job.lam)


def _show_start(job: Job, content: bytes, original: tuple[int, int]) -> None:
    """Draws what a job that has not begun starts from: a finished picture that it goes on from, else the photograph."""
    if job.request.config.init != "image" or job.request.inputs.init is None:
        alt = _("Photograph: {name}", name=shown(job.request.inputs.content.name))
        viewer(content, original, key="picture", alt=alt, caption=_("The photograph"), field=PHOTOGRAPH_FIELD)
        return

    def make() -> bytes:
        assert job.request.inputs.init is not None
        return encode_jpeg(decode(job.request.inputs.init.data, longest=PHOTOGRAPH_SIDE), 90)

    small = get_derived_pictures().get(job.owner, job.id, "start", make)
    alt = painted_name(job.request.inputs)
    viewer(
        small, original, key="picture", alt=alt, caption=_("The picture this continues from"), field=PHOTOGRAPH_FIELD
    )


def _photograph(job: Job) -> tuple[bytes, tuple[int, int]]:
    """JPEG bytes of a job's photograph, small enough to be shown, and its original size."""

    def make() -> tuple[bytes, tuple[int, int]]:
        decoded = decode_with_notices(job.request.inputs.content.data, longest=PHOTOGRAPH_SIDE)
        return encode_jpeg(decoded.image, 90), decoded.size

    return get_derived_pictures().get(job.owner, job.id, "photograph", make)
