"""Guided statistics against NumPy, and masks that are averaged down to the positions of a layer."""

import numpy as np
import pytest
import torch

from stylecore.transfer.guides import guides_of
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.sliced import directions_of, guided_projections, sorted_projections

MASK = torch.rand(1, 1, 37, 50, generator=torch.Generator().manual_seed(0))


def guide_of(mask, size):
    return guides_of(mask, {"relu": size})["relu"]


@pytest.mark.parametrize(("size", "stride"), [((37, 50), 1), ((18, 25), 2), ((9, 12), 4), ((2, 3), 16)])
def test_a_guide_is_the_mean_of_the_mask_at_each_position_and_of_length_1(size, stride):
    height, width = size
    cut = MASK[0, 0, : height * stride, : width * stride].double().numpy()
    averaged = cut.reshape(height, stride, width, stride).mean((1, 3))
    wanted = averaged / np.sqrt((averaged**2).sum())
    np.testing.assert_allclose(guide_of(MASK, size).values[0, 0].numpy(), wanted, rtol=1e-5)


def test_a_guide_knows_where_it_is_not_0():
    mask = torch.zeros(1, 1, 32, 32)
    mask[:, :, 9:11, 20:31] = 1
    guide = guide_of(mask, (8, 8))
    assert (guide.rows, guide.columns) == (range(2, 3), range(5, 8))
    inside, values = guide.cut(torch.arange(64.0).view(1, 1, 8, 8), None, 4)
    assert inside.flatten().tolist() == [21, 22, 23]
    assert values.square().sum().item() == pytest.approx(1)


def test_a_black_mask_has_no_guide():
    assert guides_of(torch.zeros(1, 1, 8, 8), {"relu": (8, 8)}) == {}


@pytest.fixture
def guide(features):
    values = torch.rand(1, 1, *features.shape[2:], generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    values[0, 0, 0] = 0
    return values / values.square().sum().sqrt()


@pytest.fixture
def numbers(features, guide):
    """Features, (K, C, N), and what each position counts, (N,)."""
    return features.flatten(2).numpy(), guide.flatten().square().numpy()


def test_gram_of_a_region(features, guide, numbers):
    values, shares = numbers
    wanted = np.einsum("kcn,kdn,n->kcd", values, values, shares)
    np.testing.assert_allclose(DESCRIPTIONS["gram"].guided(features, guide), wanted)


def test_means_deviations_and_covariances_of_a_region(features, guide, numbers):
    values, shares = numbers
    means = values @ shares
    centred = values - means[..., None]
    covariances = np.einsum("kcn,kdn,n->kcd", centred, centred, shares)
    deviations = np.sqrt(np.einsum("kcc->kc", covariances))
    np.testing.assert_allclose(DESCRIPTIONS["covariance"].guided(features, guide), covariances, atol=1e-12)
    moments = DESCRIPTIONS["moments"].guided(features, guide)
    np.testing.assert_allclose(moments, np.stack([means, deviations], -1))
    both = DESCRIPTIONS["gram+moments"].guided(features, guide)
    np.testing.assert_allclose(both[:, :, -2:], moments)
    gaussian = DESCRIPTIONS["wasserstein"].guided(features, guide)
    np.testing.assert_allclose(gaussian[:, :, :-1], covariances, atol=1e-12)
    np.testing.assert_allclose(gaussian[:, :, -1], means)


def test_projections_of_a_region_are_numpys(features, guide, numbers):
    values, shares = numbers
    inside = shares > 0
    count = inside.sum()
    wanted = np.empty((len(values), 64, count))
    for k, picture in enumerate(values):
        for row, seen in enumerate(directions_of(values.shape[1]).double().numpy() @ picture[:, inside]):
            order = seen.argsort()
            ends = np.append(0, shares[inside][order].cumsum())
            integral = np.append(0, (shares[inside][order] * seen[order]).cumsum())
            wanted[k, row] = np.diff(np.interp(np.arange(count + 1) / count, ends, integral)) * count
    np.testing.assert_allclose(guided_projections(features, guide), wanted, atol=1e-12)


def test_positions_that_count_alike_are_those_that_are_sorted(features):
    even = torch.zeros(1, 1, *features.shape[2:], dtype=features.dtype)
    even[:, :, 1:] = 1
    found = guided_projections(features, even / even.square().sum().sqrt())
    torch.testing.assert_close(found, sorted_projections(features[:, :, 1:]))


@pytest.mark.parametrize("name", DESCRIPTIONS)
def test_gradients(name, features, style, content, guide):
    description = DESCRIPTIONS[name]
    far = description.distance(description.of(style), description.guided(content, guide[..., : content.shape[3]]))
    assert torch.autograd.gradcheck(lambda leaf: far(description.guided(leaf, guide)), features.requires_grad_())
