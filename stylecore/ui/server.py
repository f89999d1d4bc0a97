"""What the server has once: VGG16, the engine, the stores of visitors' pictures; and each visitor's name."""

from __future__ import annotations

import gc
import re
import secrets

import streamlit as st
import torch

from stylecore.config import VggWeights
from stylecore.engine.engine import Engine
from stylecore.engine.health import watch_health
from stylecore.engine.limits import read_limits
from stylecore.engine.logs import set_up_logs
from stylecore.engine.machine import cores
from stylecore.engine.throughput import measure_throughput
from stylecore.transfer.devices import choose_device
from stylecore.transfer.vgg import VGG16, load_vgg16
from stylecore.ui.components import remember_visitor
from stylecore.ui.state.derived_pictures import DerivedPictures
from stylecore.ui.state.session import SessionValue
from stylecore.ui.state.singleton import singleton
from stylecore.ui.state.visitor_store import VisitorStore
from stylecore.ui.stopping import when_stopped

COOKIE = "stylecore_visitor"
STORE_SHARE, DERIVED_SHARE = 2, 8  # parts of STYLECORE_KEPT_MB that uploads, and pictures made for display, may take


class _State:
    prefix = "visitor"
    name = SessionValue[str]("")


@st.cache_resource(max_entries=1, show_spinner="Loading VGG16 …")
def bundled_network(device: str) -> VGG16:
    """VGG16 with the bundled weights: frozen, shared by all visitors."""
    return load_vgg16("bundled", device)


@singleton
def get_engine() -> Engine:
    """The server's engine; its worker thread starts with the first visitor.

    Raises:
        WeightsError: if the weights are damaged; the next visit tries again.
        UserError: if the operator has set a limit that is none.
    """
    with st.spinner("Measuring this machine …"):
        return _start_engine()


def _start_engine() -> Engine:
    set_up_logs()
    device = choose_device()
    limits = read_limits(device=device)
    torch.set_num_threads(min(torch.get_num_threads(), cores()))  # a container's quota, not the host's processors
    network = bundled_network(device)

    def load(name: VggWeights, device: str) -> VGG16:  # called by the worker, which must not call streamlit
        return network if name == "bundled" else load_vgg16(name, device)

    engine = Engine(device, load, limits, throughput=measure_throughput(network))
    engine.on_forget(job_forgotten)
    engine.count_also(held_bytes)
    watch_health(engine)
    when_stopped(engine.close)
    gc.collect()
    gc.freeze()  # spares every later collection the imports and the network
    return engine


@singleton
def get_visitor_store() -> VisitorStore:
    """The server's one store of visitors' pictures and values."""
    return VisitorStore(get_engine().limits.kept_mb * 10**6 // STORE_SHARE)


@singleton
def get_derived_pictures() -> DerivedPictures:
    """The server's one cache of pictures made for display."""
    return DerivedPictures(get_engine().limits.kept_mb * 10**6 // DERIVED_SHARE)


def held_bytes() -> int:
    """Bytes of visitors' pictures that pages hold beside the engine's jobs; they count as kept, too."""
    stores = get_visitor_store.made(), get_derived_pictures.made()
    return sum(store.held_bytes() for store in stores if store is not None)


def job_forgotten(owner: str, job_id: str) -> None:
    """Drops all that pages hold of a job that the engine has forgotten."""
    derived = get_derived_pictures()
    derived.forget(owner, job_id)
    for token in get_visitor_store().job_forgotten(owner, job_id):
        derived.forget(owner, token)


def visitor_name() -> str:
    """The name that `visitor` has given to this tab's visitor."""
    return _State().name


def visitor() -> str:
    """A name for this visitor that nobody can guess; a cookie keeps it, so that a reload finds everything again."""
    state = _State()
    if not state.name:
        kept = st.context.cookies.get(COOKIE)
        known = isinstance(kept, str) and re.fullmatch(r"[\w-]{43}", kept, re.ASCII)
        state.name = str(kept) if known else secrets.token_urlsafe(32)
    if st.context.cookies.get(COOKIE) != state.name:
        remember_visitor(COOKIE, state.name)
    _tab_connected(state.name)
    return state.name


def _tab_closed(owner: str) -> None:
    engine = get_engine()
    engine.leave(owner, engine.limits.grace_seconds)


@st.cache_resource(scope="session", show_spinner=False, on_release=_tab_closed)
def _tab_connected(owner: str) -> str:
    """Lives as long as the tab is connected; its end tells the engine that the visitor has left."""
    return owner
