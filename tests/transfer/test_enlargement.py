"""Going through several sizes: which they are, and what the steps of a run through them are."""

import dataclasses
import itertools

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.imaging.tensors import to_image, to_tensor
from stylecore.transfer.enlargement import Level, carried, levels_between, paint_levels, remaining, sizes_between
from stylecore.transfer.likeness import Preview
from stylecore.transfer.preparation import prepare
from stylecore.transfer.records import Steering
from stylecore.transfer.stylize import stylize

LAYERS = (("relu1_1", 1.0),)
CONFIG = TransferConfig(size=24, steps=4, content_layers=LAYERS, style_layers=LAYERS, coarse_to_fine="off")
LEVELS = (Level(40, 3), Level(72, 2))


def smooth(height, width, seed):
    """A picture that can be scaled there and back, (1, 3, H, W)."""
    coarse = torch.rand(1, 3, 5, 6, generator=torch.Generator().manual_seed(seed))
    return torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic").clamp(0, 1)


@pytest.fixture
def pair():
    return to_image(smooth(20, 24, 1)[0]), to_image(smooth(18, 26, 2)[0])


@pytest.fixture
def small(toy, pair):
    """A finished picture of 24 pixels."""
    *_, step = stylize(toy, *prepare(*pair, CONFIG), CONFIG)
    return to_image(step.images[0])


def painted(toy, pair, small, levels=LEVELS, **options):
    return list(paint_levels(toy, *pair, CONFIG, levels, small, **options))


@pytest.mark.parametrize(
    ("first", "last", "sizes"),
    [
        (512, 4096, [1024, 2048, 4096]),
        (512, 1024, [1024]),
        (512, 513, [513]),
        (96, 384, [192, 384]),
        (512, 1100, [1100]),
        (500, 3000, [909, 1651, 3000]),
        (16, 8192, [32, 64, 128, 256, 512, 1024, 2048, 4096, 8192]),
    ],
)
def test_sizes_double_and_end_where_they_should(first, last, sizes):
    assert sizes_between(first, last) == sizes


def test_no_step_between_sizes_is_longer_or_shorter_than_it_need_be():
    for last in range(257, 2100, 7):
        sizes = [256, *sizes_between(256, last)]
        ratios = [after / before for before, after in itertools.pairwise(sizes)]
        assert max(ratios) < 2.01 * 2**0.5
        assert len(ratios) == 1 or min(ratios) > 1.4


def test_updates_halve_from_size_to_size_and_sum_up_to_what_was_asked_for():
    assert levels_between(512, 4096, 70) == (Level(1024, 40), Level(2048, 20), Level(4096, 10))
    for steps in range(8):
        assert sum(level.steps for level in levels_between(64, 512, steps)) == steps
    usual = levels_between(512, 2048)
    assert usual[0].steps == 2 * usual[1].steps


def test_what_remains_after_some_updates():
    assert remaining(LEVELS, 0) == LEVELS
    assert remaining(LEVELS, 2) == (Level(40, 1), Level(72, 2))
    assert remaining(LEVELS, 3) == (Level(72, 2),)
    assert remaining(LEVELS, 4) == (Level(72, 1),)
    assert remaining(LEVELS, 9) == (Level(72, 0),)


def test_what_is_carried_is_the_change_of_the_content(tensors):
    content = tensors[0] * 0.5 + 0.25
    large = torch.rand(1, 3, 40, 48, generator=torch.Generator().manual_seed(5)) * 0.5 + 0.25
    torch.testing.assert_close(carried(content, content, large), large)
    torch.testing.assert_close(carried(content + 0.1, content, large), large + 0.1)
    assert carried(content, content, content) is content


def test_one_way_through_all_sizes(toy, pair, small):
    steps = painted(toy, pair, small)
    assert [step.index for step in steps] == [0, 1, 2, 3, 4, 5]
    assert [step.last for step in steps] == [False] * 5 + [True]
    assert [max(step.images.shape[2:]) for step in steps] == [40, 40, 40, 72, 72, 72]
    seconds = [step.seconds for step in steps]
    assert seconds == sorted(seconds)
    assert all(step.images.min() >= 0 and step.images.max() <= 1 for step in steps)


def test_it_begins_with_what_was_there_and_improves_it_at_every_size(toy, pair, small):
    steps = painted(toy, pair, small, (Level(40, 8), Level(72, 8)))
    seen = torch.nn.functional.interpolate(steps[0].images, (20, 24), mode="bicubic", antialias=True)
    assert (seen - to_tensor(small)).abs().mean() < 0.02
    for first, last in ((0, 7), (8, 16)):
        assert steps[last].losses.total < steps[first].losses.total


def test_it_goes_on_from_the_middle(toy, pair, small):
    """As after a checkpoint, whose optimizer is new."""
    whole = painted(toy, pair, small)
    start = whole[4]  # in the middle of the last size
    rest = painted(toy, pair, start.images, remaining(LEVELS, 4), done=4, seconds=100.0)
    assert [step.index for step in rest] == [4, 5]
    assert rest[0].losses.total == pytest.approx(start.losses.total)
    torch.testing.assert_close(rest[0].images, start.images)
    assert all(step.seconds > 100 for step in rest)


def test_every_picture_of_a_batch_goes_on_from_its_own(toy, pair):
    config = dataclasses.replace(CONFIG, lambdas=(0.2, 0.9))
    *_, step = stylize(toy, *prepare(*pair, config), config)
    together = list(paint_levels(toy, *pair, config, LEVELS, step.images))
    for place, lam in enumerate(config.lambdas):
        alone = dataclasses.replace(config, lambdas=(lam,))
        *_, last = paint_levels(toy, *pair, alone, LEVELS, step.images[place : place + 1])
        torch.testing.assert_close(together[-1].images[place], last.images[0])


def test_it_is_steered_and_extended_as_any_run(toy, pair, small):
    run = paint_levels(toy, *pair, CONFIG, LEVELS, small)
    next(run)
    seen = [run.send(Steering(lambdas=(0.7,))), *(next(run) for _ in range(4))]
    assert [step.lambdas for step in seen] == [(0.7,)] * 5
    assert seen[-1].last
    assert run.send(Steering(more_steps=1)).index == 6
    with pytest.raises(StopIteration):
        next(run)


def test_ended_early_nothing_goes_on(toy, pair, small):
    run = paint_levels(toy, *pair, CONFIG, LEVELS, small)
    next(run)
    passes = toy.passes
    run.close()
    assert toy.passes == passes


def test_what_is_seen_small_stays_near_the_preview(toy, pair, small):
    levels = (Level(48, 6), Level(96, 6))
    model = Preview(toy, *pair, CONFIG, small)

    def drift(steps):
        return model._loss(model._seen(steps[-1].images), 0.2) / model._loss(to_tensor(small), 0.2)

    free, kept = (painted(toy, pair, small, levels, preview=preview) for preview in (None, small))
    assert drift(free) > 1.2
    assert drift(kept) <= 1.1
    assert [step.index for step in kept] == [step.index for step in free]
    assert [step.last for step in kept] == [step.last for step in free]
    again = paint_levels(toy, *pair, CONFIG, (Level(96, 0),), kept[-1].images)
    assert kept[-1].losses.total == pytest.approx(next(again).losses.total)  # of what it was brought back to


def test_a_picture_that_has_not_drifted_is_left_alone(toy, pair, small):
    large = torch.nn.functional.interpolate(to_tensor(small), (60, 72), mode="bicubic").clamp(0, 1)
    model = Preview(toy, *pair, CONFIG, small)
    assert torch.equal(model.bring_back(large, (0.2,)), large)
