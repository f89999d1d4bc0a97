"""The style matrices of one layer, as heat maps."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from stylecore.charts.export import to_html
from stylecore.charts.insight import TITLES, matrices_figure
from stylecore.charts.style import Figure
from stylecore.config import SETTINGS, Statistic
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import MATRICES, Statistics, StatisticsQuery
from stylecore.engine.jobs import Frame, Job
from stylecore.language import Sentence, _, counted, number, reader
from stylecore.ui.components import chart
from stylecore.ui.layers.last_result import last_result
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.layers.trajectory import show_trajectory
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.answers import answer_to
from stylecore.ui.widgets.downloads import download

STOPS = 8  # steps of the last run whose matrices are looked at, at the most
HEIGHT = 360  # pixels of the heat maps


def show_matrices(engine: Engine, owner: str, layer: str) -> None:
    """Draws the matrices of photograph, style and result as heat maps, and the trajectory of the last run.

    Args:
        engine: of the server.
        owner: the visitor.
        layer: one of `LAYERS`.
    """
    statistic = _statistic_input()
    job = last_result(engine, owner)
    found = answer_to(engine, owner, _query(job, layer, statistic), "matrices_wait")
    if found is None:
        return
    title = Sentence("{description} of {layer}", description=_name(statistic), layer=layer)
    settings = _settings(layer, statistic)
    figures: dict[str, Figure] = {title: _show_heat_maps(found, title, settings, signed=statistic == "covariance")}
    if found.trajectory:
        figures |= show_trajectory(found, settings)
    elif job is None:
        st.info(
            _("Paint this pair in the Studio to see its result here, and the way to it."),
            icon=":material/brush:",
        )
    make = partial(to_html, figures, reader())
    download(_("Interactive figures, HTML"), make, f"{layer}-{statistic}.html", "text/html", key="matrices_html")


def _statistic_input() -> Statistic:
    return st.segmented_control(
        _("Style described by"),
        MATRICES,
        default=MATRICES[0],
        required=True,
        key="matrices_of",
        format_func={name: _(_name(name)) for name in MATRICES}.__getitem__,
        persist_state="session",
    )


def _name(statistic: Statistic) -> str:
    return SETTINGS["statistic"].labels[statistic]


def _query(job: Job | None, layer: str, statistic: Statistic) -> StatisticsQuery:
    """Asks for the matrices of the pair and, if there is one, of a run of it."""
    content, style = chosen_pair()
    return StatisticsQuery(
        content.data,
        style.data,
        job.snapshot.results[0] if job else b"",
        tuple((frame.index, frame.pictures[0]) for frame in _stops(job.snapshot.frames)) if job else (),
        layer,
        dataclasses.replace(view_settings(), statistic=statistic),
    )


def _stops(frames: Sequence[Frame]) -> list[Frame]:
    """At most `STOPS` frames, closer together early, where more happens; the first and the last are among them."""
    last = len(frames) - 1
    places = sorted({round(last * (i / (STOPS - 1)) ** 2) for i in range(STOPS)}) if last > 0 else range(len(frames))
    return [frames[place] for place in places]


def _settings(layer: str, statistic: Statistic) -> dict[str, object]:
    """What the numbers of this view are of, for those who take them home."""
    config = view_settings()
    return {
        "layer": layer,
        "statistic": statistic,
        "size_pixels": config.size,
        "style_scale": config.style_scale,
        "pooling": config.pooling,
        "padding": config.padding,
        "vgg_weights": config.vgg_weights,
    }


def _show_heat_maps(found: Statistics, title: Sentence, settings: Mapping[str, object], *, signed: bool) -> Figure:
    figure = matrices_figure(found, signed=signed)
    chart(
        figure, key="matrices", alt=_("{title} as heat maps", title=title), live=False, height=HEIGHT, settings=settings
    )
    words = "; ".join(
        f"{_(TITLES[name])} {number(found.distances[name], '.2f')}"
        for name in ("content", "result")
        if name in found.distances
    )
    caption = counted(
        "{title} per position, for the channel that is strongest in the style. Distance from the style's, "
        "‖G − G(s)‖ / ‖G(s)‖ of all channels: {distances}.",
        "{title} per position, for the {count} channels that are strongest in the style, on one colour scale. Distance "
        "from the style's, ‖G − G(s)‖ / ‖G(s)‖ of all channels: {distances}.",
        len(found.channels),
        title=title,
        distances=words,
    )
    st.caption(_(caption))
    return figure
