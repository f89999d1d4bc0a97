"""Runs by every description of style: the loss falls, and what is solved stays as it is."""

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.stylize import stylize

QUICK = {"content_layers": (("relu2_1", 1.0),), "style_layers": (("relu1_1", 1.0), ("relu3_1", 1.0))}
EVERY_RUN = pytest.mark.parametrize(
    ("statistic", "optimizer"), [(name, optimizer) for name in DESCRIPTIONS for optimizer in ("lbfgs", "adam")]
)


@EVERY_RUN
def test_the_loss_falls_in_any_precision(vgg, tensors, statistic, optimizer):
    content, style = (torch.nn.functional.interpolate(t, scale_factor=2) for t in tensors)
    precision = {"lbfgs": "float32", "adam": "bfloat16"}[optimizer]
    config = TransferConfig(statistic=statistic, optimizer=optimizer, precision=precision, steps=4, **QUICK)
    first, *_, last = stylize(vgg, content, style, config)
    assert last.losses.total[0] < 0.9 * first.losses.total[0]
    assert sum(term[0] for term in last.losses.style_layers.values()) == pytest.approx(last.losses.style[0], rel=1e-5)


@EVERY_RUN
def test_a_picture_in_its_own_style_stays(vgg, tensors, statistic, optimizer):
    content = tensors[0]
    *_, last = stylize(
        vgg, content, content, TransferConfig(statistic=statistic, optimizer=optimizer, steps=3, **QUICK)
    )
    assert last.notice == ""
    torch.testing.assert_close(last.images, content, rtol=0, atol=1e-4)
