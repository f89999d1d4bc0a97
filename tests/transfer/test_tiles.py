"""Tiles against the whole picture: every position once, the same losses, the same gradient."""

import dataclasses

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.errors import SettingError
from stylecore.layers import LAYERS
from stylecore.transfer.objective import Objective
from stylecore.transfer.tiles import margin_of, tiles_of
from stylecore.transfer.vgg import layer_facts

FACTS = layer_facts(1, 1)
USED = TransferConfig().layers


def pictures(height, width):
    """A content and a style picture with something at every scale, and a picture between them."""
    generator = torch.Generator().manual_seed(0)

    def noise(height, width):
        layers = (torch.rand(1, 3, height // k + 1, width // k + 1, generator=generator) for k in (1, 4, 16))
        enlarged = (torch.nn.functional.interpolate(layer, (height, width), mode="bilinear") for layer in layers)
        return sum(enlarged) / 3

    content = noise(height, width)
    return content, noise(90, 130), (0.7 * content + 0.3 * noise(height, width)).clamp(0, 1)


@pytest.mark.parametrize(("height", "width", "inner"), [(64, 64, None), (211, 333, 96), (47, 900, 128), (130, 65, 64)])
def test_every_position_of_every_layer_belongs_to_one_tile(height, width, inner):
    for layer in LAYERS:
        stride = FACTS[layer].stride
        owners = torch.zeros(1, 1, height // stride, width // stride)
        for tile in tiles_of(height, width, inner, USED):
            region = tile.region(torch.zeros(1, 1, height, width))
            own = tile.own(torch.ones(1, 1, region.shape[2] // stride, region.shape[3] // stride), stride)
            top, left = tile.rows.start // stride, tile.columns.start // stride
            owners[:, :, top : top + own.shape[2], left : left + own.shape[3]] += 1
        assert (owners == 1).all()


def test_tiles_are_even_aligned_and_no_larger_than_asked_for():
    tiles = tiles_of(1000, 300, 400, USED)
    sides = [(tile.rows.stop or 1000) - tile.rows.start for tile in tiles]
    assert sides == [336, 336, 328]
    assert all(tile.rows.start % 16 == tile.rows.first % 16 == 0 for tile in tiles)
    assert (tiles[1].rows.first, tiles[1].rows.last) == (336 - 64, 672 + 64)


@pytest.mark.parametrize(("layer", "margin"), [("relu1_1", 0), ("relu3_3", 32), ("relu4_2", 48), ("relu5_1", 64)])
def test_the_margin_follows_the_deepest_layer(layer, margin):
    assert margin_of(("relu1_1", layer)) == margin


GRAM = TransferConfig()
SHALLOW = TransferConfig(
    content_layers=(("relu2_2", 1.0),), style_layers=(("relu1_1", 1.0), ("relu2_1", 1.0), ("relu3_1", 1.0))
)
CASES = [
    pytest.param(117, 203, 80, GRAM, id="odd"),
    pytest.param(40, 260, 96, dataclasses.replace(GRAM, padding="replicate", total_variation=0.1), id="panorama"),
    pytest.param(210, 49, 80, dataclasses.replace(GRAM, pooling="average", statistic="covariance"), id="tower"),
    pytest.param(96, 96, 48, dataclasses.replace(GRAM, style_layers=(("relu3_1", 1.0),)), id="shallow"),
    pytest.param(112, 96, 64, dataclasses.replace(GRAM, style_layers=(), lambdas=(1.0,)), id="content alone"),
    pytest.param(112, 96, 64, dataclasses.replace(GRAM, content_layers=(), lambdas=(0.0,)), id="style alone"),
    pytest.param(112, 96, 64, dataclasses.replace(GRAM, style_layers=(("relu5_3", 1.0),)), id="deep"),
    pytest.param(85, 96, 64, dataclasses.replace(SHALLOW, statistic="moments"), id="moments"),
    pytest.param(85, 96, 64, dataclasses.replace(SHALLOW, statistic="gram+moments"), id="gram+moments"),
    pytest.param(85, 48, 64, dataclasses.replace(GRAM, statistic="wasserstein"), id="wasserstein"),
]


@pytest.mark.parametrize(("height", "width", "inner", "config"), CASES)
def test_losses_and_gradient_are_those_of_the_whole_picture(vgg, height, width, inner, config):
    content, style, image = pictures(height, width)
    lambdas = torch.tensor(config.lambdas)
    whole, tiled = (Objective(vgg, content, style, config, tile) for tile in (None, inner))
    assert tiled.style_weights == pytest.approx(whole.style_weights, rel=1e-4)
    (losses, gradient), (again, by_tiles) = (objective.gradient(image, lambdas) for objective in (whole, tiled))
    assert again.total(lambdas).item() == pytest.approx(losses.total(lambdas).item(), rel=1e-5)
    assert (by_tiles - gradient).norm() < 1e-5 * gradient.norm()
    assert tiled(image).total(lambdas).item() == pytest.approx(losses.total(lambdas).item(), rel=1e-5)


def test_a_description_that_is_no_sum_over_positions_refuses_tiles_unless_one_holds_the_picture(vgg):
    content, style, image = pictures(85, 48)
    sliced = dataclasses.replace(SHALLOW, statistic="sliced")
    with pytest.raises(SettingError, match="can't be taken in tiles: choose another description of style"):
        Objective(vgg, content, style, sliced, 64)
    whole, one = (Objective(vgg, content, style, sliced, tile)(image).style for tile in (None, 160))
    assert one.item() == whole.item()
    alone = dataclasses.replace(sliced, style_layers=(), lambdas=(1.0,))
    assert Objective(vgg, content, style, alone, 64)(content).content.item() == pytest.approx(0, abs=1e-9)


def test_tiles_in_bfloat16_agree_with_float32(vgg):
    content, style, image = pictures(112, 96)
    lambdas = torch.tensor([0.2])
    exact = Objective(vgg, content, style, GRAM).gradient(image, lambdas)[1]
    fast = Objective(vgg, content, style, dataclasses.replace(GRAM, precision="bfloat16"), 64).gradient(image, lambdas)[
        1
    ]
    assert torch.nn.functional.cosine_similarity(exact.flatten(), fast.flatten(), dim=0) > 0.99
