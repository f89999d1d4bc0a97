"""What holds for every description of style."""

import pytest
import torch

from stylecore.config import SETTINGS
from stylecore.transfer.statistics import DESCRIPTIONS

ALL = pytest.mark.parametrize("name", DESCRIPTIONS)


def distance_from(name, style, content):
    """The distance from a style, as a function of features."""
    description = DESCRIPTIONS[name]
    far = description.distance(description.of(style), description.of(content))
    return lambda features: far(description.of(features))


def test_every_name_of_the_setting_has_one():
    assert list(DESCRIPTIONS) == list(SETTINGS["statistic"].labels)


@ALL
def test_gradients(name, features, style, content):
    assert torch.autograd.gradcheck(distance_from(name, style, content), features.requires_grad_())


@ALL
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_distance_and_gradient_are_0_at_the_style(name, style, features, dtype):
    leaf = style.to(dtype).requires_grad_()
    distance = distance_from(name, style.to(dtype), leaf.detach().flip(2))(leaf)
    (gradient,) = torch.autograd.grad(distance.sum(), leaf)
    assert distance.item() == pytest.approx(0, abs=1e-12)
    assert gradient.abs().max().item() < 1e-9


@ALL
def test_places_are_forgotten(name, features, style, content):
    far = distance_from(name, style, content)
    moved = features.flatten(2)[:, :, torch.randperm(15, generator=torch.Generator().manual_seed(3))].view_as(features)
    torch.testing.assert_close(far(moved), far(features))


@ALL
def test_a_batch_is_its_pictures(name, features, style, content):
    far = distance_from(name, style, content)
    torch.testing.assert_close(far(features), torch.cat([far(part) for part in features.split(1)]), rtol=1e-12, atol=0)


@ALL
def test_the_layout_of_the_features_does_not_matter(name, features, style, content):
    far = distance_from(name, style, content)
    gradients = []
    for layout in (torch.contiguous_format, torch.channels_last):
        leaf = features.clone(memory_format=layout).requires_grad_()
        gradients += torch.autograd.grad(far(leaf).sum(), leaf)
    torch.testing.assert_close(*gradients)


@ALL
def test_a_mix_is_the_sum_of_the_descriptions_and_can_be_reached(name, features, style, content):
    description = DESCRIPTIONS[name]
    parts = [description.of(features[:1]), description.of(style)]
    mixed = description.blended(parts, [0.3, 0.7], description.of(content))
    if name == "sliced":
        parts = [torch.nn.functional.interpolate(part, mixed.shape[2], mode="linear") for part in parts]
    torch.testing.assert_close(mixed, 0.3 * parts[0] + 0.7 * parts[1])
    assert description.distance(mixed, description.of(content))(mixed).item() == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("name", [name for name in DESCRIPTIONS if name != "sliced"])
def test_sums_of_two_halves_give_the_description_of_the_whole(name, features):
    description = DESCRIPTIONS[name]
    sums = description.sums(features[:, :, :1], None) + description.sums(features[:, :, 1:], None)
    torch.testing.assert_close(description.from_sums(sums, 15), description.of(features))


def black(shape):
    return torch.zeros(shape)


def grey(shape):
    return torch.full(shape, 1 / 3)  # not exact in binary: a computed variance is rounding


def noise(shape):
    return torch.rand(shape, generator=torch.Generator().manual_seed(4))


@ALL
@pytest.mark.parametrize("side", [1, 3])
def test_pictures_without_variation_and_of_one_position_have_finite_gradients(name, side):
    for of_style in (black, grey, noise):
        for of_content in (black, grey, noise):
            far = distance_from(name, of_style((1, 8, side, side)), of_content((1, 8, 1, side)))
            for of_picture in (black, grey, noise):
                leaf = of_picture((1, 8, 1, side)).requires_grad_()
                distance = far(leaf)
                (gradient,) = torch.autograd.grad(distance.sum(), leaf)
                assert distance.isfinite().all()
                assert distance.item() >= 0
                assert gradient.isfinite().all()
                assert gradient.abs().max() < 1e8
