"""What all figures share."""

import pytest

from stylecore.charts.style import DASHES, ROW_COLOURS, base_layout, lambda_colour, short
from stylecore.experiments.lambdas import MOST


@pytest.mark.parametrize(
    ("lam", "colour"), [(-1, "#D55E00"), (0, "#D55E00"), (0.5, "#8C54A0"), (1, "#1F83BF"), (2, "#1F83BF")]
)
def test_colours_of_lambda_run_from_style_to_content(lam, colour):
    assert lambda_colour(lam) == colour


def test_numbers_are_sent_with_five_digits():
    assert [short(value) for value in (123456.0, 0.1234567, 0.0, 1e-12 / 3)] == [123460, 0.12346, 0, 3.3333e-13]


@pytest.mark.parametrize("page", ["#FFFFFF", "#16181C"])
def test_colours_of_rows_can_be_seen_on_both_pages_and_told_apart(page):
    assert min(contrast(colour, page) for colour in ROW_COLOURS) >= 3  # WCAG 2.2, 1.4.11
    assert len(set(ROW_COLOURS)) == len(ROW_COLOURS) == 8


@pytest.mark.parametrize("page", ["#FFFFFF", "#16181C"])
def test_the_toolbar_can_be_seen_on_both_pages(page):
    bar = base_layout("")["modebar"]
    assert min(contrast(bar[name], page) for name in ("color", "activecolor")) >= 3


def test_every_lambda_of_a_comparison_has_a_dash_of_its_own():
    assert len(set(DASHES)) == MOST


def contrast(one, other):
    """As WCAG 2.2 defines it."""
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
