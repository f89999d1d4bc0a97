"""Gram and covariance matrices against NumPy, and the Gram matrix's own gradient."""

import numpy as np
import pytest
import torch

from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.matrices import covariance, gram
from tests.support.references import gram_by_loops


def test_gram_of_a_two_by_two_matrix_worked_by_hand():
    f = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 2, 1, 2)
    assert gram(f).tolist() == [[[5.0, 11.0], [11.0, 25.0]]]
    assert covariance(f).tolist() == [[[0.5, 0.5], [0.5, 0.5]]]


@pytest.mark.parametrize(("describe", "centred"), [(gram, False), (covariance, True)])
def test_statistics_equal_the_sum_over_positions(features, describe, centred):
    expected = np.stack([gram_by_loops(f, centred) for f in features.numpy()])
    np.testing.assert_allclose(describe(features), expected, rtol=1e-12)


@pytest.mark.parametrize(("name", "function"), [("gram", gram), ("covariance", covariance)])
def test_a_statistic_has_its_name_and_may_be_taken_per_position(features, name, function):
    torch.testing.assert_close(DESCRIPTIONS[name].of(features), function(features) / 15)


def test_gram_forgets_places(features):
    shuffled = features.flatten(2)[:, :, torch.randperm(15)].view_as(features)
    torch.testing.assert_close(gram(shuffled), gram(features))


@pytest.mark.parametrize("describe", [gram, covariance])
def test_gradients(features, describe):
    assert torch.autograd.gradcheck(describe, features.requires_grad_())


def test_gram_gradient_keeps_the_layout_of_the_features(features):
    for layout in (torch.contiguous_format, torch.channels_last):
        leaf = features.clone(memory_format=layout).requires_grad_()
        (gradient,) = torch.autograd.grad((gram(leaf) ** 2).sum(), leaf)
        assert gradient.is_contiguous(memory_format=layout)
        rows = features.flatten(2)
        torch.testing.assert_close(gradient.flatten(2), 4 * rows @ rows.mT @ rows)
