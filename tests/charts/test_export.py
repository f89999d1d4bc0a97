"""Figures as a file."""

from stylecore.charts.export import to_html
from stylecore.charts.losses import loss_figure
from stylecore.language import Sentence
from tests.support.losses import loss_history


def test_html_needs_nothing_else():
    figure = loss_figure(loss_history(5), steps=4)
    page = to_html({"One": figure, "Other": figure}).decode()
    assert page.count("Plotly.newPlot") >= 2
    assert "<h2>One</h2>" in page
    assert len(page) > 3_000_000  # plotly.js is inside
    assert 'src="http' not in page


def test_html_speaks_the_language_of_its_reader():
    page = to_html({Sentence("Distance from the style"): loss_figure(loss_history(5), steps=4)}, "ru").decode()
    assert '<html lang="ru">' in page
    assert "<h2>Расстояние до стиля</h2>" in page
    assert "потеря контента" in page or "\\u043f\\u043e\\u0442\\u0435\\u0440\\u044f" in page
