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
    current_postprocess(job)  # the widgets begin with it
    with st.container(horizontal=True, vertical_alignment="bottom", key="touches"):
        for name, declared in settings_of(Postprocess).items():
            setting_input(
                declared,
                _key(job, name),
                on_change=guarded_callback(partial(_remember, job)),
                width=SLIDER_PIXELS,
                segmented=True,
            )
    return current_postprocess(job)


def current_postprocess(job: Job) -> Postprocess:
    """What the widgets of a job say; where a tab does not know it yet, what the visitor set before."""
    known = get_visitor_store().get(job.owner, postprocess_key(job.id)) or Postprocess()
    return Postprocess(
        **{
            name: st.session_state.setdefault(_key(job, name), getattr(known, name))
            for name in settings_of(Postprocess)
        }
    )


def set_postprocess(job: Job, postprocess: Postprocess) -> None:
    """Remembers what is done to a job's picture; its widgets begin with it in a tab that does not know the job yet."""
    get_visitor_store().set(job.owner, postprocess_key(job.id), postprocess)


def displayed(job: Job, snapshot: Snapshot, postprocess: Postprocess) -> bytes:
    """JPEG bytes of the finished picture, at its full size."""

    def make() -> bytes:
        png = postprocessed(snapshot.results[0], job.request.inputs.content.data, postprocess)
        return encode_jpeg(decode(png), 92)

    return get_derived_pictures().get(job.owner, job.id, ("displayed", snapshot.done, postprocess), make)


def _remember(job: Job) -> None:
    set_postprocess(job, current_postprocess(job))


def _key(job: Job, name: str) -> str:
    return f"{name}_{job.id}"
