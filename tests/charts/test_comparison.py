"""What L would be of pictures of several λ."""

import json

import plotly.graph_objects as go
import pytest

from stylecore.charts.comparison import balance_figure

BALANCE = balance_figure({"start": (0.0, 1.0, None), "λ = 0.2": (0.4, 0.1, 0.2)}, ("λ", "L"))


def test_plotly_takes_the_figure():
    go.Figure(BALANCE)  # validates every name and value
    json.dumps(BALANCE)


def test_l_is_a_line_from_the_style_loss_to_the_content_loss():
    start, line, dot = BALANCE["data"]
    assert (start["x"], start["y"]) == ([0, 1], [1.0, 0.0])
    assert line["y"] == [0.1, 0.4]
    assert dot["y"] == [pytest.approx(0.2 * 0.4 + 0.8 * 0.1)]
