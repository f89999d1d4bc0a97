"""Feature maps in false colours."""

import torch

from stylecore.artifacts.heatmaps import heat


def test_heat_is_black_at_0_and_bright_at_the_largest():
    picture = heat(torch.tensor([[0.0, 2.0], [4.0, 1.0]]), side=8)
    assert picture.size == (8, 8)
    assert picture.getpixel((0, 0)) == (0, 0, 4)
    assert picture.getpixel((0, 7)) == (252, 253, 191)
    light = [sum(picture.getpixel(place)) for place in ((0, 0), (7, 7), (7, 0), (0, 7))]
    assert light == sorted(light)
    assert picture.getpixel((3, 3)) == picture.getpixel((0, 0))  # positions stay squares


def test_heat_of_nothing_and_of_a_large_map():
    assert heat(torch.zeros(3, 5)).getextrema() == ((0, 0), (0, 0), (4, 4))
    assert heat(torch.rand(200, 400), side=100).size == (100, 50)
