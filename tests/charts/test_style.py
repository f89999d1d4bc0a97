"""What all figures share."""

import pytest

from stylecore.charts.style import lambda_colour, short


@pytest.mark.parametrize(
    ("lam", "colour"), [(-1, "#D55E00"), (0, "#D55E00"), (0.5, "#8C54A0"), (1, "#1F83BF"), (2, "#1F83BF")]
)
def test_colours_of_lambda_run_from_style_to_content(lam, colour):
    assert lambda_colour(lam) == colour


def test_numbers_are_sent_with_five_digits():
    assert [short(value) for value in (123456.0, 0.1234567, 0.0, 1e-12 / 3)] == [123460, 0.12346, 0, 3.3333e-13]
