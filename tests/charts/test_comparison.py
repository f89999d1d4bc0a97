"""Figures that compare pictures of several λ."""

import json

import plotly.graph_objects as go
import pytest

from stylecore.charts.comparison import balance_figure, histories_figure, trade_off_figure
from stylecore.charts.style import lambda_colour
from tests.support.losses import loss_history

BALANCE = balance_figure({"start": (0.0, 1.0, None), "λ = 0.2": (0.4, 0.1, 0.2)}, ("λ", "L"))
HISTORIES = {0.1: (loss_history(3), 0), 0.5: (loss_history(2), 0)}


@pytest.mark.parametrize(
    "figure",
    [
        BALANCE,
        histories_figure(HISTORIES, "content", steps=9),
        trade_off_figure({0.1: (0.5, 0.1), 0.5: (0.2, 0.3)}, selected=0.5),
    ],
)
def test_plotly_takes_every_figure(figure):
    go.Figure(figure)  # validates every name and value
    json.dumps(figure)


def test_each_history_has_its_own_length_colour_and_dash():
    one, other = histories_figure(HISTORIES, "content", steps=9)["data"]
    assert (one["x"], one["y"]) == ([0, 1, 2], [None, 0.1, 0.2])  # 0 has no logarithm
    assert other["x"] == [0, 1]
    assert [trace["line"]["color"] for trace in (one, other)] == [lambda_colour(0.1), lambda_colour(0.5)]
    assert one["line"]["dash"] != other["line"]["dash"]
    assert histories_figure(HISTORIES, "style", steps=9)["data"][0]["y"] == [1, 0.5, 0.33333]


def test_the_selected_point_of_the_trade_off_is_marked():
    (trace,) = trade_off_figure({0.1: (0.5, 0.1), 0.5: (0.2, 0.3)}, selected=0.5)["data"]
    assert (trace["x"], trace["y"], trace["customdata"]) == ([0.5, 0.2], [0.1, 0.3], [0.1, 0.5])
    assert trace["marker"]["size"][1] > trace["marker"]["size"][0]


def test_l_is_a_line_from_the_style_loss_to_the_content_loss():
    start, line, dot = BALANCE["data"]
    assert (start["x"], start["y"]) == ([0, 1], [1.0, 0.0])
    assert line["y"] == [0.1, 0.4]
    assert dot["y"] == [pytest.approx(0.2 * 0.4 + 0.8 * 0.1)]
