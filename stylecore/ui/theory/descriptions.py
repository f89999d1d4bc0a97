"""Part 8 of the theory: two channels of the visitor's pair as clouds of points, and what is kept of them as style."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from stylecore.charts.cloud import Cloud
from stylecore.charts.cloud_figures import cloud_figure, projections_figure
from stylecore.config import SETTINGS, Statistic
from stylecore.engine.engine import Engine
from stylecore.language import _
from stylecore.layers import LAYERS
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.ui.components import chart
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.page_errors import guarded
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.theory.cloud_query import CloudQuery, Clouds
from stylecore.ui.theory.widgets import Texts, part
from stylecore.ui.theory.worked_descriptions import DIGITS, distance_along, distance_of, kept_of
from stylecore.ui.theory.worked_examples import number
from stylecore.ui.widgets.answers import answer_to

DEFAULT_LAYER = "relu2_1"
DEFAULT_ANGLE = 45  # degrees
AXES = ("across", "up")
CLOUD_HEIGHT, PROJECTIONS_HEIGHT = 440, 220  # pixels


def show_descriptions(t: Texts, engine: Engine, owner: str) -> None:
    """Draws the part. What is changed in it draws it alone again: nothing is computed but what was not seen before.

    Args:
        t: texts.
        engine: of the server.
        owner: the visitor.
    """
    st.fragment(guarded(partial(_show, t, engine, owner)), key="theory_descriptions")()


def _show(t: Texts, engine: Engine, owner: str) -> None:
    text, example = part(t, "described")
    text.markdown(t["described"])
    with example:
        statistic = _description_input(t)
        columns = st.columns(3)
        layer = columns[0].selectbox(
            t["described_layer"],
            LAYERS,
            index=LAYERS.index(DEFAULT_LAYER),
            key="theory_cloud_layer",
            persist_state="session",
        )
        content, style = chosen_pair()
        query = CloudQuery(content.data, style.data, layer, view_settings())
        found = answer_to(engine, owner, query, "clouds_wait")
    text.markdown(t[f"described_{statistic}"])
    if found is None:
        return
    across, up = (_channel_input(t, place, found, layer, axis) for place, axis in zip(columns[1:], AXES, strict=True))
    clouds = _clouds(t, found, (across, up))
    with example:
        _show_clouds(t, *clouds, statistic, (across, up))
    with text:
        _show_numbers(t, *clouds, statistic)


def _description_input(t: Texts) -> Statistic:
    chosen: Statistic = st.segmented_control(
        t["described_by"],
        list(DESCRIPTIONS),
        default="gram",
        required=True,
        key="theory_description",
        persist_state="session",
        format_func={name: _name(name) for name in DESCRIPTIONS}.__getitem__,
        wrap=True,
    )
    return chosen


def _name(statistic: Statistic) -> str:
    return _(SETTINGS["statistic"].labels[statistic])


def _channel_input(t: Texts, place: DeltaGenerator, found: Clouds, layer: str, axis: str) -> int:
    """Draws the choice of a channel, of which each layer has its own. Returns its number."""
    channel: int = place.selectbox(
        t[f"described_{axis}"],
        found.channels,
        index=AXES.index(axis),
        key=f"theory_{axis}_{layer}",
        persist_state="session",
    )
    return channel


def _clouds(t: Texts, found: Clouds, channels: tuple[int, int]) -> tuple[Cloud, Cloud]:
    """The photograph's and the style picture's positions in two channels."""
    places = [found.channels.index(channel) for channel in channels]
    content, style = (values[places].astype(np.float64) for values in (found.content, found.style))
    return Cloud(t["described_of_content"], content), Cloud(t["described_of_style"], style)


def _show_clouds(t: Texts, content: Cloud, style: Cloud, statistic: Statistic, channels: tuple[int, int]) -> None:
    """Draws the clouds, and for sliced how they are spread along one direction, which can be turned."""
    titles = t["described_channel"].format(channel=channels[0]), t["described_channel"].format(channel=channels[1])
    degrees = _angle_input(t) if statistic == "sliced" else DEFAULT_ANGLE
    chart(
        cloud_figure(content, style, titles, statistic, degrees),
        key="theory_cloud",
        alt=f"{_name(statistic)}: {titles[0]}, {titles[1]}",
        live=False,
        on_step=lambda _: None,
        height=CLOUD_HEIGHT,
    )
    if statistic != "sliced":
        return
    chart(
        projections_figure(content, style, (t["described_projection"], t["described_share"]), degrees),
        key="theory_projections",
        alt=f"{t['described_projection']}, {degrees}°",
        live=False,
        on_step=lambda _: None,
        height=PROJECTIONS_HEIGHT,
    )
    along = distance_along(content.along(degrees), style.along(degrees))
    st.markdown(t["described_found_along"].format(distance=number(along, DIGITS)))


def _angle_input(t: Texts) -> int:
    """Draws the slider of the direction. Returns degrees against the axis of the first channel."""
    return st.slider(
        t["described_angle"],
        0,
        180,
        DEFAULT_ANGLE,
        step=5,
        format="%d°",
        key="theory_angle",
        persist_state="session",
    )


def _show_numbers(t: Texts, content: Cloud, style: Cloud, statistic: Statistic) -> None:
    """Draws what the core says of both clouds."""
    for cloud, symbol in ((content, "c"), (style, "s")):
        if kept := kept_of(cloud.points, symbol, statistic):
            st.markdown(kept)
    distance = distance_of(content.points, style.points, statistic)
    st.markdown(t["described_found"].format(distance=number(distance, DIGITS)))
