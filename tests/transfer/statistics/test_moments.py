"""Mean and deviation, alone and with the Gram matrix, against NumPy."""

import numpy as np
import pytest
import torch

from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.gram_moments import gram_moments
from stylecore.transfer.statistics.matrices import gram
from stylecore.transfer.statistics.moments import moments, moments_loss


def test_moments_are_numpys(features):
    found = moments(features).numpy()
    np.testing.assert_allclose(found[:, :, 0], features.numpy().mean((2, 3)))
    np.testing.assert_allclose(found[:, :, 1], features.numpy().std((2, 3)))


def test_the_loss_of_two_channels_worked_by_hand():
    one = torch.tensor([[1.0, 3.0], [2.0, 2.0]]).view(1, 2, 1, 2)  # means 2 and 2, deviations 1 and 0
    other = torch.tensor([[0.0, 6.0], [1.0, 1.0]]).view(1, 2, 1, 2)  # means 3 and 1, deviations 3 and 0
    assert moments_loss(moments(one), moments(other)).item() == pytest.approx(1 + 1 + 4)


@pytest.mark.parametrize("level", [0.0, 1 / 3, 1234.567])
def test_a_channel_that_does_not_vary_has_no_deviation_and_no_slope(level):
    leaf = torch.full((1, 1, 50, 70), level, requires_grad=True)
    deviation = moments(leaf)[..., 1].sum()
    (gradient,) = torch.autograd.grad(deviation, leaf)
    assert deviation.item() == 0
    assert gradient.abs().max() == 0


def test_gram_with_moments_is_both(features):
    found = gram_moments(features)
    torch.testing.assert_close(found[:, :, :-2], gram(features) / 15)
    torch.testing.assert_close(found[:, :, -2:], moments(features))


def test_three_terms_have_equal_shares_at_the_content(features, style, content):
    description = DESCRIPTIONS["gram+moments"]
    target, at = description.of(style), description.of(content)
    far = description.distance(target, at)
    assert far(at).item() == pytest.approx(1)
    for columns in (slice(0, 4), slice(4, 5), slice(5, 6)):  # G, μ, σ
        without = at.clone()
        without[:, :, columns] = target[:, :, columns]
        assert far(without).item() == pytest.approx(2 / 3)
