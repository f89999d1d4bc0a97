"""The formulas against an independent float64 computation in NumPy, from the lecture's text."""

import numpy as np
import pytest
import torch

from stylecore.transfer.losses import Losses, content_loss, style_loss, variation_loss
from stylecore.transfer.statistics.matrices import covariance, gram
from tests.support.references import gram_by_loops


@pytest.fixture
def features():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 4, 3, 5, generator=generator, dtype=torch.float64)


@pytest.fixture
def targets():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(1, 4, 3, 5, generator=generator, dtype=torch.float64)


def test_content_loss_is_half_the_squared_distance(features, targets):
    difference = features.numpy() - targets.numpy()
    np.testing.assert_allclose(content_loss(features, targets), 0.5 * (difference**2).sum((1, 2, 3)), rtol=1e-12)


def test_style_loss_is_the_lectures_formula_at_equal_sizes(features, targets):
    d, h, w = features.shape[1:]
    target = gram_by_loops(targets[0].numpy())
    expected = [((gram_by_loops(f) - target) ** 2).sum() / (4 * d**2 * h**2 * w**2) for f in features.numpy()]
    got = style_loss(gram(features) / (h * w), gram(targets) / (h * w))
    np.testing.assert_allclose(got, expected, rtol=1e-12)


def test_losses_vanish_at_their_targets(features):
    one = features[:1]
    assert content_loss(one, one).item() == 0
    assert style_loss(gram(one), gram(one)).item() == 0
    assert variation_loss(torch.full((1, 3, 4, 4), 0.5)).item() == 0


def test_variation_of_a_checkerboard():
    board = torch.tensor([[0.0, 1.0], [1.0, 0.0]]).expand(1, 3, 2, 2)
    assert variation_loss(board).item() == 3 * 4  # four neighbours differ by 1 in each of three channels


@pytest.mark.parametrize(
    "loss",
    [
        lambda f, t: content_loss(f, t),
        lambda f, t: style_loss(gram(f), gram(t)),
        lambda f, t: style_loss(covariance(f), covariance(t)),
        lambda f, _: variation_loss(f),
    ],
)
def test_gradients(features, targets, loss):
    assert torch.autograd.gradcheck(lambda f: loss(f, targets), features.requires_grad_())


def test_losses_of_a_batch_are_those_of_its_parts():
    leaf = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    parts = [Losses({"a": part, "b": 2 * part}, {"a": 3 * part}, part) for part in (leaf[:1], leaf[1:])]
    batch = Losses.concatenated(parts)
    assert batch.content.tolist() == [3, 6, 9]
    assert batch.style.tolist() == [3, 6, 9]
    assert batch.total(torch.tensor([0.0, 0.5, 1.0])).tolist() == [4, 8, 12]
    assert not batch.total(torch.zeros(3)).requires_grad


def test_no_layers_are_no_loss():
    losses = Losses({}, {}, torch.tensor([0.25]))
    assert (losses.content.item(), losses.style.item(), losses.total(torch.tensor([0.2])).item()) == (0, 0, 0.25)
