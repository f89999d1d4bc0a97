"""A finished result of the chosen pair that everybody may see, shown while the visitor has none of it."""

from __future__ import annotations

from functools import partial

import streamlit as st

from stylecore.config import SETTINGS
from stylecore.engine.derived_jobs import extract
from stylecore.engine.engine import Engine
from stylecore.errors import UserError
from stylecore.experiments.finished import finished_jobs
from stylecore.experiments.grid import Cell, cells_of
from stylecore.language import _
from stylecore.ui.components import viewer
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.state.names import painted_name
from stylecore.ui.state.restore import open_job
from stylecore.ui.state.sources import Source
from stylecore.ui.studio.curves import show_curves
from stylecore.ui.studio.run import chosen_request
from stylecore.ui.widgets.uploads import PHOTOGRAPH_FIELD


def show_example(engine: Engine, owner: str, content: Source) -> bool:
    """Draws a finished result with its losses, and a button that makes it the visitor's own.

    Args:
        engine: of the server.
        owner: the visitor.
        content: the chosen photograph.

    Returns:
        Whether there is one.
    """
    cell = _example(engine, owner)
    if cell is None or cell.preview is None:
        return False
    job = extract(cell.job, cell.k, 0, cell.job.id)
    config, size = job.request.config, job.size or content.size
    told = _("A finished sample. Press **Run** to paint yours and watch it appear.")
    if cell.lam != chosen_request().config.lambdas[0]:
        told = _("A finished sample with the nearest λ, {lam:g}. Press **Run** to paint with yours.", lam=cell.lam)
    with st.container(gap="xsmall", key="stage_picture"):
        st.info(told, icon=":material/brush:")
        viewer(
            cell.preview,
            size,
            key="picture",
            alt=painted_name(job.request.inputs),
            caption=_(
                "λ = {lam:g} · {width} × {height} pixels · {described}",
                lam=cell.lam,
                width=size[0],
                height=size[1],
                described=SETTINGS["statistic"].labels[config.statistic],
            ),
            before=content.preview,
            before_label=_("Photograph"),
            after_label=_("Finished sample"),
            field=PHOTOGRAPH_FIELD,
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="adopting"):
        st.button(
            _("Continue from this picture"),
            icon=":material/play_arrow:",
            key="adopt",
            on_click=guarded_callback(partial(adopt, engine, owner, cell.job.id, cell.k)),
        )
        st.caption(_("Makes it yours: add steps, change its colours, make it large or download it."))
    show_curves(job, job.snapshot, None)
    return True


def adopt(engine: Engine, owner: str, job_id: str, k: int) -> None:
    """Makes a result that everybody may see one of the visitor's own, and shows it with its settings and pair.

    Args:
        engine: of the server.
        owner: the visitor.
        job_id: of the result; nothing happens if it is no longer there.
        k: index of its λ.
    """
    job = engine.shared_job(job_id)
    if job is not None:
        open_job(engine, owner, engine.promote(job, k, owner).id)


def _example(engine: Engine, owner: str) -> Cell | None:
    """The picture that Run would paint, if somebody has painted it; else a sample of the pair with the nearest λ."""
    try:
        request = chosen_request()
    except UserError:
        return None
    lam = request.config.lambdas[0]
    if (same := cells_of(engine.jobs_like(owner, request), request).get(lam)) is not None:
        return same
    if len(list(request.inputs.files())) > 2:  # the samples are of one style, without masks
        return None
    cells = [
        Cell(painted, job, k)
        for job in finished_jobs()
        if job.request.workspace != "layers" and job.request.inputs.pair == request.inputs.pair
        for k, painted in enumerate(job.lambdas)
    ]
    return min(cells, key=lambda cell: abs(cell.lam - lam), default=None)
