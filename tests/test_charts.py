"""The loss chart as data."""

from stylecore.charts import MAX_POINTS, loss_figure
from stylecore.engine import Point


def history(count):
    return [Point(i, (0.1 * i,), (1.0 / (i + 1),), (0.5,)) for i in range(count)]


def test_three_named_curves_that_differ_in_colour_and_dash():
    figure = loss_figure(history(5), steps=10)
    assert [trace.name for trace in figure.data] == ["content loss", "style loss", "L"]
    assert len({(trace.line.color) for trace in figure.data}) == 3
    assert len({(trace.line.dash) for trace in figure.data}) == 3
    assert figure.layout.xaxis.range == (0, 10)


def test_a_loss_of_zero_is_left_out_of_a_logarithmic_axis():
    assert loss_figure(history(3), steps=2).data[0].y == (None, 0.1, 0.2)


def test_long_histories_are_thinned_and_keep_the_newest():
    for count in (1, 299, 300, 301, 5000):
        x = loss_figure(history(count), steps=count).data[0].x
        assert len(x) <= MAX_POINTS
        assert x[-1] == count - 1
