"""Part 7 of the theory: the weights of this pair."""

from __future__ import annotations

import dataclasses

import streamlit as st

from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import Calibration, CalibrationQuery
from stylecore.language import number
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.theory.widgets import Texts, part
from stylecore.ui.widgets.answers import answer_to
from stylecore.ui.widgets.settings import current_settings

COLUMNS = ("kind", "layer", "size", "distance", "weight", "share")


def show_calibration(t: Texts, engine: Engine, owner: str) -> None:
    """Draws the part.

    Args:
        t: texts.
        engine: of the server.
        owner: the visitor.
    """
    text, example = part(t, "calibrated")
    text.markdown(t["calibrated"])
    with example:
        content, style = chosen_pair()
        chosen = current_settings()
        config = dataclasses.replace(
            view_settings(),
            lambdas=chosen.lambdas[:1],
            content_layers=chosen.content_layers,
            style_layers=chosen.style_layers,
            statistic=chosen.statistic,
        )
        found = answer_to(engine, owner, CalibrationQuery(content.data, style.data, config), "calibration_wait")
        if found is None:
            return
        st.dataframe(_table(t, found), hide_index=True, width="stretch")
        st.caption(t["calibrated_help"].format(size=config.size))


def _table(t: Texts, found: Calibration) -> dict[str, list[str]]:
    """One row for each layer; by heading of the column."""
    rows: list[list[str]] = []
    for kind, sizes, distances, weights in (
        ("content", found.content_sizes, found.content_distances, found.content_weights),
        ("style", found.style_sizes, found.style_distances, found.style_weights),
    ):
        for layer, weight in weights.items():
            numbers = [number(value, ".2e") for value in (sizes[layer], distances[layer], weight)]
            rows.append([t[f"calibrated_{kind}"], layer, *numbers, number(weight * distances[layer], ".3f")])
    return {t[f"calibrated_{name}"]: [row[i] for row in rows] for i, name in enumerate(COLUMNS)}
