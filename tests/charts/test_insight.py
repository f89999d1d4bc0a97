"""Figures of the pages that explain."""

import json

import plotly.graph_objects as go
import pytest

from stylecore.charts.insight import difference_figure, matrices_figure, trajectory_figure
from stylecore.engine.feature_views import Statistics

ONE, OTHER = ((4.0, 1.0), (1.0, 2.0)), ((-8.0, 0.0), (0.0, 1.0))
FOUND = Statistics((7, 3), {"style": ONE, "content": OTHER, "result": ONE}, {}, ((0, 0.9, OTHER), (5, 0.1, ONE)))


@pytest.mark.parametrize("signed", [True, False])
def test_matrices_share_one_scale(signed):
    figure = matrices_figure(FOUND, signed=signed)
    assert [trace["z"] for trace in figure["data"]] == [OTHER, ONE, ONE]  # photograph, style, result
    assert {trace["coloraxis"] for trace in figure["data"]} == {"coloraxis"}
    axis = figure["layout"]["coloraxis"]
    assert (axis["cmin"], axis["cmax"]) == (-8 if signed else 0, 8)
    assert [note["text"] for note in figure["layout"]["annotations"]] == ["photograph", "style", "result"]
    assert figure["data"][0]["x"] == ["7", "3"]


@pytest.mark.parametrize(
    "figure",
    [
        matrices_figure(FOUND, signed=False),
        difference_figure(ONE, (7, 3), 4.0),
        trajectory_figure(FOUND.trajectory, 5),
    ],
)
def test_plotly_takes_every_figure(figure):
    go.Figure(figure)  # validates every name and value
    json.dumps(figure)
