"""The losses of one picture as a figure, and what they say in words."""

import plotly.graph_objects as go
import pytest

from stylecore.charts.losses import MAX_POINTS, hint, loss_figure, shares
from tests.support.losses import loss_history, loss_record


@pytest.mark.parametrize("settings", [{}, {"log": False}, {"layers": True}, {"changes": [(2, (0.5,))], "picked": 3}])
def test_plotly_knows_every_word_of_the_figure(settings):
    go.Figure(loss_figure(loss_history(5), steps=10, **settings))  # raises on what it does not know


def test_three_named_curves_that_differ_in_colour_and_dash():
    figure = loss_figure(loss_history(5), steps=10)
    assert [trace["name"] for trace in figure["data"]] == ["content loss", "style loss", "L"]
    assert len({trace["line"]["color"] for trace in figure["data"]}) == 3
    assert len({trace["line"]["dash"] for trace in figure["data"]}) == 3
    assert figure["layout"]["xaxis"]["range"] == [0, 10]


def test_a_loss_of_zero_is_left_out_of_a_logarithmic_axis_only():
    assert loss_figure(loss_history(3), steps=2)["data"][0]["y"] == [None, 0.1, 0.2]
    assert loss_figure(loss_history(3), steps=2, log=False)["data"][0]["y"] == [0, 0.1, 0.2]


def test_long_histories_are_thinned_and_keep_the_newest():
    for count in (1, 299, 300, 301, 5000):
        x = loss_figure(loss_history(count), steps=count)["data"][0]["x"]
        assert len(x) <= MAX_POINTS
        assert x[-1] == count - 1


def test_by_layer_the_parts_of_l_are_shown_and_sum_to_it():
    data = loss_figure([loss_record(0)], steps=1, layers=True)["data"]
    assert {trace["name"]: trace["y"] for trace in data} == {
        "content relu4_2": [0.02],
        "style relu1_1": [0.1],
        "style relu2_1": [0.3],
    }
    assert sum(shares(loss_record(0)).values()) == pytest.approx(1)
    assert shares(loss_record(0))["style relu2_1"] == pytest.approx(0.3 / 0.42)


def test_a_change_of_lambda_is_a_mark_on_the_curve():
    layout = loss_figure(loss_history(9), steps=9, changes=[(4, (0.7,))])["layout"]
    assert [(shape["x0"], shape["x1"]) for shape in layout["shapes"]] == [(4, 4)]
    assert [(note["x"], note["text"]) for note in layout["annotations"]] == [(4, "λ 0.7")]


def test_a_change_of_the_mix_is_a_mark_below_that_of_lambda():
    changes = [(1, (3.0, 1.0)), (4, (0.5, 0.5)), (90, (1.0, 2.0, 1.0))]
    layout = loss_figure(loss_history(99), steps=99, changes=[(4, (0.7,))], weight_changes=changes)["layout"]
    assert sorted(shape["x0"] for shape in layout["shapes"]) == [4, 4, 90]
    notes = [(note["x"], note["text"], note["y"]) for note in layout["annotations"]]
    assert notes == [(4, "λ 0.7", 1), (4, "mix 50 : 50", 0.92), (90, "mix 25 : 50 : 25", 0.92)]


@pytest.mark.parametrize(
    ("lam", "content", "style", "words"),
    [
        (0.05, 0.1, 1.0, "Style is 99% of the loss: raise λ"),
        (0.9, 1.0, 0.1, "Content is 99% of the loss: lower λ"),
        (0.5, 1.0, 1.0, "Content is 50% of the loss, style 50%."),
        (0.5, 0.0, 0.0, "Content is 0% of the loss, style 0%."),
    ],
)
def test_the_hint_says_what_to_do(lam, content, style, words):
    assert words in hint(loss_record(3, lam, content, style))


def test_while_a_picture_is_painted_nobody_is_told_to_balance_it():
    assert "λ" not in hint(loss_record(1, 0.2, 0.001, 0.9), settled=False)


def test_a_mark_says_where_a_run_went_on_at_a_larger_size():
    layout = loss_figure(loss_history(9), steps=8, sizes=((0, (24, 20)), (3, (48, 40))))["layout"]
    assert [shape["x0"] for shape in layout["shapes"]] == [3]
    assert [(note["x"], note["text"]) for note in layout["annotations"]] == [(3, "48 px")]
    assert not loss_figure(loss_history(9), steps=8, sizes=((0, (48, 40)),))["layout"]["shapes"]  # one size alone
