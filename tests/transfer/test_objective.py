"""What calibrated weights promise, and that a batch is nothing but its pictures."""

import dataclasses

import pytest
import torch
import torch.nn.functional as F

from stylecore.config import TransferConfig
from stylecore.transfer.objective import Objective
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.matrices import gram

STATISTICS = pytest.mark.parametrize("statistic", DESCRIPTIONS)


def on_vgg16(statistic: str, **settings: object) -> TransferConfig:
    """The usual layers for Gram matrices; for all others those of them that are quick."""
    quick = {"content_layers": (("relu2_1", 1.0),), "style_layers": (("relu1_1", 1.0), ("relu3_1", 1.0))}
    return TransferConfig(statistic=statistic, **settings, **({} if statistic == "gram" else quick))


@pytest.fixture
def config() -> TransferConfig:
    return TransferConfig(
        content_layers=(("relu1_1", 1.0), ("relu2_1", 0.5)), style_layers=(("relu1_1", 1.0), ("relu3_1", 2.0))
    )


def as_content(style, content):
    return F.interpolate(style, content.shape[2:], mode="bicubic", antialias=True).clamp(0, 1)


@STATISTICS
def test_calibration_makes_both_losses_one_at_the_opposite_picture(toy, tensors, config, statistic):
    content, style = tensors
    objective = Objective(toy, content, style, dataclasses.replace(config, statistic=statistic))
    assert objective(content).style.item() == pytest.approx(1, rel=1e-4)
    assert objective(content).content.item() == 0
    assert objective(as_content(style, content)).content.item() == pytest.approx(1, rel=1e-4)


@STATISTICS
def test_layers_are_relative_to_the_loss_of_having_nothing_of_the_style(vgg, tensors, statistic):
    content, style = (F.interpolate(t, scale_factor=2) for t in tensors)
    objective = Objective(vgg, content, style, on_vgg16(statistic))
    shares = [objective.style_weights[layer] * size for layer, size in objective.style_sizes.items()]
    assert max(shares) == pytest.approx(min(shares), rel=1e-3)
    assert objective(content).style.item() == pytest.approx(1, rel=1e-4)


def test_calibration_on_vgg16_and_its_layers(vgg, tensors):
    content, style = (F.interpolate(t, scale_factor=2) for t in tensors)
    objective = Objective(vgg, content, style, TransferConfig())
    losses = objective(content)
    assert losses.style.item() == pytest.approx(1, rel=1e-3)
    # Each layer relative to its own target: u_i · ‖target‖² is the same for all.
    targets = {layer: gram(f) / f[0, 0].numel() for layer, f in vgg.forward(style, objective.style_weights).items()}
    sizes = [
        objective.style_weights[layer] * t.square().sum().item() / (4 * t.shape[-1] ** 2)
        for layer, t in targets.items()
    ]
    assert max(sizes) == pytest.approx(min(sizes), rel=1e-3)


def test_total_is_the_lectures_sum(toy, tensors, config):
    losses = Objective(toy, *tensors, config)(tensors[0].flip(3))
    for lam in (0.0, 0.3, 1.0):
        expected = lam * losses.content + (1 - lam) * losses.style
        torch.testing.assert_close(losses.total(torch.tensor([lam])), expected)
    assert losses.content.item() == pytest.approx(sum(t.item() for t in losses.content_layers.values()))


def test_paper_weights_are_the_layers_own(toy, tensors, config):
    objective = Objective(toy, *tensors, dataclasses.replace(config, loss_weighting="paper"))
    assert objective.content_weights == dict(config.content_layers)
    assert objective.style_weights == dict(config.style_layers)


@STATISTICS
def test_a_batch_is_its_pictures_bit_by_bit(vgg, tensors, statistic):
    content, style = (F.interpolate(t, scale_factor=2) for t in tensors)
    objective = Objective(vgg, content, style, on_vgg16(statistic))
    images = torch.cat([content, content.flip(3), as_content(style, content)])
    lambdas = torch.tensor([0.1, 0.5, 0.9])
    losses, gradient = objective.gradient(images, lambdas)
    for k in range(3):
        alone, slope = objective.gradient(images[k : k + 1], lambdas[k : k + 1])
        assert torch.equal(slope[0], gradient[k])
        assert alone.content[0] == losses.content[k]
        assert alone.style[0] == losses.style[k]


def test_gradient_is_the_derivative_of_the_total(toy, tensors, config):
    content, style = (t.double() for t in tensors)
    objective = Objective(toy.double(), content, style, dataclasses.replace(config, total_variation=0.1))
    image, lam = content.flip(2), torch.tensor([0.4], dtype=torch.float64)
    _, gradient = objective.gradient(image, lam)
    direction = torch.randn(image.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    ahead, behind = (objective(image + e * direction).total(lam).item() for e in (1e-6, -1e-6))
    assert (gradient * direction).sum().item() == pytest.approx((ahead - behind) / 2e-6, rel=1e-5)


@STATISTICS
@pytest.mark.parametrize("same", [torch.rand(1, 3, 16, 16), torch.full((1, 3, 16, 16), 0.5), torch.zeros(1, 3, 16, 16)])
def test_the_same_picture_twice_gives_finite_weights(vgg, same, statistic):
    config = on_vgg16(statistic, total_variation=0.1)
    objective = Objective(vgg, same, same, config)
    losses, gradient = objective.gradient(same.flip(3), torch.tensor([0.5]))
    assert losses.content.isfinite().all()
    assert losses.style.isfinite().all()
    assert gradient.isfinite().all()
    assert losses.content.max() < 100  # in units of the content's own size
    assert losses.style.max() < 100
    without = dataclasses.replace(config, total_variation=0.0)
    assert Objective(vgg, same, same, without)(same).total(torch.tensor([0.5])).item() == 0


@STATISTICS
@pytest.mark.parametrize("colour", [0.0, 0.5, 1.0])
def test_a_style_of_one_colour_gives_finite_losses(vgg, tensors, statistic, colour):
    plain = torch.full((1, 3, 16, 16), colour)
    for content, style in ((tensors[0], plain), (plain, tensors[1])):
        objective = Objective(vgg, content, style, on_vgg16(statistic))
        losses, gradient = objective.gradient(content, torch.tensor([0.2]))
        assert losses.style.item() == pytest.approx(1, rel=1e-3)
        assert gradient.isfinite().all()


def test_total_variation_is_relative_to_the_content(toy, tensors, config):
    content, style = tensors
    objective = Objective(toy, content, style, dataclasses.replace(config, total_variation=0.25))
    assert objective(content).variation.item() == pytest.approx(0.25)
