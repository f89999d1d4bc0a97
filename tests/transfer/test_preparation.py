"""From pictures to tensors: sizes, refusals, and the picture to start from."""

import dataclasses

import pytest
import torch
from PIL import Image

from stylecore.config import TransferConfig
from stylecore.imaging.tensors import to_image, to_tensor
from stylecore.transfer.preparation import prepare, prepare_initial, starting_picture


@pytest.mark.parametrize("scale", [0.25, 0.5, 1.0, 4.0])
def test_the_size_that_a_refusal_names_works(scale):
    content, style = Image.new("RGB", (60, 60)), Image.new("RGB", (200, 10))
    config = TransferConfig(size=32, style_scale=scale)
    if scale == 4.0:
        config = dataclasses.replace(config, size=16)
    with pytest.raises(ValueError, match="size of at least") as refusal:
        prepare(content, style, config)
    enough = int(str(refusal.value).split("at least ")[1].split(",")[0])
    prepare(content, style, dataclasses.replace(config, size=enough))


def test_a_large_picture_to_start_from_is_cut_to_the_content_s_size(tensors):
    content, style = tensors
    wide = Image.effect_noise((400, 100), 90).convert("RGB")
    start = prepare_initial(wide, content)
    assert start.shape == content.shape
    assert torch.allclose(start.mean(), to_tensor(wide).mean(), atol=0.02)
    same = to_image(content[0])
    assert torch.equal(prepare_initial(same, content), to_tensor(same))
    first = starting_picture(TransferConfig(init="image"), content, style, start)
    assert torch.allclose(first, start, atol=1e-6)


@pytest.mark.parametrize("shape", [(40, 48), (80, 24), (10, 60), (20, 24)])
def test_a_start_of_another_shape_covers_the_content_without_stretching(tensors, shape):
    content, style = tensors  # 20 × 24
    height, width = shape
    ramp = torch.linspace(0, 1, height).view(1, 1, height, 1).expand(1, 3, height, width)
    start = starting_picture(TransferConfig(init="image"), content, style, ramp)
    assert start.shape == content.shape
    assert start.mean().item() == pytest.approx(0.5, abs=1e-3)  # its middle
    steps = (start[0, 0, 12, 0] - start[0, 0, 8, 0]).item() / 4
    assert steps == pytest.approx(1 / (height - 1) / max(20 / height, 24 / width), rel=0.01)


@pytest.mark.parametrize(("init", "expected"), [("content", 0), ("style", 1)])
def test_a_start_from_one_of_the_pair(tensors, init, expected):
    same_size = tensors[0], tensors[0].flip(3)
    assert torch.equal(starting_picture(TransferConfig(init=init), *same_size, None), same_size[expected])


def test_noise_is_the_seed_s(tensors):
    starts = [starting_picture(TransferConfig(init="noise", seed=seed), *tensors, None) for seed in (1, 1, 2)]
    assert torch.equal(starts[0], starts[1])
    assert not torch.equal(starts[0], starts[2])
    assert starts[0].shape == tensors[0].shape


def test_a_missing_picture_to_start_from_is_refused(tensors):
    with pytest.raises(ValueError, match="needs a picture"):
        starting_picture(TransferConfig(init="image"), *tensors, None)
