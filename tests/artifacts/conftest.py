"""Three finished pictures, and the losses on the way to them."""

import pytest

from stylecore.artifacts.export import finished_pictures
from stylecore.config import TransferConfig
from stylecore.imaging.images import encode_png
from stylecore.imaging.inputs import pair
from stylecore.imaging.tensors import to_image
from stylecore.transfer.stylize import stylize


@pytest.fixture
def lambdas():
    return 0.1, 0.5, 0.9


@pytest.fixture
def pictures(toy, tensors, lambdas):
    layers = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
    config = TransferConfig(lambdas=lambdas, steps=2, coarse_to_fine="off", **layers)
    history = []
    for step in stylize(toy, *tensors, config):
        history.append(step.losses)
    files = pair(encode_png(to_image(tensors[0][0])), b"style")
    return finished_pictures(step, config, "cpu", files), history
