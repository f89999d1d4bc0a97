"""Our own components. Each is HTML, CSS and JavaScript in files of this folder, mounted by streamlit's components v2.

They ask nothing of any network but this server.
"""

from stylecore.ui.components.address import settings_replace_address
from stylecore.ui.components.brush import Layer, brush
from stylecore.ui.components.figures import chart, chart_to_come
from stylecore.ui.components.inputs import LayerBox, layer_box, matrix, network
from stylecore.ui.components.mounting import data_url
from stylecore.ui.components.page_language import page_speaks
from stylecore.ui.components.pictures import (
    Column,
    Cover,
    GridCell,
    Item,
    Part,
    Row,
    Scrubbed,
    gallery,
    grid,
    mix_strip,
    scrubber,
    viewer,
)
from stylecore.ui.components.visitor_cookie import remember_visitor

__all__ = [
    "Column",
    "Cover",
    "GridCell",
    "Item",
    "Layer",
    "LayerBox",
    "Part",
    "Row",
    "Scrubbed",
    "brush",
    "chart",
    "chart_to_come",
    "data_url",
    "gallery",
    "grid",
    "layer_box",
    "matrix",
    "mix_strip",
    "network",
    "page_speaks",
    "remember_visitor",
    "scrubber",
    "settings_replace_address",
    "viewer",
]
