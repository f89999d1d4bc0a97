"""One VGG16 and one engine for the whole server, one name for each visitor."""

from __future__ import annotations

import gc
import uuid

import streamlit as st

from stylecore.config import Network
from stylecore.devices import choose_device
from stylecore.engine import Engine
from stylecore.vgg import VGG16, load_vgg16

GRACE = 25.0  # seconds after a tab closed, or the connection broke, until its job is stopped


@st.cache_resource(max_entries=1, show_spinner="Loading VGG16 …")
def bundled_network(device: str) -> VGG16:
    """VGG16 with the bundled weights: frozen, shared by all visitors."""
    return load_vgg16("bundled", device)


@st.cache_resource(max_entries=1, show_spinner=False)
def get_engine() -> Engine:
    """The server's engine; its worker thread starts with the first visitor."""
    device = choose_device()
    network = bundled_network(device)

    def load(name: Network, device: str) -> VGG16:  # the worker must not call streamlit, so it gets the network itself
        return network if name == "bundled" else load_vgg16(name, device)

    engine = Engine(device, load)
    gc.collect()
    gc.freeze()  # streamlit collects garbage after every run; the imports and the network need no second look
    return engine


@st.cache_resource(scope="session", show_spinner=False, on_release=lambda owner: get_engine().leave(owner, GRACE))
def visitor() -> str:
    """A name for this visitor, that nobody can guess."""
    return uuid.uuid4().hex
