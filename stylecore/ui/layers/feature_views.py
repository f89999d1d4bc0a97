"""Looks at one layer: its feature maps, and what it knows of style."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial

import streamlit as st

from stylecore.artifacts.contact_sheet import labelled_sheet
from stylecore.charts.export import to_html
from stylecore.charts.insight import difference_figure, matrices_figure, trajectory_figure
from stylecore.charts.style import Figure
from stylecore.config import Statistic
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import FeatureMaps, FeatureMapsQuery, Statistics, StatisticsQuery
from stylecore.engine.jobs import Frame, Job
from stylecore.imaging.images import encode_png
from stylecore.ui.components import chart
from stylecore.ui.layers.inputs import view_settings
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.state.restore import studio_jobs
from stylecore.ui.widgets.answers import answer_to
from stylecore.ui.widgets.downloads import download

ROW = 6  # feature maps beside each other
STOPS = 8  # steps of the last run that are looked at
STATISTICS: dict[Statistic, str] = {"gram": "Gram matrix", "covariance": "Covariance"}


def show_feature_maps(engine: Engine, owner: str, layer: str) -> None:
    """The strongest channels of a layer as a contact sheet."""
    content, style = chosen_pair()
    pictures = {"Photograph": content.data, "Style": style.data}
    if (job := last_result(engine, owner)) is not None:
        pictures["Result"] = job.snapshot.results[0]
    if st.session_state.get("maps_of") not in pictures:
        st.session_state.maps_of = "Photograph"
    of = str(st.segmented_control("Maps of", list(pictures), required=True, key="maps_of", persist_state="session"))
    maps = answer_to(engine, owner, FeatureMapsQuery(pictures[of], layer, view_settings()), "maps_wait")
    if maps is None:
        return
    sheet = _sheet(maps)
    silent = f" {maps.silent} of the layer's channels see nothing in it." if maps.silent else ""
    st.image(
        sheet,
        width="stretch",
        alt=f"The {len(maps.channels)} strongest channels of {layer} for the {of.lower()}",
        caption=f"{of}: the {len(maps.channels)} strongest channels of {layer}, {maps.size[0]} × {maps.size[1]} "
        f"positions, each with its number and its mean; black is 0, bright the channel's own largest value.{silent}",
    )
    st.download_button(
        "Feature maps",
        sheet,
        f"{layer}-maps.png",
        "image/png",
        icon=":material/download:",
        on_click="ignore",
        key="maps_sheet",
    )


def show_matrices(engine: Engine, owner: str, layer: str) -> None:
    """Gram matrices or covariances of one layer as heat maps, and how the last run came near the style's."""
    statistic: Statistic = st.segmented_control(
        "Style described by",
        list(STATISTICS),
        default="gram",
        required=True,
        key="matrices_of",
        format_func=STATISTICS.__getitem__,
        persist_state="session",
    )
    job = last_result(engine, owner)
    content, style = chosen_pair()
    query = StatisticsQuery(
        content.data,
        style.data,
        job.snapshot.results[0] if job else b"",
        tuple((frame.index, frame.pictures[0]) for frame in _stops(job.snapshot.frames)) if job else (),
        layer,
        dataclasses.replace(view_settings(), statistic=statistic),
    )
    found = answer_to(engine, owner, query, "matrices_wait")
    if found is None:
        return
    matrices = matrices_figure(found, signed=statistic == "covariance")
    words = "; ".join(
        f"{name} {distance:.2f}" for name, distance in found.distances.items() if name in ("content", "result")
    ).replace("content", "photograph")
    chart(
        matrices,
        key="matrices",
        alt=f"{STATISTICS[statistic]} of {layer} as heat maps",
        live=False,
        height=360,
        on_step=lambda _: None,
    )
    st.caption(
        f"{STATISTICS[statistic]} of {layer} per position, for the {len(found.channels)} channels that are strongest "
        f"in the style, on one colour scale. Distance from the style's, ‖G − G(s)‖ / ‖G(s)‖ of all channels: {words}."
    )
    figures = {f"{STATISTICS[statistic]} of {layer}": matrices}
    if found.trajectory:
        figures |= _way(found)
    elif job is None:
        st.info(
            "Paint this pair in the Studio, and its result, and the way to it, appear here, too.",
            icon=":material/brush:",
        )
    make = partial(to_html, figures)
    download("Interactive figures, HTML", make, f"{layer}-{statistic}.html", "text/html", key="matrices_html")


def last_result(engine: Engine, owner: str) -> Job | None:
    """The newest picture that the Studio has painted of the present pair."""
    content, style = chosen_pair()
    pair = content.data, style.data
    fitting = [job for job in studio_jobs(engine, owner) if job.request.inputs.pair == pair]
    return next((job for job in reversed(fitting) if job.snapshot.results and job.ended), None)


def _way(found: Statistics) -> dict[str, Figure]:
    """How the result came near the style: a curve, and the difference at the step that was clicked."""
    st.markdown("**How the last run got there**")
    steps = [step for step, _, _ in found.trajectory]
    picked = min(steps, key=lambda step: abs(step - st.session_state.get("matrices_step", steps[0])))
    st.session_state.matrices_at = picked
    _, distance, matrix = found.trajectory[steps.index(picked)]
    top = max(abs(value) for row in found.trajectory[0][2] for value in row) or 1.0
    curve, difference = trajectory_figure(found.trajectory, picked), difference_figure(matrix, found.channels, top)
    left, right = st.columns(2, gap="medium")
    with left:
        chart(curve, key="matrices_way", alt="Distance from the style against steps", live=False, on_step=_pick_step)
        st.select_slider(
            "Step", steps, key="matrices_at", help="Or click a step in the chart.", on_change=_slide_to_step
        )
    with right:
        alt = f"Difference from the style at step {picked}"
        chart(difference, key="matrices_difference", alt=alt, live=False, on_step=lambda _: None)
        st.caption(f"Step {picked}: this picture's matrix minus the style's; distance {distance:.3g}.")
    return {"Distance from the style": curve, alt: difference}


def _pick_step(step: float) -> None:
    st.session_state.matrices_step = step


def _slide_to_step() -> None:
    st.session_state.matrices_step = st.session_state.matrices_at


def _stops(frames: Sequence[Frame]) -> list[Frame]:
    """At most `STOPS` frames, more of them early, where more happens; the first and the last among them."""
    last = len(frames) - 1
    places = sorted({round(last * (i / (STOPS - 1)) ** 2) for i in range(STOPS)}) if last > 0 else range(len(frames))
    return [frames[place] for place in places]


def _sheet(maps: FeatureMaps) -> bytes:
    labelled = [
        (f"{channel}: {_short(mean)}", png)
        for channel, mean, png in zip(maps.channels, maps.means, maps.maps, strict=True)
    ]
    rows = [("", labelled[i : i + ROW]) for i in range(0, len(labelled), ROW)]
    return encode_png(labelled_sheet(rows, dark=True))  # black is 0, on the sheet too


def _short(mean: float) -> str:
    """Three digits, without an exponent."""
    return f"{mean:,.0f}" if mean >= 100 else f"{mean:.3g}"
