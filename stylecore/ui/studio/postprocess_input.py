"""What is done to a finished picture without a new run: widgets, and the picture as they say."""

from __future__ import annotations

from functools import partial

import streamlit as st

from stylecore.artifacts.export import postprocessed
from stylecore.config import Postprocess
from stylecore.engine.jobs import Job, Snapshot
from stylecore.imaging.images import decode, encode_jpeg
from stylecore.settings import settings_of
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_derived_pictures, get_visitor_store
from stylecore.ui.state.visitor_store import postprocess_key
from stylecore.ui.widgets.setting_input import setting_input

SLIDER_PIXELS = 220  # its width


def postprocess_inputs(job: Job) -> Postprocess:
    """A widget for each setting; every job remembers its own, also over a reload. Returns what they say."""
    current_postprocess(job.owner, job.id)  # the widgets begin with it
    with st.container(horizontal=True, vertical_alignment="bottom", key="touches"):
        for name, declared in settings_of(Postprocess).items():
            setting_input(
                declared,
                _key(job.id, name),
                on_change=guarded_callback(partial(_remember, job.owner, job.id)),
                width=SLIDER_PIXELS,
                segmented=True,
            )
    return current_postprocess(job.owner, job.id)


def current_postprocess(owner: str, job_id: str) -> Postprocess:
    """What the widgets of a job say; where a tab does not know it yet, what the visitor set before."""
    known = get_visitor_store().get(owner, postprocess_key(job_id)) or Postprocess()
    return Postprocess(
        **{
            name: st.session_state.setdefault(_key(job_id, name), getattr(known, name))
            for name in settings_of(Postprocess)
        }
    )


def set_postprocess(owner: str, job_id: str, postprocess: Postprocess) -> None:
    """Remembers what is done to a job's picture; its widgets begin with it in a tab that does not know the job yet."""
    get_visitor_store().set(owner, postprocess_key(job_id), postprocess)


def displayed(job: Job, snapshot: Snapshot, postprocess: Postprocess) -> bytes:
    """JPEG bytes of the finished picture, at its full size."""

    def make() -> bytes:
        png = postprocessed(snapshot.results[0], job.request.inputs.content.data, postprocess)
        return encode_jpeg(decode(png), 92)

    return get_derived_pictures().get(job.owner, job.id, ("displayed", snapshot.done, postprocess), make)


def _remember(owner: str, job_id: str) -> None:
    set_postprocess(owner, job_id, current_postprocess(owner, job_id))


def _key(job_id: str, name: str) -> str:
    return f"{name}_{job_id}"
