"""Files of a finished picture to take home, and the way on to the λ lab."""

from __future__ import annotations

import io
from functools import partial

import streamlit as st
from PIL import Image

from stylecore.artifacts.animation import time_lapse
from stylecore.artifacts.export import postprocessed
from stylecore.config import Postprocess
from stylecore.engine.jobs import Job, Snapshot
from stylecore.imaging.images import decode
from stylecore.ui.widgets.downloads import download

QUALITY = 92  # of JPEG and WebP


def result_downloads(job: Job, snapshot: Snapshot, postprocess: Postprocess, label: str) -> None:
    """Download buttons; each file is made when it is asked for.

    Args:
        job: that has a result.
        snapshot: of it.
        postprocess: what is done to the result.
        label: of the button for the PNG.
    """
    name = f"stylised-{job.number}"
    with st.container(horizontal=True, gap="small", key="downloads"):
        download(
            label,
            partial(_picture, job, snapshot, postprocess, "PNG"),
            f"{name}.png",
            "image/png",
            key="download_png",
            help="With its recipe inside: drop it on this page to get all settings back.",
        )
        with st.popover("Other formats", icon=":material/more_horiz:"):
            for text, make, kind, ending in (
                ("JPEG", _picture, "JPEG", ".jpg"),
                ("WebP", _picture, "WEBP", ".webp"),
                ("Time-lapse, animated WebP", _time_lapse, "WEBP", "-time-lapse.webp"),
                ("Time-lapse, GIF", _time_lapse, "GIF", "-time-lapse.gif"),
            ):
                download(
                    text,
                    partial(make, job, snapshot, postprocess, kind),
                    f"{name}{ending}",
                    f"image/{kind.lower()}",
                    key=f"download_{ending}",
                    icon=None,
                    width="stretch",
                )


def lab_link() -> None:
    """What to do next with a pair that has one picture."""
    st.page_link("pages/lambda_lab.py", label="Compare several λ on this pair", icon=":material/compare:")


def _picture(job: Job, snapshot: Snapshot, postprocess: Postprocess, kind: str) -> bytes:
    png = postprocessed(snapshot.results[0], job.request.inputs.content.data, postprocess)
    if kind == "PNG":
        return png
    buffer = io.BytesIO()
    picture = decode(png) if kind == "JPEG" else Image.open(io.BytesIO(png))  # what is transparent stays so in WebP
    picture.save(buffer, kind, quality=QUALITY)
    return buffer.getvalue()


def _time_lapse(job: Job, snapshot: Snapshot, postprocess: Postprocess, kind: str) -> bytes:
    png = _picture(job, snapshot, postprocess, "PNG")
    return time_lapse([frame.pictures[0] for frame in snapshot.frames], png, "GIF" if kind == "GIF" else "WEBP")
