"""Frames of an animation: the first as a picture, the next from where it ended; what does not move does not change."""

import dataclasses
from itertools import pairwise

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.transfer import frames
from stylecore.transfer.encoder import Encoder
from stylecore.transfer.frames import frame_steps, held, movement, stylize_frames
from stylecore.transfer.styling import Region, Style, Styling
from stylecore.transfer.stylize import stylize

LAYERS = (("relu1_1", 1.0),)
CONFIG = TransferConfig(steps=12, content_layers=LAYERS, style_layers=LAYERS, coarse_to_fine="off")


@pytest.fixture
def scene(tensors):
    """Four contents, through which a bright square goes from the left, and the style."""
    content, style = tensors
    contents = []
    for index in range(4):
        frame = content.clone()
        frame[..., 8:11, 2 + 2 * index : 5 + 2 * index] = 1
        contents.append(frame)
    return contents, style


def last_steps(network, contents, style, config=CONFIG, **options):
    styling = style if isinstance(style, Styling) else Styling.of(style)
    found = stylize_frames(network, ((content, styling) for content in contents), config, **options)
    return [step for step in found if step.step.last]


def pictures(steps):
    return [step.step.images for step in steps]


def test_the_first_frame_is_the_picture_that_it_is_alone(toy, scene):
    contents, style = scene
    *_, alone = stylize(toy, contents[0], style, CONFIG)
    first, *_ = last_steps(toy, contents, style)
    assert torch.equal(first.step.images, alone.images)
    assert first.step.losses == alone.losses


@pytest.mark.parametrize("lambdas", [(0.2,), (0.1, 0.8)])
def test_what_does_not_move_stays_to_the_bit_and_what_moves_is_painted(toy, scene, lambdas):
    contents, style = scene
    found = pictures(last_steps(toy, contents, style, dataclasses.replace(CONFIG, lambdas=lambdas)))
    for (before, after), (one, two) in zip(pairwise(contents), pairwise(found), strict=True):
        moved = movement(before, after)
        still = (moved == 0).expand_as(one)
        assert 0.2 < still.float().mean() < 0.95
        assert torch.equal(one[still], two[still])
        carried = (after + one - before).clamp(0, 1)
        assert (two - carried)[(moved == 1).expand_as(one)].abs().max() > 0.01


def test_a_change_is_carried_to_the_next_content(toy, scene):
    contents, style = scene
    first, second = pictures(last_steps(toy, contents[:2], style, dataclasses.replace(CONFIG, steps=0)))
    assert torch.equal(first, contents[0])  # without a step, nothing is changed
    assert torch.equal(second, contents[1])
    darker = [contents[0], contents[0] * 0.99]  # less than counts as movement
    steps = last_steps(toy, darker, style)
    first, second = pictures(steps)
    assert steps[1].steps == 0
    assert torch.allclose(second, (darker[1] + first - darker[0]).clamp(0, 1))


def test_a_content_that_stays_costs_nothing(toy, scene):
    contents, style = scene
    found = last_steps(toy, contents[:1], style)
    passes = toy.passes
    repeated = last_steps(toy, [contents[0], *(contents[0].clone() for _ in range(50))], style)
    assert toy.passes == 2 * passes
    assert [step.frame for step in repeated] == list(range(51))
    assert all(torch.equal(step.step.images, found[0].step.images) for step in repeated)


def test_a_frame_gets_a_quarter_of_the_steps_and_another_scene_all_of_them(toy, scene):
    contents, style = scene
    found = last_steps(toy, [contents[0], contents[1], 1 - contents[1]], style)
    assert [step.steps for step in found] == [step.step.index for step in found] == [12, 3, 12]
    assert [frame_steps(dataclasses.replace(CONFIG, steps=n), 1) for n in (0, 1, 4, 5, 120)] == [0, 1, 1, 2, 30]


def test_the_style_is_described_once(toy, scene, monkeypatch):
    seen = []
    before = Encoder.describe
    monkeypatch.setattr(Encoder, "describe", lambda self, *pair: seen.append(pair) or before(self, *pair))
    last_steps(toy, *scene)
    assert len(seen) == 1


def test_frames_are_taken_one_at_a_time(toy, scene):
    contents, style = scene
    taken = []
    run = stylize_frames(toy, ((taken.append(c) or c, Styling.of(style)) for c in contents), CONFIG)
    for step in run:
        assert len(taken) == step.frame + 1
    assert len(taken) == 4


def test_a_slow_fade_is_painted_when_it_has_added_up(toy, tensors):
    content, style = tensors
    fade = [content * (1 - index / 128) for index in range(12)]  # less in one frame than counts as movement
    found = pictures(last_steps(toy, fade, style))
    carried = [(one + (b - a)).clamp(0, 1) for (a, b), one in zip(pairwise(fade), found, strict=False)]
    painted = [not torch.allclose(one, two) for one, two in zip(carried, found[1:], strict=True)]
    assert (painted[0], any(painted[:4]), sum(painted) < 11) == (False, True, True)


def test_what_is_left_alone_stays_the_content_in_every_frame(toy, scene):
    contents, style = scene
    leave = torch.zeros(1, 1, 20, 24)
    leave[..., 6:14, :12], leave[..., :2] = 1, 0.5
    mask = 1 - leave
    styling = Styling(styles=(Style(style),), weights=(1.0,), regions=(Region((0,), 1.0, mask),), leave=leave)
    for content, picture in zip(contents, pictures(last_steps(toy, contents, styling)), strict=True):
        where = (leave == 1).expand_as(content)
        assert torch.allclose(picture[where], content[where], atol=1e-6)
        assert not torch.allclose(picture[~where], content[~where], atol=0.01)


def test_held_is_the_formula_that_it_says(tensors):
    generator = torch.Generator().manual_seed(2)
    content, start, image = torch.rand(3, 1, 3, 20, 24, generator=generator)
    k, moved = torch.rand(2, 1, 1, 20, 24, generator=generator)
    k[..., :4], moved[..., 4:8] = 0, 1
    k[..., 8:10], moved[..., 10:12] = 1, 0
    styling = dataclasses.replace(Styling.of(tensors[1]), leave=k)
    shown = held(styling, start, content, moved).shown(image, content)
    expected = k * content + (1 - k) * ((1 - moved) * start + moved * image)
    assert torch.allclose(shown, expected, atol=1e-5)
    without = held(Styling.of(tensors[1]), start, content, moved).shown(image, content)
    assert torch.allclose(without, (1 - moved) * start + moved * image, atol=1e-6)


def test_movement_has_soft_edges_and_no_reach():
    before = torch.full((1, 3, 40, 40), 0.5)
    after = before.clone()
    after[:, 1, 20, 20] = 0.9
    after[:, :, 2, 2] += 3 / 255  # the noise of a camera
    moved = movement(before, after)[0, 0]
    assert moved[20, 20] == 1
    assert 0 < moved[20, 20 + 2 * frames.EDGE] < moved[20, 20 + frames.EDGE] < 1
    assert moved[20, 21 + 2 * frames.EDGE] == moved[2, 2] == 0
    assert movement(before, before).max() == 0


def test_a_picture_to_start_from_is_for_the_first_frame(toy, scene, tensors):
    contents, style = scene
    config = dataclasses.replace(CONFIG, init="image", steps=0)
    start = tensors[0].flip(3)
    first, second = pictures(last_steps(toy, contents[:2], style, config, initial=start))
    assert torch.equal(first, start)
    assert torch.equal(second, (start + (contents[1] - contents[0])).clamp(0, 1))
