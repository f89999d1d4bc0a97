"""The formulas against an independent float64 computation in NumPy, from the lecture's text."""

import numpy as np
import pytest
import torch

from stylecore.transfer.losses import content_loss, covariance, gram, style_loss, variation_loss


@pytest.fixture
def features():
    generator = torch.Generator().manual_seed(0)
    return torch.randn(2, 4, 3, 5, generator=generator, dtype=torch.float64)


@pytest.fixture
def targets():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(1, 4, 3, 5, generator=generator, dtype=torch.float64)


def gram_by_loops(f: np.ndarray, centred: bool = False) -> np.ndarray:
    channels, height, width = f.shape
    rows = [[f[c, y, x] for y in range(height) for x in range(width)] for c in range(channels)]
    if centred:
        rows = [[value - sum(row) / len(row) for value in row] for row in rows]
    return np.array([[sum(a * b for a, b in zip(p, q, strict=True)) for q in rows] for p in rows])


def test_gram_of_a_two_by_two_matrix_worked_by_hand():
    f = torch.tensor([[1.0, 2.0], [3.0, 4.0]]).view(1, 2, 1, 2)
    assert gram(f).tolist() == [[[5.0, 11.0], [11.0, 25.0]]]
    assert covariance(f).tolist() == [[[0.5, 0.5], [0.5, 0.5]]]


@pytest.mark.parametrize(("describe", "centred"), [(gram, False), (covariance, True)])
def test_statistics_equal_the_sum_over_positions(features, describe, centred):
    expected = np.stack([gram_by_loops(f, centred) for f in features.numpy()])
    np.testing.assert_allclose(describe(features), expected, rtol=1e-12)


def test_gram_forgets_places(features):
    shuffled = features.flatten(2)[:, :, torch.randperm(15)].view_as(features)
    torch.testing.assert_close(gram(shuffled), gram(features))


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


def test_gram_gradient_keeps_the_layout_of_the_features(features):
    for layout in (torch.contiguous_format, torch.channels_last):
        leaf = features.clone(memory_format=layout).requires_grad_()
        (gradient,) = torch.autograd.grad((gram(leaf) ** 2).sum(), leaf)
        assert gradient.is_contiguous(memory_format=layout)
        rows = features.flatten(2)
        torch.testing.assert_close(gradient.flatten(2), 4 * rows @ rows.mT @ rows)
