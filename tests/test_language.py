"""Sentences that are English until somebody else reads them, and numbers as a language writes them."""

import copy
import pickle

import pytest

from stylecore import language
from stylecore.errors import ImageError
from stylecore.language import Sentence, _, counted, languages, number, percent_sign, translated


@pytest.fixture
def russian(monkeypatch):
    monkeypatch.setattr(language, "_reader", lambda: "ru")


def test_a_sentence_is_the_english_text():
    sentence = Sentence("{name} needs {size:.1f} GB", name="This run", size=1.25)
    assert sentence == "This run needs 1.2 GB"
    assert str(ImageError("{name} is empty.", name="photo.png")) == "photo.png is empty."
    assert Sentence("A set { x } stays as it is") == "A set { x } stays as it is"


def test_a_sentence_survives_copies():
    for sentence in (Sentence("{size:.1f} GB", size=1.5), counted("{count} step", "{count} steps", 3)):
        for other in (pickle.loads(pickle.dumps(sentence)), copy.copy(sentence)):
            assert (other, other.template, other.values) == (sentence, sentence.template, sentence.values)


def test_numbers_are_written_as_the_language_does(russian):
    numbers = Sentence("{x:.2f} · {n:,} · {e:.2e}", x=0.5, n=344064, e=6.02e9)
    assert translated(numbers, "ru") == "0,50 · 344\u202f064 · 6,02·10⁹"
    assert number(1.5, ".1f") == "1,5"
    assert number(2e-7, ".0e") == "2·10⁻⁷"
    assert Sentence("{name} 1.5", name="a.png") == translated(Sentence("{name} 1.5", name="a.png"), "ru")  # no number


def test_the_percent_sign_has_the_space_of_the_language(russian):
    assert translated(Sentence("{share:.0%}", share=0.47), "ru") == number(0.47, ".0%") == "47\u00a0%"
    assert translated(Sentence("{share:.1%}", share=0.475), "ru") == "47,5\u00a0%"
    assert translated(Sentence("{share:.0%}", share=0.47), "en") == f"47{percent_sign('en')}" == "47%"


def test_nobody_reads_english_alone(russian):
    assert languages() == {"en": "English", "ru": "Русский"}
    assert _("Theory") == "Теория"
    assert translated("Theory", "tlh") == "Theory"


def test_counted_sentences_have_the_plurals_of_the_language():
    pictures = [counted("{count} picture", "{count} pictures", count) for count in (1, 2)]
    assert pictures == ["1 picture", "2 pictures"]
