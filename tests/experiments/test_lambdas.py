"""Lists of λ: read from text, spread evenly, gathered around one."""

import pytest

from stylecore.experiments.lambdas import (
    DEFAULT_LAMBDAS,
    around,
    checked_lambdas,
    evenly,
    lambdas_to_text,
    neighbours,
    parse_lambdas,
)


def test_lambdas_by_hand():
    assert parse_lambdas("0.8, 0.05;0.2 0.2") == (0.05, 0.2, 0.8)
    for text, words in (("a", "Write λ as numbers"), ("0.5", "2 to 8 different λ, not 1"), ("0, 2", "from 0 to 1")):
        with pytest.raises(ValueError, match=words):
            parse_lambdas(text)
    with pytest.raises(ValueError, match="from 0 to 1"):
        parse_lambdas("nan 0.5")


def test_lambdas_evenly_and_around_one():
    assert evenly(0, 1, 5) == (0, 0.25, 0.5, 0.75, 1)
    assert around(0.2, 0.1, 5) == (0.1, 0.15, 0.2, 0.25, 0.3)
    for lam, reach, count in ((0.0, 0.2, 5), (1.0, 0.2, 4), (0.37, 0.5, 8), (0.5, 0.02, 2)):
        found = around(lam, reach, count)
        assert len(found) == count
        assert lam in found
        assert all(0 <= other <= 1 and abs(other - lam) <= reach + 1e-9 for other in found)


def test_the_gaps_beside_a_lambda():
    assert neighbours(0.2, (0.05, 0.2, 0.4)) == [(0.05, 0.125, 0.2), (0.2, 0.3, 0.4)]
    assert neighbours(0.05, (0.05, 0.2)) == [(0.05, 0.125, 0.2)]
    assert neighbours(0.5, (0.5,)) == []


def test_lambdas_with_decimal_commas():
    assert parse_lambdas("0,3 0,75") == parse_lambdas("0,3; 0,75") == (0.3, 0.75)
    assert parse_lambdas("0, 1") == (0, 1)
    assert parse_lambdas("0 0,5 1") == (0, 0.5, 1)


def test_lambdas_as_text_are_read_back():
    for lambdas in (DEFAULT_LAMBDAS, (0.0, 1.0), (0.125, 0.3)):
        assert parse_lambdas(lambdas_to_text(lambdas)) == lambdas
        assert parse_lambdas(lambdas_to_text(lambdas, separator=" ")) == lambdas
        assert parse_lambdas(lambdas_to_text(lambdas, separator=" ", decimal=",")) == lambdas
    assert lambdas_to_text((0.05, 1.0)) == "0.05, 1"


def test_too_few_different_lambdas_are_refused():
    assert checked_lambdas((0.5, 0.1)) == (0.1, 0.5)
    with pytest.raises(ValueError, match="2 to 8 different λ, not 1"):
        checked_lambdas(evenly(0.5, 0.5, 4))
