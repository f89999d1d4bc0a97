"""Figures in another language: all of their words, and the signs of their numbers; their tables stay English."""

import json

import pytest

from stylecore.charts.grid import histories_figure, trade_off_figure
from stylecore.charts.losses import loss_figure
from stylecore.charts.reading import PLOTLY_WORDS, as_read, options_for
from stylecore.charts.style import OPTIONS
from stylecore.charts.tables import figure_table
from stylecore.language import Sentence
from tests.support.losses import loss_history
from tests.support.pages import english_in

ROW = Sentence("style 2: {share:.0%}", share=0.25)
FIGURE = loss_figure(loss_history(5), steps=4, layers=True, changes=[(2, (0.25,))], weight_changes=[(3, (1.0, 1.0))])


def said(figure, read):
    """What became of the sentences of a figure."""
    if isinstance(figure, dict):
        for name in figure:
            yield from said(figure[name], read[name])
    elif isinstance(figure, (list, tuple)):
        for one, other in zip(figure, read, strict=True):
            yield from said(one, other)
    elif isinstance(figure, Sentence):
        yield read


@pytest.mark.parametrize(
    "figure",
    [
        FIGURE,
        histories_figure({(ROW, 0.5): (loss_history(5), 0)}, "style", rows=[ROW], steps=4),
        trade_off_figure({ROW: {0.5: (1.0, 2.0)}}, (ROW, 0.5), rows=[ROW]),
    ],
)
def test_every_word_is_translated(figure):
    read = list(said(figure, as_read(figure, "ru")))
    assert english_in(read, "L") == {}
    assert any(text in ("шаг", "потеря стиля: сколько стиля не хватает") for text in read)
    assert any("0,25" in text or "стиль 2: 25\u00a0%" in text for text in read)


def test_numbers_have_the_signs_of_the_language():
    assert as_read(FIGURE, "ru")["layout"]["separators"] == ",\u202f"
    ticks = as_read(FIGURE, "ru")["layout"]["yaxis"]["ticktext"]
    assert {"0,5", "1", "1·10⁻⁹"} <= set(ticks)


def test_english_is_the_figure_itself():
    assert as_read(FIGURE, "en") is FIGURE
    assert options_for("en") is OPTIONS


def test_reading_changes_neither_a_figure_nor_its_table():
    before = json.dumps(FIGURE)
    as_read(FIGURE, "ru")
    assert json.dumps(FIGURE) == before
    assert list(figure_table(FIGURE, {}).curves[0].values) == ["step", "part_of_l"]


def test_plotly_knows_its_buttons_in_the_language():
    options = options_for("ru")
    words = options["locales"][options["locale"]]["dictionary"]
    assert set(words) == set(PLOTLY_WORDS)
    assert words["Zoom in"] == "Приблизить"
    assert options["modeBarButtonsToRemove"] == OPTIONS["modeBarButtonsToRemove"]
