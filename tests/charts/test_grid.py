"""Pictures of a grid laid over each other."""

import json

import plotly.graph_objects as go
import pytest

from stylecore.charts.grid import AXIS_TITLES, histories_figure, place_id, place_of, trade_off_figure
from stylecore.charts.style import lambda_colour
from tests.support.losses import loss_history

ROWS, LAMBDAS = ["L-BFGS", "Adam"], (0.1, 1 / 3)
PLACES = [(row, lam) for row in ROWS for lam in LAMBDAS]
HISTORIES = {place: (loss_history(3 + i), 0) for i, place in enumerate(PLACES)}
ENDS = {"L-BFGS": {0.1: (0.5, 0.1), 1 / 3: (0.2, 0.3)}, "Adam": {0.1: (0.6, 0.2)}}


def histories(drawn=PLACES, term="style"):
    wanted = {place: HISTORIES[place] for place in drawn}
    return histories_figure(wanted, term, rows=ROWS, steps=9)["data"]


@pytest.mark.parametrize("term", AXIS_TITLES)
def test_plotly_takes_every_figure(term):
    single = {("", lam): (loss_history(3), 0) for lam in LAMBDAS}
    for figure in (
        histories_figure(HISTORIES, term, rows=ROWS, steps=9),
        histories_figure(single, term, rows=[""], steps=9),
        histories_figure({}, term, rows=ROWS, steps=0),
        trade_off_figure(ENDS, ("Adam", 0.1), rows=ROWS),
        trade_off_figure({"": ENDS["L-BFGS"]}, rows=[""]),
        trade_off_figure({"Adam": {}}, rows=ROWS),
    ):
        go.Figure(figure)  # validates every name and value
        json.dumps(figure)


@pytest.mark.parametrize("place", [*PLACES, ("", 0.0), ("stroke × 1.5", 5e-324), ("up to relu2_1", 1.0)])
def test_a_place_comes_back_from_its_name_exactly(place):
    assert place_of(place_id(place)) == place


def test_rows_have_colours_and_lambdas_have_dashes():
    lines = {place: trace["line"] for place, trace in zip(PLACES, histories(), strict=True)}
    assert len({line["color"] for line in lines.values()}) == len({line["dash"] for line in lines.values()}) == 2
    for row in ROWS:
        assert len({lines[row, lam]["color"] for lam in LAMBDAS}) == 1
    for lam in LAMBDAS:
        assert len({lines[row, lam]["dash"] for row in ROWS}) == 1


def test_a_row_keeps_its_colour_whatever_else_is_drawn_and_a_single_lambda_is_solid():
    everything = histories()
    for place, trace in zip(PLACES, everything, strict=True):
        (alone,) = histories([place])
        assert alone["line"] == {**trace["line"], "dash": "solid"}
        assert (alone["x"], alone["y"]) == (trace["x"], trace["y"])


def test_each_history_has_its_own_length_and_says_whose_it_is():
    one, *_, last = histories(term="content")
    assert (one["x"], one["y"]) == ([0, 1, 2], [None, 0.1, 0.2])  # 0 has no logarithm
    assert len(last["x"]) == 6
    assert (one["name"], last["name"]) == ("L-BFGS · λ 0.1", "Adam · λ 0.333333")
    assert all(trace["name"] in trace["hovertemplate"] for trace in (one, last))
    assert [place_of(trace["meta"]) for trace in histories()] == PLACES


def test_a_single_row_has_the_colours_of_lambda():
    single = {("", lam): (loss_history(3), 0) for lam in LAMBDAS}
    traces = histories_figure(single, "style", rows=[""], steps=9)["data"]
    assert [trace["line"]["color"] for trace in traces] == [lambda_colour(lam) for lam in LAMBDAS]
    assert [trace["name"] for trace in traces] == ["λ 0.1", "λ 0.333333"]
    (trace,) = trade_off_figure({"": ENDS["L-BFGS"]}, rows=[""])["data"]
    assert trace["marker"]["color"] == [lambda_colour(lam) for lam in LAMBDAS]


def test_the_trade_off_has_a_curve_of_each_row_in_the_colour_of_its_histories():
    figure = trade_off_figure(ENDS, ("Adam", 0.1), rows=ROWS)
    assert [(trace["x"], trace["y"]) for trace in figure["data"]] == [([0.5, 0.2], [0.1, 0.3]), ([0.6], [0.2])]
    colours = dict(zip(PLACES, (trace["line"]["color"] for trace in histories()), strict=True))
    assert [trace["line"]["color"] for trace in figure["data"]] == [colours[row, 0.1] for row in ROWS]
    assert [place_of(name) for trace in figure["data"] for name in trace["customdata"]] == [*PLACES[:2], ("Adam", 0.1)]
    assert figure["layout"]["showlegend"]


def test_the_selected_point_is_marked_and_its_row_labelled():
    lbfgs, adam = trade_off_figure(ENDS, ("L-BFGS", 1 / 3), rows=ROWS)["data"]
    assert lbfgs["marker"]["size"][1] > lbfgs["marker"]["size"][0] > adam["marker"]["size"][0]
    assert "text" in lbfgs["mode"]
    assert "text" not in adam["mode"]
