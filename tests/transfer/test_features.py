"""Questions about one layer's features."""

import pytest
import torch

from stylecore.transfer.features import distance, shuffled, strongest
from stylecore.transfer.losses import content_loss
from stylecore.transfer.statistics.matrices import covariance, gram


def test_the_strongest_channels_come_first():
    features = torch.tensor([1.0, 3.0, 0.0, 2.0]).view(1, 4, 1, 1).expand(1, 4, 2, 3)
    assert strongest(features) == [1, 3, 0, 2]


def test_distance_is_relative():
    matrix = torch.tensor([[3.0, 4.0]])
    assert distance(matrix, matrix) == 0
    assert distance(torch.zeros(1, 2), matrix) == 1
    assert distance(torch.tensor([[3.0, 9.0]]), matrix) == pytest.approx(1)


def test_shuffled_positions_keep_both_statistics_and_change_the_content(tensors):
    features = tensors[0].double()
    moved = shuffled(features, seed=3)
    assert moved.shape == features.shape
    assert sorted(map(tuple, moved[0].flatten(1).T.tolist())) == sorted(map(tuple, features[0].flatten(1).T.tolist()))
    for statistic in (gram, covariance):
        assert torch.allclose(statistic(moved), statistic(features))
    assert content_loss(moved, features).item() > 1
    assert torch.equal(shuffled(features, 3), moved)
    assert not torch.equal(shuffled(features, 4), moved)
