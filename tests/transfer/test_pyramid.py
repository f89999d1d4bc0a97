"""Coarse to fine: which sizes a run goes through, and what happens to a picture between them."""

import pytest
import torch
import torch.nn.functional as F

from stylecore.config import SETTINGS, TransferConfig
from stylecore.transfer.pyramid import COARSE_FROM, Level, stages


@pytest.fixture
def content(tensors):
    return F.interpolate(tensors[0], scale_factor=4)  # hard edges: detail that no smaller size can hold


@pytest.mark.parametrize(
    ("size", "choice", "scales"),
    [
        (COARSE_FROM, "auto", [0.5, 1]),
        (COARSE_FROM - 1, "auto", [1]),
        (COARSE_FROM, "off", [1]),
        (COARSE_FROM - 1, "on", [0.5, 1]),
    ],
)
def test_large_pictures_begin_at_half_size_unless_told_otherwise(size, choice, scales):
    found = stages(TransferConfig(size=size, steps=40, coarse_to_fine=choice), (size, size), (size, size))
    assert [stage.scale for stage in found] == scales
    assert sum(stage.updates for stage in found) == 40
    assert [stage.ends for stage in found] == [False] * (len(found) - 1) + [True]


@pytest.mark.parametrize(
    ("steps", "levels", "updates"),
    [(120, 0, [4, 116]), (16, 0, [4, 12]), (8, 0, [2, 6]), (120, 2, [30, 90]), (120, 3, [8, 22, 90]), (8, 1, [8])],
)
def test_four_updates_are_made_at_half_size_and_a_quarter_where_the_number_of_sizes_was_chosen(steps, levels, updates):
    config = TransferConfig(steps=steps, levels=levels, coarse_to_fine="on")
    assert [stage.updates for stage in stages(config, (256, 256), (256, 256))] == updates


@pytest.mark.parametrize(("size", "updates"), [(256, [40]), (511, [40]), (512, [10, 30])])
def test_recipes_of_before_repeat_as_they_were(size, updates):
    config = TransferConfig(size=size, steps=40, levels=SETTINGS["levels"].formerly)
    assert [stage.updates for stage in stages(config, (size, size), (size, size))] == updates


@pytest.mark.parametrize(("choice", "scales"), [("auto", [1]), ("on", [0.5, 1]), ("off", [1])])
def test_a_run_that_continues_begins_at_full_size_unless_told_otherwise(choice, scales):
    config = TransferConfig(size=COARSE_FROM, steps=40, coarse_to_fine=choice, init="image")
    assert [stage.scale for stage in stages(config, (512, 512), (512, 512))] == scales


@pytest.mark.parametrize(("steps", "sizes"), [(40, [(64, 31), (64, 64)]), (40, [(64, 64), (31, 64)]), (1, [(64, 64)])])
def test_a_picture_too_small_to_be_halved_or_too_few_steps_leave_one_size(steps, sizes):
    assert stages(TransferConfig(steps=steps, coarse_to_fine="on"), *sizes) == [(1, steps, True)]


def test_the_content_comes_back_with_every_detail(content):
    level = Level(0.5, content)
    assert level.size == (48, 40)
    assert torch.equal(level.shrink(content), level.reference)
    assert torch.equal(level.enlarge(level.reference), content)


def test_a_change_is_carried_and_stays_in_the_box(content):
    level = Level(0.5, content)
    brighter = level.enlarge((level.reference + 0.25).clamp(0, 1))
    inside = (content < 0.7) & (brighter < 1)
    assert (brighter - content)[inside].mean().item() == pytest.approx(0.25, abs=0.02)
    assert brighter.max() <= 1
    assert level.shrink(torch.zeros_like(content)).min() >= 0


def test_at_full_size_pictures_stay_as_they_are(content):
    level = Level(1.0, content)
    image = content.flip(3)
    assert level.enlarge(image) is image
    torch.testing.assert_close(level.shrink(image), image)
