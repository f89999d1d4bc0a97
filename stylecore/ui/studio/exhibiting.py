"""Putting a result into the gallery, where the operator allows it, and taking it away again."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.exhibition import SIDE
from stylecore.engine.jobs import Job
from stylecore.errors import UserError
from stylecore.imaging.images import decode, encode_jpeg
from stylecore.language import _
from stylecore.samples import sample_names
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.server import get_exhibition
from stylecore.ui.state.session import SessionValue
from stylecore.ui.studio.postprocess_input import current_postprocess, displayed


class _State:
    """Of this tab.

    Attributes:
        refusal: why the gallery has not taken a picture, in a `Sentence`; it is told once.
    """

    prefix = "exhibiting"
    refusal = SessionValue[str]("")


def exhibit_input(engine: Engine, job: Job) -> None:
    """Draws a button that shows a finished result to everybody, behind one that asks, or takes it back.

    Args:
        engine: of the server.
        job: a finished result of the visitor's own.
    """
    exhibition = get_exhibition()
    if not exhibition.most:
        return
    if exhibit := exhibition.of_result(job.owner, job.id):
        st.button(
            _("Take it out of the gallery"),
            icon=":material/visibility_off:",
            key="unexhibit",
            on_click=guarded_callback(exhibition.remove),
            args=(exhibit.id, job.owner),
        )
        return
    with st.popover(_("Show it in the gallery"), icon=":material/visibility:", key="exhibit"):
        st.markdown(
            _(
                "Everybody who opens this server's gallery will see this picture, small, and its settings; your files "
                "and their names stay yours. You can take it out again."
            )
        )
        st.button(
            _("Show it to everybody"),
            type="primary",
            key="exhibit_now",
            on_click=guarded_callback(_exhibit),
            args=(engine, job.owner, job.id),
        )
    if refusal := _State().refusal:
        _State().refusal = ""
        st.error(_(refusal), icon=":material/error:")


def _exhibit(engine: Engine, owner: str, job_id: str) -> None:
    job = engine.job(owner, job_id)
    if job is None or not job.snapshot.results:
        return
    shown = displayed(job, job.snapshot, current_postprocess(owner, job_id))
    try:
        get_exhibition().add(job, encode_jpeg(decode(shown, longest=SIDE), 85), sample_names())
    except UserError as error:
        _State().refusal = error.sentence
