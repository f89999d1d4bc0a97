"""What the server has once: VGG16, the engine, and the stores of visitors' pictures."""

from __future__ import annotations

import gc
import logging
import os
import threading
from functools import partial

import torch

from stylecore.config import VggWeights
from stylecore.engine.engine import Engine
from stylecore.engine.exhibition import Exhibition
from stylecore.engine.health import watch_health
from stylecore.engine.limits import read_limits
from stylecore.engine.logs import set_up_logs
from stylecore.engine.machine import cores
from stylecore.engine.shared_results import SharedResults
from stylecore.engine.store.job_keeper import JobKeeper
from stylecore.engine.store.measurement_keeper import MeasurementKeeper, restore_measurements
from stylecore.engine.store.recovery import FileReader, recover_jobs
from stylecore.engine.store.writer import Writer, open_writer
from stylecore.engine.throughput import measure_throughput
from stylecore.engine.workplaces import make_runners
from stylecore.experiments.finished import finished_jobs
from stylecore.imaging.heap import share_arenas
from stylecore.samples import sample_names
from stylecore.transfer.devices import choose_device, release_memory
from stylecore.transfer.vgg import VGG16, WeightsError, load_vgg16
from stylecore.ui.ending import end_process_in_peace, end_runs
from stylecore.ui.state.derived_pictures import DerivedPictures
from stylecore.ui.state.kept_visitors import VisitorKeeper, restore_visitors
from stylecore.ui.state.singleton import singleton
from stylecore.ui.state.visitor_store import VisitorStore
from stylecore.ui.stopping import when_stopped
from stylecore.ui.store_place import store_folder
from stylecore.ui.streamlit_amended import amend_streamlit
from stylecore.ui.visitors import COOKIE, may_resume, running_runtime, watch_connections

_log = logging.getLogger(__name__)

OPERATOR_KEY = "STYLECORE_OPERATOR_KEY"  # environment variable
BESIDE_A_PAGE = 0.65  # of the device is a run's while it is watched, until its own steps say how much
DERIVED_SHARE = 8  # part of STYLECORE_KEPT_MB that pictures made for display may take


@singleton
def bundled_network() -> VGG16:
    """VGG16 with the bundled weights: frozen, shared by all visitors.

    Raises:
        WeightsError: if they are damaged; the next call tries again.
    """
    return load_vgg16("bundled", choose_device())


@singleton
def get_engine() -> Engine:
    """The server's engine. It takes runs at once, and begins them when the network is loaded and the machine measured.

    Raises:
        UserError: if the operator has set a limit that is none.
    """
    set_up_logs()
    share_arenas()
    device = choose_device()
    limits = read_limits(device=device)
    torch.set_num_threads(min(torch.get_num_threads(), cores()))  # a container's quota, not the host's processors
    ready = threading.Event()

    def load(name: VggWeights, device: str) -> VGG16:  # called by the worker: what it times must be alone
        ready.wait()
        here = name == "bundled" and device == choose_device()
        return bundled_network() if here else load_vgg16(name, device)

    shared = SharedResults(sample_names(), limits.shared_mb * 10**6, finished_jobs())
    engine = Engine(device, load, limits, runners=make_runners(device, load), shared=shared)
    writer = get_store()
    if writer.store is not None:  # before anybody hears of a job that is forgotten: pages hold nothing yet
        restore_measurements(writer.store, device)
        writer.add(MeasurementKeeper(device))
        jobs = recover_jobs(writer.store, FileReader(writer.store, sample_names()))
        engine.restore(jobs, writer.store.written())
        keeper = JobKeeper(engine, jobs)
        writer.add(keeper)
        engine.before_rest(lambda *rest: writer.first(lambda store: keeper.keep_at_rest(store, *rest)))
    engine.on_forget(job_forgotten)
    engine.count_also(held_bytes)
    watch_health(engine)
    watch_connections(engine)
    when_stopped(partial(end_runs, engine, writer))
    # Without a runtime, in tests of pages, nothing ends the process in peace: then it waits for this thread.
    getting_ready = threading.Thread(
        target=_get_ready, args=(engine, ready), name="stylecore-ready", daemon=running_runtime() is not None
    )
    end_process_in_peace(engine, getting_ready)
    amend_streamlit(
        may_resume=may_resume,
        cookie=COOKIE,
        before_stop=partial(end_runs, engine, writer),
        files_at_once_bytes=max(2 * limits.max_upload_mb, limits.uploads_mb) * 2**20,
        session_bytes=2 * limits.max_upload_mb * 2**20,
        figures=bool(limits.figures),
    )
    getting_ready.start()
    return engine


def _get_ready(engine: Engine, ready: threading.Event) -> None:
    """Loads the network and measures the machine, while pages are drawn already."""
    try:
        engine.know_speed(measure_throughput(bundled_network(), share=BESIDE_A_PAGE))
    except WeightsError as error:  # every run will say so
        _log.error("the network can't be loaded: %s", error)
    finally:
        ready.set()
    release_memory(engine.device)  # what reading the network took
    gc.freeze()  # spares every later collection the imports and the network


@singleton
def get_visitor_store() -> VisitorStore:
    """The server's one store of visitors' pictures and values."""
    engine, writer = get_engine(), get_store()
    visitors = VisitorStore(engine.limits.uploads_mb * 10**6)
    if writer.store is not None:
        restore_visitors(visitors, writer.store, FileReader(writer.store, sample_names(), engine.all_jobs()))
        writer.add(VisitorKeeper(visitors))
    return visitors


@singleton
def get_store() -> Writer:
    """What keeps the server's results on disk; without a store where it keeps none."""
    return open_writer(store_folder(), read_limits(device=choose_device()).store_mb * 10**6)


@singleton
def get_exhibition() -> Exhibition:
    """The server's one gallery of visitors' pictures; it takes none unless its operator says how many."""
    return Exhibition(get_engine().limits.gallery, os.environ.get(OPERATOR_KEY, ""))


@singleton
def get_derived_pictures() -> DerivedPictures:
    """The server's one cache of pictures made for display."""
    return DerivedPictures(get_engine().limits.kept_mb * 10**6 // DERIVED_SHARE)


def held_bytes() -> int:
    """Bytes of visitors' pictures that pages hold beside the engine's jobs."""
    stores = get_visitor_store.made(), get_derived_pictures.made(), get_exhibition.made()
    return sum(store.held_bytes() for store in stores if store is not None)


def job_forgotten(owner: str, job_id: str) -> None:
    """Drops all that pages hold of a job that the engine has forgotten."""
    derived = get_derived_pictures()
    derived.forget(owner, job_id)
    for token in get_visitor_store().job_forgotten(owner, job_id):
        derived.forget(owner, token)
