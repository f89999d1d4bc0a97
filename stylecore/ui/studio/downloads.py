"""Files of a finished picture to take home, and the way on to the λ lab."""

from __future__ import annotations

from functools import partial
from typing import Literal

import streamlit as st

from stylecore.artifacts.animation import time_lapse
from stylecore.artifacts.export import converted, postprocessed
from stylecore.config import OutputFormat, Postprocess
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job, Snapshot
from stylecore.language import _
from stylecore.ui.widgets.downloads import download


def result_downloads(engine: Engine, job: Job, snapshot: Snapshot, postprocess: Postprocess, label: str) -> None:
    """Download buttons; each file is made when it is asked for.

    Args:
        engine: of the server.
        job: that has a result.
        snapshot: of it.
        postprocess: what is done to the result.
        label: of the button for the PNG.
    """
    name = f"stylised-{job.number}"
    picture, lapse = (partial(make, job, snapshot, postprocess) for make in (_picture, _time_lapse))
    deep = partial(engine.deep_picture, job, postprocess)
    with st.container(horizontal=True, gap="small", key="downloads"):
        download(
            label,
            partial(picture, "png"),
            f"{name}.png",
            "image/png",
            key="download_png",
        )
        with st.popover(_("Other formats"), icon=":material/more_horiz:"):
            for text, make, kind, ending in (
                ("JPEG", partial(picture, "jpeg"), "jpeg", ".jpg"),
                ("WebP", partial(picture, "webp"), "webp", ".webp"),
                (_("Time-lapse, animated WebP"), partial(lapse, "WEBP"), "webp", "-time-lapse.webp"),
                (_("Time-lapse, GIF"), partial(lapse, "GIF"), "gif", "-time-lapse.gif"),
                *([(_("TIFF, 16 bits a channel"), deep, "tiff", ".tif")] if snapshot.resumable else []),
            ):
                file = f"{name}{ending}"
                download(text, make, file, f"image/{kind}", key=f"download_{ending}", icon=None, width="stretch")
    st.caption(_("The PNG holds its recipe: drop it on this page to get all settings back."))


def lab_link() -> None:
    """What to do next with a pair that has one picture."""
    st.page_link("pages/lambda_lab.py", label=_("Compare several λ on this pair"), icon=":material/compare:")


def _picture(job: Job, snapshot: Snapshot, postprocess: Postprocess, kind: OutputFormat) -> bytes:
    return converted(postprocessed(snapshot.results[0], job.request.inputs.content.data, postprocess), kind)


def _time_lapse(job: Job, snapshot: Snapshot, postprocess: Postprocess, kind: Literal["GIF", "WEBP"]) -> bytes:
    png = _picture(job, snapshot, postprocess, "png")
    return time_lapse([frame.pictures[0] for frame in snapshot.frames], png, kind)
