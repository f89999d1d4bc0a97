"""A finished picture painted large, as a print needs it: the choice of a size, with what it costs."""

from __future__ import annotations

import streamlit as st

from stylecore.engine.derived_jobs import made_large, result_side
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Job
from stylecore.imaging.images import picture_size
from stylecore.imaging.scaling import fitted_size
from stylecore.language import _
from stylecore.ui.studio.acting import acting, start_and_show
from stylecore.ui.widgets.run_panel import memory_problem, show_price

SIDES = (512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192)  # pixels, that are offered
USUAL = 1024  # where the choice begins
LARGER = 1.2  # times the result's side, at least
DOTS_PER_CM = 300 / 2.54

_SIDE = "large_side"  # key of the widget, with the id of the job


def large_input(engine: Engine, job: Job) -> None:
    """A button that opens the choice of a size; nothing where this server paints no larger picture.

    Args:
        engine: of the server.
        job: with a result, at rest.
    """
    most = engine.limits.max_size
    sides = sorted({side for side in (*SIDES, most) if LARGER * result_side(job) <= side <= most})
    if not sides:
        return
    with st.popover(_("Make it large"), icon=":material/zoom_out_map:", key="large"):
        _choice(engine, job, sides)


def _choice(engine: Engine, job: Job, sides: list[int]) -> None:
    original = picture_size(job.request.inputs.content.data)
    usual, key = next((side for side in sides if side >= USUAL), sides[-1]), f"{_SIDE}_{job.id}"
    # As its `value`, not through the session: a slider that has not been opened yet would not hear of that.
    side = st.select_slider(_("Longer side, pixels"), sides, usual, key=key) if len(sides) > 1 else sides[0]
    width, height = fitted_size(original, side)
    st.markdown(
        _(
            "**{width} × {height} pixels**: {wide:.1f} × {high:.1f} cm in print, at 300 dpi",
            width=width,
            height=height,
            wide=width / DOTS_PER_CM,
            high=height / DOTS_PER_CM,
        )
    )
    cost = engine.price_of(made_large(job, side))
    costs = [cost] if cost else []
    problem = memory_problem(engine, costs)
    if problem:
        st.warning(problem, icon=":material/warning:")
    elif costs:
        show_price(engine, costs, waits=True)
    st.caption(_("It continues from this picture, so it looks the same, only finer. Stop keeps what is there."))
    if side > 2 * max(original):
        st.caption(
            _(
                "The photograph has {pixels} pixels itself: beyond them, only the strokes become finer.",
                pixels=max(original),
            )
        )

    def begin(found: Job) -> None:
        start_and_show(engine, found.owner, made_large(found, st.session_state.get(key, side)))

    st.button(
        _("Paint it large"),
        type="primary",
        icon=":material/brush:",
        key="paint_large",
        width="stretch",
        disabled=bool(problem),
        on_click=acting(engine, job.owner, job.id, begin),
    )
