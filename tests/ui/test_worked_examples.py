"""The numbers of the theory page: against hand computation, and against the core."""

import pytest
import torch

from stylecore import language
from stylecore.transfer.losses import content_loss, style_loss
from stylecore.transfer.statistics.matrices import gram
from stylecore.ui.theory.worked_examples import (
    FEATURES,
    ORDERS,
    centred,
    content_of,
    entry,
    matrix,
    moved,
    number,
    statistic_of,
    style_of,
    total_of,
)

X, C, S = (FEATURES[name] for name in "xcs")


def test_by_hand():
    """With the numbers that the page opens with: worked out on paper."""
    assert (X, C, S) == (((3, 1, 0, 2), (1, 0, 2, 2)), ((3, 0, 1, 2), (1, 1, 2, 0)), ((0, 4, 0, 4), (0, 3, 1, 3)))
    assert statistic_of(X, "gram") == ((14, 7), (7, 9))  # 9 + 1 + 0 + 4, 3 + 0 + 0 + 4, 1 + 0 + 4 + 4
    assert statistic_of(S, "gram") == ((32, 24), (24, 19))
    assert content_of(X, C).value == 3.5  # ½ (1 + 1 + 1 + 4)
    assert style_of(X, S, "gram").value == pytest.approx((18**2 + 17**2 + 17**2 + 10**2) / 256)
    assert total_of(0.2, 3.5, 4.0).value == pytest.approx(3.9)
    # rows of X have means 1.5 and 1.25: (2.25 + 0.25 + 2.25 + 0.25), …
    assert statistic_of(X, "covariance") == ((5, -0.5), (-0.5, 2.75))


def test_against_the_core():
    x, c, s = (torch.tensor(rows, dtype=torch.float64)[None, :, None] for rows in (X, C, S))
    assert content_of(X, C).value == content_loss(x, c).item()
    assert style_of(X, S, "gram").value == style_loss(gram(x) / 4, gram(s) / 4).item()


def test_every_sum_is_spelled_out():
    assert entry(X, 0, 1, "gram").latex == (
        "\\begin{aligned} g_{12} ={} & 3 \\cdot 1 + 1 \\cdot 0 \\\\ &\\qquad {} + 0 \\cdot 2 + 2 \\cdot 2 "
        "\\\\ ={} & 7 \\end{aligned}"
    )
    assert entry(X, 1, 1, "covariance").value == 2.75
    assert "(-1.25) \\cdot (-1.25)" in entry(X, 1, 1, "covariance").latex
    assert "(2 - 0)^2" in content_of(X, C).latex
    assert "={} & 3.5 " in content_of(X, C).latex
    assert centred(X) == ((1.5, -0.5, -1.5, 0.5), (-0.25, -1.25, 0.75, 0.75))
    assert "\\tfrac{1}{4 \\cdot 2^2 \\cdot 4^2}" in style_of(X, S, "gram").latex
    assert content_of(C, C).value == 0
    assert "[ 0 " in content_of(C, C).latex
    assert total_of(0.2, 3.5, 4.0).latex == "L = 0.2 \\cdot 3.5 + 0.8 \\cdot 4 = 3.9"


@pytest.mark.parametrize("order", ORDERS.values())
def test_moved_columns_keep_g(order):
    other = moved(X, order)
    for statistic in ("gram", "covariance"):
        for row, wanted in zip(statistic_of(other, statistic), statistic_of(X, statistic), strict=True):
            assert row == pytest.approx(wanted)
        assert style_of(other, X, statistic).value == pytest.approx(0)
    assert (content_of(other, X).value == 0) == (order == (0, 1, 2, 3))


def test_numbers_and_matrices_as_they_are_written():
    assert [number(value) for value in (3.0, 0.30000000000000004, -1e-17, 2.5e9, 1e-8)] == [
        "3",
        "0.3",
        "0",
        "2.5 \\cdot 10^{9}",
        "1 \\cdot 10^{-8}",
    ]
    assert matrix(((1, 2), (3, 4))) == "\\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}"


def test_a_decimal_comma_in_latex_has_no_space_behind_it(monkeypatch):
    monkeypatch.setattr(language, "_reader", lambda: "ru")
    assert number(0.5) == "0{,}5"
    assert number(1.5e-7) == "1{,}5 \\cdot 10^{-7}"
    assert number(14) == "14"
