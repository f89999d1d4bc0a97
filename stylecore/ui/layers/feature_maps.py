"""The feature maps of one layer."""

from __future__ import annotations

import streamlit as st

from stylecore.artifacts.contact_sheet import labelled_sheet
from stylecore.engine.engine import Engine
from stylecore.engine.feature_views import FeatureMaps, FeatureMapsQuery
from stylecore.imaging.images import encode_png
from stylecore.language import Sentence, _, counted, number
from stylecore.ui.layers.last_result import last_result
from stylecore.ui.layers.settings import view_settings
from stylecore.ui.layers.state import LayersState
from stylecore.ui.state.chosen import chosen_pair
from stylecore.ui.widgets.answers import answer_to
from stylecore.ui.widgets.downloads import download

COLUMNS = 6  # of the sheet
PHOTOGRAPH, STYLE, RESULT = Sentence("Photograph"), Sentence("Style"), Sentence("Result")


def show_feature_maps(engine: Engine, owner: str, layer: str) -> None:
    """Draws the strongest channels of a layer as a sheet.

    Args:
        engine: of the server.
        owner: the visitor.
        layer: one of `LAYERS`.
    """
    content, style = chosen_pair()
    pictures: dict[str, bytes] = {PHOTOGRAPH: content.data, STYLE: style.data}
    if (job := last_result(engine, owner)) is not None:
        pictures[RESULT] = job.snapshot.results[0]
    name = _picture_input(list(pictures))
    maps = answer_to(engine, owner, FeatureMapsQuery(pictures[name], layer, view_settings()), "maps_wait")
    if maps is None:
        return
    sheet = _sheet(maps)
    caption = counted(
        "{picture}: the strongest channel of {layer}, {width} × {height} positions, with its number and its mean; "
        "black is 0, bright the channel's own largest value.",
        "{picture}: the {count} strongest channels of {layer}, {width} × {height} positions, each with its number and "
        "its mean; black is 0, bright the channel's own largest value.",
        len(maps.channels),
        picture=name,
        layer=layer,
        width=maps.size[0],
        height=maps.size[1],
    )
    silent = counted(
        "{count} of the layer's channels sees nothing in it.",
        "{count} of the layer's channels see nothing in it.",
        maps.silent,
    )
    with st.container(key="maps"):  # wider than a phone, so that its numbers can be read: see page.css
        st.image(sheet, width="stretch", alt=_("Feature maps of {layer}: {picture}", layer=layer, picture=name))
    st.caption(f"{_(caption)} {_(silent)}" if maps.silent else _(caption))
    download(_("Feature maps"), lambda: sheet, f"{layer}-maps.png", "image/png", key="maps_sheet")


def _picture_input(names: list[str]) -> str:
    """Draws the choice of a picture. Returns its name, one of these."""
    state = LayersState()
    if state.maps_of not in names:  # there was a result, and it is gone
        state.maps_of = names[0]
    chosen = st.segmented_control(
        _("Maps of"),
        names,
        format_func={name: _(name) for name in names}.__getitem__,
        required=True,
        key=LayersState.maps_of.key,
        persist_state="session",
    )
    return next(name for name in names if name == chosen)


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
    return number(mean, ",.0f" if mean >= 100 else ".3g")
