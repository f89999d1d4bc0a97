"""Smoothing over growing blocks: what the inverse Hessian needs of it."""

import pytest
import torch

from stylecore.transfer.scales import with_scales

GAINS = (1.0, 0.5, 2.0)


def as_matrix(gains, height, width):
    """The operator on one channel as a matrix, column by column."""
    units = torch.eye(height * width, dtype=torch.float64).view(-1, 1, height, width).expand(-1, 3, -1, -1)
    return torch.stack([with_scales(unit, gains)[0].flatten() for unit in units], dim=1)


@pytest.mark.parametrize(("height", "width"), [(8, 8), (7, 11), (1, 5)])
def test_symmetric_and_at_least_the_identity(height, width):
    matrix = as_matrix(GAINS, height, width)
    torch.testing.assert_close(matrix, matrix.T)
    assert torch.linalg.eigvalsh(matrix).min() > 1 - 1e-9


def test_a_constant_grows_by_all_gains_and_noise_by_none():
    inside = slice(24, 40)
    constant = with_scales(torch.ones(3, 64, 64), GAINS)[:, inside, inside]
    torch.testing.assert_close(constant, torch.full_like(constant, 1 + sum(GAINS)))
    rows, columns = torch.meshgrid(torch.arange(64), torch.arange(64), indexing="ij")
    checkered = ((rows + columns) % 2 * 2.0 - 1).expand(3, 64, 64)
    torch.testing.assert_close(with_scales(checkered, GAINS)[:, inside, inside], checkered[:, inside, inside])


def test_channels_stay_apart():
    values = torch.zeros(3, 16, 16)
    values[1] = 1
    found = with_scales(values, GAINS)
    assert found[0].abs().max() == found[2].abs().max() == 0 < found[1].min()


def test_without_gains_nothing_changes():
    values = torch.rand(3, 5, 5)
    assert with_scales(values, ()) is values


def test_smoothing_is_down_and_up_by_the_binomial_filter():
    down = torch.zeros(4, 8)
    for row in range(4):
        for tap, weight in enumerate((0.125, 0.375, 0.375, 0.125)):
            if 0 <= 2 * row - 1 + tap < 8:
                down[row, 2 * row - 1 + tap] = weight
    smoothing = 2 * down.T @ down  # along one side
    values = torch.rand(3, 8, 8, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(with_scales(values, (0.7,)), values + 0.7 * smoothing @ values @ smoothing)
