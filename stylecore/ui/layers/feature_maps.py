"""The feature maps of one layer."""

from __future__ import annotations

import streamlit as st

from stylecore.artifacts.contact_sheet import labelled_sheet
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import FeatureMaps, FeatureMapsQuery
from stylecore.imaging.images import encode_png
from stylecore.ui.layers.last_result import last_result
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.layers.state import LayersState
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.answers import answer_to
from stylecore.ui.widgets.downloads import download

COLUMNS = 6  # of the sheet


def show_feature_maps(engine: Engine, owner: str, layer: str) -> None:
    """Draws the strongest channels of a layer as a sheet.

    Args:
        engine: of the server.
        owner: the visitor.
        layer: one of `LAYERS`.
    """
    content, style = chosen_pair()
    pictures = {"Photograph": content.data, "Style": style.data}
    if (job := last_result(engine, owner)) is not None:
        pictures["Result"] = job.snapshot.results[0]
    name = _picture_input(list(pictures))
    maps = answer_to(engine, owner, FeatureMapsQuery(pictures[name], layer, view_settings()), "maps_wait")
    if maps is None:
        return
    sheet = _sheet(maps)
    silent = f" {maps.silent} of the layer's channels see nothing in it." if maps.silent else ""
    st.image(
        sheet,
        width="stretch",
        alt=f"The {len(maps.channels)} strongest channels of {layer} for the {name.lower()}",
        caption=f"{name}: the {len(maps.channels)} strongest channels of {layer}, {maps.size[0]} × {maps.size[1]} "
        f"positions, each with its number and its mean; black is 0, bright the channel's own largest value.{silent}",
    )
    download("Feature maps", lambda: sheet, f"{layer}-maps.png", "image/png", key="maps_sheet")


def _picture_input(names: list[str]) -> str:
    """Draws the choice of a picture. Returns its name."""
    state = LayersState()
    if state.maps_of not in names:  # there was a result, and it is gone
        state.maps_of = names[0]
    name = st.segmented_control("Maps of", names, required=True, key=LayersState.maps_of.key, persist_state="session")
    return str(name)


def _sheet(maps: FeatureMaps) -> bytes:
    """All maps on one PNG, each with its number and its mean."""
    labelled = [
        (f"{channel}: {_mean_text(mean)}", png)
        for channel, mean, png in zip(maps.channels, maps.means, maps.maps, strict=True)
    ]
    rows = [("", labelled[i : i + COLUMNS]) for i in range(0, len(labelled), COLUMNS)]
    return encode_png(labelled_sheet(rows, dark=True))  # black is 0, on the sheet too


def _mean_text(mean: float) -> str:
    """Three digits, without an exponent."""
    return f"{mean:,.0f}" if mean >= 100 else f"{mean:.3g}"
