"""Several styles, regions and what is left alone: mixes that cost nothing, and pixels that stay."""

import dataclasses

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.transfer.objective import Objective
from stylecore.transfer.records import Steering
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.styling import Style, Styling, StylingError, regions_of
from stylecore.transfer.stylize import replay, stylize

STATISTICS = pytest.mark.parametrize("statistic", DESCRIPTIONS)
CONFIG = TransferConfig(
    content_layers=(("relu1_1", 1.0), ("relu2_1", 0.5)), style_layers=(("relu1_1", 1.0), ("relu3_1", 2.0)), steps=3
)


def noise(*shape, seed=0, dtype=torch.float32):
    return torch.rand(*shape, generator=torch.Generator().manual_seed(seed), dtype=dtype)


def soft(height=20, width=24, edge=9.0):
    """A mask that is full at the left, empty at the right, and soft between."""
    return ((width / 2 - torch.arange(width) + edge / 2) / edge).clamp(0, 1).expand(1, 1, height, width).contiguous()


def styling(places, leave=None, weights=None, masks=(None, None), dtype=torch.float32):
    styles = (noise(1, 3, 18, 26, seed=2, dtype=dtype), noise(1, 3, 22, 17, seed=3, dtype=dtype).square())
    count = 1 + max(index for indices, _ in places for index in indices)
    return Styling(
        styles=tuple(Style(image, mask) for image, mask in zip(styles[:count], masks, strict=False)),
        weights=weights or (1.0,) * count,
        regions=regions_of(places, leave),
        leave=leave,
    )


LEFT, RIGHT = soft(), 1 - soft()
TWO = [((0,), LEFT), ((1,), None)]


@STATISTICS
def test_each_region_is_calibrated_and_counts_by_its_area(toy, tensors, statistic):
    config = dataclasses.replace(CONFIG, statistic=statistic)
    both = Objective(toy, tensors[0], styling(TWO), config)
    assert both(tensors[0]).style.item() == pytest.approx(1, rel=1e-3)
    assert both(tensors[0]).content.item() == 0
    share = LEFT.sum().item() / LEFT.numel()
    alone = [Objective(toy, tensors[0], styling([((0,), LEFT)]), config)]
    other = styling([((0, 1), RIGHT)], weights=(0.0, 1.0))
    alone.append(Objective(toy, tensors[0], other, config))
    image = tensors[0].flip(3)
    expected = share * alone[0](image).style + (1 - share) * alone[1](image).style
    torch.testing.assert_close(both(image).style, expected, rtol=1e-4, atol=0)


@STATISTICS
def test_a_mask_that_is_even_changes_nothing(toy, tensors, statistic):
    config = dataclasses.replace(CONFIG, statistic=statistic)
    plain = Objective(toy, tensors[0], styling([((0,), None)]), config)
    even = Objective(toy, tensors[0], styling([((0,), torch.full((1, 1, 20, 24), 0.5))]), config)
    image = tensors[0].flip(2)
    torch.testing.assert_close(even(image).style, plain(image).style, rtol=1e-4, atol=0)


@STATISTICS
def test_what_lies_outside_of_a_region_does_not_matter_to_it(toy, tensors, statistic):
    hard = (LEFT > 0.5).float()
    objective = Objective(toy, tensors[0], styling([((0,), hard)]), dataclasses.replace(CONFIG, statistic=statistic))
    image = tensors[0].flip(2)
    changed = torch.where(torch.arange(24) > 15, noise(1, 3, 20, 24, seed=5), image)
    assert objective(changed).style.item() == pytest.approx(objective(image).style.item(), rel=1e-6)


@STATISTICS
def test_two_styles_at_1_to_0_are_the_first_alone(toy, tensors, statistic):
    config = dataclasses.replace(CONFIG, statistic=statistic)
    alone = Objective(toy, tensors[0], styling([((0,), None)]), config)
    both = Objective(toy, tensors[0], styling([((0, 1), None)], weights=(1.0, 0.0)), config)
    lambdas = torch.tensor([0.2])
    for image in (tensors[0].flip(2), noise(1, 3, 20, 24)):
        assert both(image).total(lambdas).item() == pytest.approx(alone(image).total(lambdas).item(), rel=1e-5)


@STATISTICS
def test_steering_the_mix_is_a_run_with_that_mix_without_a_pass_more(toy, tensors, statistic):
    config = dataclasses.replace(CONFIG, statistic=statistic)
    steered = Objective(toy, tensors[0], styling([((0, 1), LEFT)], weights=(3.0, 1.0)), config)
    passes = toy.passes
    steered.mix((1.0, 4.0))
    assert toy.passes == passes
    anew = Objective(toy, tensors[0], styling([((0, 1), LEFT)], weights=(0.2, 0.8)), config)
    lambdas, image = torch.tensor([0.3]), tensors[0].flip(2)
    assert steered(image).total(lambdas).item() == pytest.approx(anew(image).total(lambdas).item(), rel=1e-5)
    assert steered(tensors[0]).style.item() == pytest.approx(1, rel=1e-3)


@STATISTICS
def test_the_gradient_is_the_derivative_of_the_total(toy, tensors, statistic):
    config = dataclasses.replace(CONFIG, statistic=statistic, total_variation=0.1)
    leave = (0.9 * noise(1, 1, 20, 24, seed=9)).double()
    painted = styling([((0, 1), LEFT.double()), ((1,), None)], leave, (1.0, 2.0), dtype=torch.float64)
    content = tensors[0].double()
    objective = Objective(toy.double(), content, painted, config)
    image, lam = content.flip(2), torch.tensor([0.4], dtype=torch.float64)
    _, gradient = objective.gradient(image, lam)
    direction = torch.randn(image.shape, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    ahead, behind = (objective(image + e * direction).total(lam).item() for e in (1e-7, -1e-7))
    assert (gradient * direction).sum().item() == pytest.approx((ahead - behind) / 2e-7, rel=1e-4)


def test_l_content_is_1_where_all_that_is_painted_is_the_style(toy, tensors):
    leave = (RIGHT > 0.5).float()
    painted = styling([((0,), None)], leave)
    objective = Objective(toy, tensors[0], painted, CONFIG)
    stretched = torch.nn.functional.interpolate(painted.styles[0].image, (20, 24), mode="bicubic", antialias=True)
    assert objective(stretched.clamp(0, 1)).content.item() == pytest.approx(1, rel=0.15)  # but for the border


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
@pytest.mark.parametrize("init", ["content", "noise", "style", "image"])
def test_what_is_left_alone_is_the_content_to_the_bit_at_every_step(toy, tensors, optimizer, init):
    leave = soft(edge=6.0)
    config = dataclasses.replace(CONFIG, init=init, optimizer=optimizer, lambdas=(0.1, 0.7))
    for step in stylize(toy, tensors[0], styling([((0,), None)], leave), config, noise(1, 3, 20, 24, seed=8)):
        full = (leave == 1).expand_as(step.images)
        assert torch.equal(step.images[full], tensors[0].expand_as(step.images)[full])
    assert not torch.equal(step.images, tensors[0].expand_as(step.images))


def test_a_picture_to_start_from_is_seen_as_it_is_where_the_mask_is_soft(toy, tensors):
    leave, start = 0.5 * soft(), (tensors[0] + 0.1 * noise(1, 3, 20, 24, seed=8)).clamp(0, 1)
    config = dataclasses.replace(CONFIG, init="image")
    first = next(stylize(toy, tensors[0], styling([((0,), None)], leave), config, start))
    assert (first.images - start).abs().mean() < 0.01


def test_a_run_whose_mix_was_steered_is_repeated_by_its_changes(toy, tensors):
    run = stylize(toy, tensors[0], styling([((0, 1), None)], weights=(1.0, 0.0)), CONFIG)
    steps = [next(run), run.send(Steering(style_weights=(0.0, 1.0))), *run]
    again = list(
        replay(
            stylize(toy, tensors[0], styling([((0, 1), None)], weights=(1.0, 0.0)), CONFIG), (), 3, [(0, (0.0, 1.0))]
        )
    )
    assert torch.equal(steps[-1].images, again[-1].images)
    assert [step.losses.style_weights for step in again] == [(1.0, 0.0), *[(0.0, 1.0)] * 3]
    plain = list(stylize(toy, tensors[0], styling([((0,), None)]), CONFIG))
    assert not torch.equal(plain[-1].images, again[-1].images)
    assert plain[-1].losses.style_weights == ()


def test_a_mix_of_the_wrong_length_is_refused(toy, tensors):
    run = stylize(toy, tensors[0], styling([((0, 1), None)]), CONFIG)
    next(run)
    with pytest.raises(ValueError, match="2 weights of styles are needed, not 1"):
        run.send(Steering(style_weights=(1.0,)))


def test_an_empty_region_costs_nothing_and_changes_nothing(toy, tensors):
    black = torch.zeros(1, 1, 20, 24)
    with_empty = styling([((0,), None), ((1,), black)])
    assert len(with_empty.regions) == 1
    image, lambdas = tensors[0].flip(2), torch.tensor([0.2])
    found = Objective(toy, tensors[0], with_empty, CONFIG)(image).total(lambdas)
    torch.testing.assert_close(found, Objective(toy, tensors[0], styling([((0,), None)]), CONFIG)(image).total(lambdas))


def test_a_speck_that_deep_layers_do_not_see_is_painted_by_the_others(vgg):
    speck = torch.zeros(1, 1, 40, 40)
    speck[:, :, 35:] = 1  # relu5_1 has 2 rows of 16 pixels
    painted = Styling(styles=(Style(noise(1, 3, 40, 40)),), weights=(1.0,), regions=regions_of([((0,), speck)], None))
    losses, gradient = Objective(vgg, noise(1, 3, 40, 40, seed=1), painted, TransferConfig()).gradient(
        noise(1, 3, 40, 40, seed=2), torch.tensor([0.2])
    )
    assert set(losses.style_layers) == {"relu1_1", "relu2_1", "relu3_1", "relu4_1"}
    assert gradient.isfinite().all()


@pytest.mark.parametrize("leave", [None, torch.ones(1, 1, 20, 24)])
def test_nothing_to_paint_is_refused_in_a_sentence(leave):
    with pytest.raises(StylingError, match="nothing to paint"):
        regions_of([((0,), torch.zeros(1, 1, 20, 24))], leave)


CASES = ["gram", "covariance", "moments", "gram+moments", "wasserstein"]


@pytest.mark.parametrize("statistic", CASES)
def test_tiles_are_the_whole(vgg, statistic):
    layers = (("relu1_1", 1.0), ("relu2_1", 1.0), ("relu3_1", 1.0))
    config = TransferConfig(content_layers=(("relu2_2", 1.0),), style_layers=layers, statistic=statistic)
    content, image = noise(1, 3, 85, 96), noise(1, 3, 85, 96, seed=1)
    painted = Styling(
        styles=(Style(noise(1, 3, 90, 70, seed=2), noise(1, 1, 90, 70, seed=4)), Style(noise(1, 3, 64, 64, seed=3))),
        weights=(1.0, 3.0),
        regions=regions_of([((0, 1), soft(85, 96)), ((1,), None)], soft(85, 96).flip(3) * 0.5),
        leave=soft(85, 96).flip(3) * 0.5,
    )
    lambdas = torch.tensor([0.3])
    whole, tiled = (Objective(vgg, content, painted, config, tile).gradient(image, lambdas) for tile in (None, 48))
    assert tiled[0].total(lambdas).item() == pytest.approx(whole[0].total(lambdas).item(), rel=1e-5)
    assert (tiled[1] - whole[1]).norm() < 1e-5 * whole[1].norm()


def test_content_counts_in_each_region_as_if_it_were_alone(toy, tensors):
    """So λ means the same in a region whose style is near to the content, and in one whose style is far from it."""
    hard = (LEFT > 0.5).float()
    content = 0.3 + 0.4 * tensors[0]
    styles = (Style(0.3 + 0.4 * noise(1, 3, 20, 24, seed=2)), Style((noise(1, 3, 20, 24, seed=3) > 0.5).float()))
    regions = regions_of([((0,), hard), ((1,), None)], None)
    both = Objective(toy, content, Styling(styles=styles, weights=(1.0, 1.0), regions=regions), CONFIG)
    for style, mask, inside in zip(styles, (hard, 1 - hard), (slice(0, 8), slice(16, 24)), strict=True):
        leave = 1 - mask
        one = Styling(styles=(style,), weights=(1.0,), regions=regions_of([((0,), None)], leave), leave=leave)
        image = content.clone()
        image[..., inside] = noise(1, 3, 20, 8, seed=7)
        wanted = 0.5 * Objective(toy, content, one, CONFIG)(image).content.item()
        assert both(image).content.item() == pytest.approx(wanted, rel=1e-4)


def test_specks_beside_a_large_region_and_bare_places_have_finite_weights(vgg):
    masks = [torch.zeros(1, 1, 40, 40) for _ in range(2)]
    masks[0][:, :, :20] = 1
    masks[1][:, :, 39:, 39:] = 1  # relu4_2 has 5 rows of 8 pixels, relu5_1 2 of 16
    styles = tuple(Style(noise(1, 3, 40, 40, seed=k)) for k in (0, 1))
    painted = Styling(styles=styles, weights=(1.0, 1.0), regions=regions_of([((0,), masks[0]), ((1,), masks[1])], None))
    objective = Objective(vgg, noise(1, 3, 40, 40, seed=3), painted, TransferConfig())
    losses, gradient = objective.gradient(noise(1, 3, 40, 40, seed=4), torch.tensor([0.2]))
    assert losses.content.item() < 100
    assert losses.style.item() < 100
    assert gradient.isfinite().all()
