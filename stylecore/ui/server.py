"""One VGG16 and one engine for the whole server, one name for each visitor."""

from __future__ import annotations

import gc
import re
import secrets

import streamlit as st
import torch

from stylecore.config import VggWeights
from stylecore.engine.cost import measure_throughput
from stylecore.engine.engine import Engine
from stylecore.engine.health import watch_health
from stylecore.engine.limits import cores, read_limits
from stylecore.engine.logs import set_up_logs
from stylecore.transfer.devices import choose_device
from stylecore.transfer.vgg import VGG16, load_vgg16
from stylecore.ui.components import remember_visitor
from stylecore.ui.state.singleton import singleton

COOKIE = "stylecore_visitor"


@st.cache_resource(max_entries=1, show_spinner="Loading VGG16 …")
def bundled_network(device: str) -> VGG16:
    """VGG16 with the bundled weights: frozen, shared by all visitors."""
    return load_vgg16("bundled", device)


@singleton
def get_engine() -> Engine:
    """The server's engine; its worker thread starts with the first visitor.

    Raises:
        WeightsError: if the weights are damaged; nothing of that is kept, so that the next visit finds them mended.
        UserError: if the operator has set a limit that is none.
    """
    with st.spinner("Measuring this machine …"):
        return _start_engine()


def _start_engine() -> Engine:
    set_up_logs()
    limits = read_limits()
    torch.set_num_threads(min(torch.get_num_threads(), cores()))  # a container's quota, not the host's processors
    device = choose_device()
    network = bundled_network(device)

    def load(
        name: VggWeights, device: str
    ) -> VGG16:  # the worker must not call streamlit, so it gets the network itself
        return network if name == "bundled" else load_vgg16(name, device)

    engine = Engine(device, load, limits, throughput=measure_throughput(network))
    watch_health(engine)
    gc.collect()
    gc.freeze()  # the imports and the network need no second look
    return engine


def visitor() -> str:
    """A name for this visitor that nobody can guess; a cookie keeps it, so that a reload finds everything again."""
    if "visitor" not in st.session_state:
        kept = st.context.cookies.get(COOKIE)
        known = isinstance(kept, str) and re.fullmatch(r"[\w-]{43}", kept, re.ASCII)
        st.session_state.visitor = kept if known else secrets.token_urlsafe(32)
    owner: str = st.session_state.visitor
    if st.context.cookies.get(COOKIE) != owner:
        remember_visitor(COOKIE, owner)
    _present(owner)
    return owner


def _leave(owner: str) -> None:
    engine = get_engine()
    engine.leave(owner, engine.limits.grace_seconds)


@st.cache_resource(scope="session", show_spinner=False, on_release=_leave)
def _present(owner: str) -> str:
    """Lives as long as the tab is connected; its end tells the engine that the visitor has left."""
    return owner
