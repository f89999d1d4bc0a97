"""The distance of two normal distributions against NumPy, with and without a null space."""

import numpy as np
import pytest
import torch

from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.wasserstein import RIDGE, gaussian


def power(matrix, exponent):
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.maximum(values, 0) ** exponent) @ vectors.T


def distance(one, other, ridge=0.0):
    """By NumPy, of features (C, N), as the papers have it; a ridge is relative to the second's mean square."""
    sigma, target = (np.cov(rows, bias=True) for rows in (one, other))
    ridge = ridge * (other**2).mean() * np.eye(len(target))
    sigma, target = sigma + ridge, target + ridge
    root = power(target, 0.5)
    shapes = np.trace(sigma) + np.trace(target) - 2 * np.trace(power(root @ sigma @ root, 0.5))
    return ((one.mean(1) - other.mean(1)) ** 2).sum() + shapes


def found(one, other):
    description = DESCRIPTIONS["wasserstein"]
    return description.distance(description.of(other), None)(description.of(one))


def test_mean_and_covariance_are_numpys(features):
    for k, rows in enumerate(features.flatten(2).numpy()):
        np.testing.assert_allclose(gaussian(features)[k, :, :-1], np.cov(rows, bias=True), atol=1e-14)
        np.testing.assert_allclose(gaussian(features)[k, :, -1], rows.mean(1))


def test_the_distance_is_numpys(features, style):
    other = style[0].flatten(1).numpy()
    for value, one in zip(found(features, style).tolist(), features.flatten(2).numpy(), strict=True):
        assert value == pytest.approx(distance(one, other, RIDGE), rel=1e-9)
        assert value == pytest.approx(distance(one, other), rel=3 * RIDGE)


def test_numbers_that_move_and_spread_cost_both():
    one = torch.tensor([-1.0, 1.0]).view(1, 1, 1, 2)  # mean 0, deviation 1
    assert found(one, 3 * one + 5).item() == pytest.approx(5**2 + (3 - 1) ** 2, rel=2 * RIDGE)


def test_fewer_positions_than_channels_in_float32():
    """Of the null space, float32 leaves rounding; its root must not count."""
    generator = torch.Generator().manual_seed(0)
    one, other = torch.rand(2, 1, 64, 3, 4, generator=generator) * 100
    wanted = distance(one[0].double().flatten(1).numpy(), other[0].double().flatten(1).numpy(), RIDGE)
    leaf = one.requires_grad_()
    value = found(leaf, other)
    (gradient,) = torch.autograd.grad(value, leaf)
    precise = one.detach().double().requires_grad_()
    (wanted_gradient,) = torch.autograd.grad(found(precise, other.double()), precise)
    assert value.item() == pytest.approx(wanted, rel=1e-5)
    assert (gradient - wanted_gradient).norm() < 1e-4 * wanted_gradient.norm()


def test_a_step_along_the_map_arrives(features, style):
    """T moves the first distribution into the second: x − ½ N ∂/∂x is T(x) but for the mean, which moves as well."""
    leaf = features[:1].clone().requires_grad_()
    (gradient,) = torch.autograd.grad(found(leaf, style), leaf)
    arrived = leaf.detach() - 0.5 * 15 * gradient
    assert found(arrived, style).item() < 1e-5 * found(features[:1], style).item()
