"""What several test files share."""

import os
import threading

import pytest
import torch
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.engine.jobs import Request
from stylecore.imaging import inputs
from stylecore.imaging.images import encode_png
from stylecore.imaging.tensors import to_image
from stylecore.layers import LAYERS
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.vgg import VGG16, load_vgg16

os.environ.setdefault("STYLECORE_STORE", "off")  # servers on the loopback would share the one of this machine's user
if "PYTEST_XDIST_WORKER" in os.environ:  # threads that wait for each other are slow where others have the cores
    torch.set_num_threads(1)
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # of the processes that tests start


def start_afresh():
    """As if the server had just been started: no engine, no results, nothing in a cache."""
    import streamlit as st  # a GPU machine that only tests the core may have none

    from stylecore.ui.server import (
        bundled_network,
        get_derived_pictures,
        get_engine,
        get_exhibition,
        get_store,
        get_visitor_store,
    )

    st.cache_data.clear()
    st.cache_resource.clear()
    if (store := get_store.made()) is not None:
        store.close()
    get_store.clear()
    get_engine.clear()
    bundled_network.clear()
    get_visitor_store.clear()
    get_derived_pictures.clear()
    get_exhibition.clear()


@pytest.fixture(scope="session")
def vgg() -> VGG16:
    return load_vgg16("bundled", "cpu")


@pytest.fixture(scope="session")
def pair() -> tuple[bytes, bytes]:
    """A photograph and a style of high contrast, as files."""
    return sample_contents()["Chelsea"].read_bytes(), sample_styles()["Swirling night"].read_bytes()


class ToyNetwork(VGG16):
    """A network with VGG16's interface and one layer, so that a test of the optimisation takes milliseconds."""

    def __init__(self) -> None:
        torch.nn.Module.__init__(self)
        generator = torch.Generator().manual_seed(0)
        self.register_buffer("mean", torch.zeros(1, 3, 1, 1))
        self.register_buffer("kernel", torch.randn(8, 3, 3, 3, generator=generator) / 3)
        self.passes = 0

    def forward(self, images: Tensor, layers, pooling="max", padding="zeros", dtype=None) -> dict[str, Tensor]:
        self.passes += 1
        features = torch.relu(torch.nn.functional.conv2d(images, self.kernel, padding=1))
        return {layer: features * (1 + LAYERS.index(layer)) for layer in layers}


@pytest.fixture
def toy() -> ToyNetwork:
    return ToyNetwork()


@pytest.fixture
def tensors() -> tuple[Tensor, Tensor]:
    """A content and a style picture of different sizes."""
    generator = torch.Generator().manual_seed(1)
    return torch.rand(1, 3, 20, 24, generator=generator), torch.rand(1, 3, 18, 26, generator=generator)


@pytest.fixture
def picture(tensors):
    return encode_png(to_image(tensors[0][0])), encode_png(to_image(tensors[1][0]))


@pytest.fixture
def request_for(picture):
    def make(**settings):
        layers = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
        return Request(
            inputs=inputs.pair(*picture),
            config=TransferConfig(**{"size": 24, "steps": 5, **layers, **settings}),
        )

    return make


@pytest.fixture
def gate(toy, monkeypatch):
    """Holds the worker at the next pass until it is set."""
    event = threading.Event()
    event.set()
    before = toy.forward
    monkeypatch.setattr(toy, "forward", lambda *a, **k: event.wait(10) and before(*a, **k))
    return event


@pytest.fixture(scope="session")
def address():
    """Of a server of the app that all browser tests share; what one has painted no other one sees."""
    from tests.support.browser import GRACE, served

    with served(STYLECORE_GRACE_SECONDS=str(GRACE), STYLECORE_SHARED_MB="0") as url:
        yield url


@pytest.fixture(scope="session")
def browser():
    from tests.support.browser import chromium

    with chromium() as chrome:
        yield chrome
