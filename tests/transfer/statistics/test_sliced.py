"""Sorted projections against NumPy, and directions that never change."""

import numpy as np
import pytest
import torch

from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.sliced import DIRECTIONS, directions_of, sorted_projections


def found(one, other):
    description = DESCRIPTIONS["sliced"]
    return description.distance(description.of(other), description.of(one))(description.of(one))


def test_directions_are_the_same_at_every_call_and_have_length_1():
    assert torch.equal(directions_of(8), directions_of(8))
    torch.testing.assert_close(directions_of(8).norm(dim=1), torch.ones(DIRECTIONS))
    assert (directions_of(8) @ directions_of(8).mT).fill_diagonal_(0).abs().max() < 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_projections_are_sorted_as_numpy_sorts(features, dtype):
    """Both orders, by floats and by their bits, of numbers below and above 0."""
    rows = features.to(dtype).flatten(2).numpy()
    wanted = np.sort(directions_of(4).to(dtype).numpy() @ rows)
    np.testing.assert_allclose(sorted_projections(features.to(dtype)), wanted, rtol=1e-5, atol=1e-6)


def test_bits_of_floats_sort_as_floats_do():
    numbers = torch.tensor([0.0, -0.0, 1e-45, -1e-45, 1.5, -1.5, 3e38, -3e38, -2.0, 2.0])
    one_channel = numbers.view(1, 1, 1, -1)
    found = sorted_projections(one_channel)[0]
    assert torch.equal(found, (directions_of(1) @ numbers.view(1, -1)).sort(1).values)


def test_the_distance_is_numpys_for_as_many_positions(features, content):
    quantiles = [np.sort(directions_of(4).double().numpy() @ f.flatten(2).numpy()) for f in (features, content)]
    np.testing.assert_allclose(found(features, content), ((quantiles[0] - quantiles[1]) ** 2).mean((1, 2)), rtol=1e-9)


def test_other_numbers_of_positions_are_compared_by_quantiles(features):
    """The same numbers, each twice: interpolation goes between equal neighbours, and misses at steps alone."""
    numbers = torch.arange(100.0).view(1, 1, 10, 10)
    doubled = numbers.repeat_interleave(2, dim=3)
    assert found(numbers, doubled).item() < 1e-4 * found(numbers, 0 * doubled).item()
    assert found(doubled, numbers).item() < 1e-4 * found(doubled, 0 * numbers).item()


def test_what_two_moments_cannot_tell_apart_is_told_apart():
    """Two distributions with the same mean and deviation, but other shapes."""
    two_peaks = torch.tensor([-1.0, -1.0, 1.0, 1.0]).view(1, 1, 2, 2)
    three_peaks = torch.tensor([-(2**0.5), 0.0, 0.0, 2**0.5]).view(1, 1, 2, 2)
    assert found(two_peaks, three_peaks).item() > 0.1
    moments = DESCRIPTIONS["moments"]
    torch.testing.assert_close(moments.of(two_peaks), moments.of(three_peaks), atol=1e-6, rtol=0)
