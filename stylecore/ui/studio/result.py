"""A finished picture: instant touches, and ways to take it home."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import partial

import streamlit as st
from PIL import Image

from stylecore.artifacts.animation import time_lapse
from stylecore.artifacts.export import postprocessed
from stylecore.config import Postprocess
from stylecore.engine.jobs import Frame, Job, Snapshot
from stylecore.imaging.images import decode, encode_jpeg
from stylecore.ui.state.visitor_store import get_visitor_store
from stylecore.ui.widgets.downloads import download

COLOURS = {
    "style": "As painted",
    "luminance": "Photograph's colours",
    "statistics": "Matched colours",
}
PEEK = 160  # pixels of the small pictures over the chart


def postprocess_inputs(job: Job) -> None:
    """Widgets for the touches; each job remembers its own, also over a reload."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="touches"):
        st.segmented_control(
            "Colours",
            list(COLOURS),
            required=True,
            key=f"colours_{job.id}",
            format_func=COLOURS.__getitem__,
            persist_state="session",
            wrap=True,
            on_change=_note,
            args=(job,),
            help="Photograph's colours: only light and dark come from the painting. "
            "Matched: the painting's colours, moved to the photograph's mean and spread.",
        )
        st.slider(
            "Blend in the photograph",
            0.0,
            1.0,
            step=0.05,
            key=f"blend_{job.id}",
            persist_state="session",
            width=220,
            on_change=_note,
            args=(job,),
        )


def set_postprocess(job: Job, finish: Postprocess) -> None:
    """Notes the touches of a job: those that its widgets begin with in a session that does not know it yet."""
    get_visitor_store().note(job.owner, f"finish of {job.id}", finish)


def _note(job: Job) -> None:
    set_postprocess(job, current_postprocess(job))


def current_postprocess(job: Job) -> Postprocess:
    """The touches that the widgets say."""
    noted = get_visitor_store().noted(job.owner, f"finish of {job.id}")
    known = noted if isinstance(noted, Postprocess) else Postprocess()
    return Postprocess(
        colours=st.session_state.setdefault(f"colours_{job.id}", known.colours),
        blend=st.session_state.setdefault(f"blend_{job.id}", known.blend),
    )


def displayed(job: Job, snapshot: Snapshot, finish: Postprocess) -> bytes:
    """JPEG bytes of the finished picture, at its full size."""
    return _displayed(job.id, snapshot.done, finish, job, snapshot)


def take_home(job: Job, snapshot: Snapshot, label: str) -> None:
    """Downloads, the PNG with a label of its own; each file is made when it is asked for."""
    finish = current_postprocess(job)
    name = f"stylised-{job.number}"
    make = partial(_file, job, snapshot, finish)
    with st.container(horizontal=True, gap="small", key="downloads"):
        download(
            label,
            partial(make, "PNG"),
            f"{name}.png",
            "image/png",
            key="download_png",
            help="With its recipe inside: drop it on this page to get all settings back.",
        )
        with st.popover("Other formats", icon=":material/more_horiz:"):
            for kind, ending, mime, label in (
                ("JPEG", ".jpg", "image/jpeg", "JPEG"),
                ("WEBP", ".webp", "image/webp", "WebP"),
                ("time-lapse WEBP", "-time-lapse.webp", "image/webp", "Time-lapse, animated WebP"),
                ("time-lapse GIF", "-time-lapse.gif", "image/gif", "Time-lapse, GIF"),
            ):
                download(
                    label,
                    partial(make, kind),
                    f"{name}{ending}",
                    mime,
                    key=f"download_{ending}",
                    icon=None,
                    width="stretch",
                )


def way_to_the_lab() -> None:
    """What to do next with a pair that has one picture."""
    st.page_link("pages/lambda_lab.py", label="Compare several λ on this pair", icon=":material/compare:")


@st.cache_data(max_entries=20, show_spinner=False)
def small_frames(name: str, done: int, _frames: Sequence[Frame]) -> list[tuple[int, bytes]]:
    """(step, JPEG bytes) of a job's way, small enough to lie over a chart."""
    small = []
    for frame in _frames:
        picture = Image.open(io.BytesIO(frame.pictures[0]))
        picture.thumbnail((PEEK, PEEK))
        small.append((frame.index, encode_jpeg(picture, 75)))
    return small


@st.cache_data(max_entries=30, show_spinner=False)
def _displayed(name: str, done: int, finish: Postprocess, _job: Job, _snapshot: Snapshot) -> bytes:
    return encode_jpeg(decode(postprocessed(_snapshot.results[0], _job.request.inputs.content.data, finish)), 92)


def _file(job: Job, snapshot: Snapshot, finish: Postprocess, kind: str) -> bytes:
    """A file to take home."""
    png = postprocessed(snapshot.results[0], job.request.inputs.content.data, finish)
    if kind == "PNG":
        return png
    if kind.startswith("time-lapse"):
        way = [frame.pictures[0] for frame in snapshot.frames]
        return time_lapse(way, png, "GIF" if kind.endswith("GIF") else "WEBP")
    buffer = io.BytesIO()
    decode(png).save(buffer, kind, quality=92)
    return buffer.getvalue()
