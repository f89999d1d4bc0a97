"""How the last run came near the style: the distance step by step, and what is still different."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from stylecore.charts.insight import difference_figure, trajectory_figure
from stylecore.charts.style import Figure
from stylecore.engine.feature_views import Statistics
from stylecore.language import Sentence, _
from stylecore.ui.components import chart
from stylecore.ui.layers.state import LayersState
from stylecore.ui.page_errors import guarded_callback


def show_trajectory(found: Statistics, settings: Mapping[str, object]) -> dict[str, Figure]:
    """Draws the distance from the style against steps, and the difference at the step that was clicked.

    Args:
        found: of a layer, with a trajectory.
        settings: what it is of, for those who take it home.

    Returns:
        Both figures by heading.
    """
    state = LayersState()
    st.markdown(_("**How the last run got there**"))
    steps = [step for step, *_rest in found.trajectory]
    wanted = steps[0] if state.picked_step is None else state.picked_step
    picked = state.step_on_slider = min(steps, key=lambda step: abs(step - wanted))
    _step, distance, matrix = found.trajectory[steps.index(picked)]
    top = max(abs(value) for row in found.trajectory[0][2] for value in row) or 1.0
    curve, difference = trajectory_figure(found.trajectory, picked), difference_figure(matrix, found.channels, top)
    heading = Sentence("Difference from the style at step {step}", step=picked)
    left, right = st.columns(2, gap="medium")
    with left:
        chart(
            curve,
            key="matrices_trajectory",
            alt=_("Distance from the style against steps"),
            live=False,
            on_step=_pick_step,
            settings=settings,
        )
        st.select_slider(
            _("Step"),
            steps,
            key=LayersState.step_on_slider.key,
            help=_("Or click a step in the chart."),
            on_change=guarded_callback(_pick_step_of_slider),
        )
    with right:
        chart(difference, key="matrices_difference", alt=_(heading), live=False, settings={**settings, "step": picked})
        st.caption(
            _(
                "Step {step}: this picture's matrix minus the style's; distance {distance:.3g}.",
                step=picked,
                distance=distance,
            )
        )
    return {Sentence("Distance from the style"): curve, heading: difference}


def _pick_step(step: float) -> None:
    LayersState().picked_step = step


def _pick_step_of_slider() -> None:
    _pick_step(LayersState().step_on_slider)
