"""Pictures painted by one kind of layer: settings, and that they behave as in the paper's Figure 1."""

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.engine.limits import Limits
from stylecore.experiments.reconstruction import content_of, first_layers, style_up_to
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare
from stylecore.transfer.records import Steering
from stylecore.transfer.stylize import stylize
from stylecore.ui.state.url import from_query, to_query

CONFIG = TransferConfig(size=48, steps=25)
CONTENT = decode(read(sample_contents()["Coffee"]))
STYLE = decode(read(sample_styles()["Embroidery"]))


def last(vgg, config):
    return list(stylize(vgg, *prepare(CONTENT, STYLE, config), config))[-1]


def test_layers_of_the_papers_figure():
    assert first_layers("relu1_1") == (("relu1_1", 1.0),)
    assert [name for name, _ in first_layers("relu3_1")] == ["relu1_1", "relu2_1", "relu3_1"]
    assert [name for name, _ in first_layers("relu3_3")] == ["relu1_1", "relu2_1", "relu3_1", "relu3_3"]


def test_only_a_loss_that_counts_for_nothing_may_have_no_layers():
    with pytest.raises(ValueError, match="style_layers must name at least one layer"):
        TransferConfig(style_layers=(), lambdas=(0.9,))
    with pytest.raises(ValueError, match="content_layers must name at least one layer"):
        TransferConfig(content_layers=(), lambdas=(0.0, 0.1))
    with pytest.raises(ValueError, match="content_layers must name at least one layer"):
        TransferConfig(content_layers=(), style_layers=(), lambdas=(1.0,))
    for config in (content_of("relu2_1", CONFIG), style_up_to("relu2_1", CONFIG)):
        assert TransferConfig.from_dict(config.to_dict()) == config
        limits = Limits(max_size=512, max_steps=1000, max_waiting=6, kept_mb=50, state_mb=500)
        assert from_query(to_query(config), limits) == (config, [])


def test_the_missing_loss_is_0_and_the_other_one_is_what_it_is_beside_it(vgg):
    tensors = prepare(CONTENT, STYLE, CONFIG)
    both = Objective(vgg, *tensors, CONFIG)
    noise = torch.rand(2, *tensors[0].shape[1:], generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        content = Objective(vgg, *tensors, content_of("relu4_2", CONFIG))(noise)
        style = Objective(vgg, *tensors, style_up_to("relu5_1", CONFIG))(noise)
        wanted = both(noise)
    assert content.style.tolist() == style.content.tolist() == [0, 0]
    assert content.content.tolist() == pytest.approx(wanted.content.tolist(), rel=1e-5)
    assert style.style.tolist() == pytest.approx(wanted.style.tolist(), rel=1e-5)


def test_early_layers_bring_back_the_photograph_and_deep_ones_do_not(vgg):
    target = prepare(CONTENT, STYLE, CONFIG)[0]
    errors = [
        (last(vgg, content_of(layer, CONFIG)).images - target).square().mean().sqrt().item()
        for layer in ("relu1_1", "relu3_1", "relu5_1")
    ]
    assert errors == sorted(errors)
    assert errors[0] < 0.1  # of the range of pixels; noise is at 0.4
    assert errors[2] > 0.2


def test_style_comes_back_but_not_its_places(vgg):
    step = last(vgg, style_up_to("relu3_1", CONFIG))
    assert step.losses.style[0] < 0.02  # 1 at the photograph
    assert step.losses.content == (0.0,)
    assert step.losses.content_layers == {}


def test_such_a_run_can_be_steered_and_stays_finite(toy, tensors):
    config = TransferConfig(steps=4, lambdas=(1.0,), content_layers=(("relu1_1", 1.0),), style_layers=())
    run = stylize(toy, *tensors, config)
    next(run)
    steps = [run.send(Steering(lambdas=(0.0,))), *run]  # nothing is left of the loss, so nothing moves
    assert torch.equal(steps[0].images, steps[-1].images)
    assert steps[-1].losses.total == (0.0,)
