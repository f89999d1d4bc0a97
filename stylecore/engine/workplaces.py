"""Where a server computes: in its own process, in others of this machine, or on the machines of a Ray cluster."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import ModuleType

from stylecore.config import VggWeights
from stylecore.engine.machine import cores
from stylecore.engine.process_link import ProcessLink
from stylecore.engine.remote_runner import KnownRuns, RemoteRunner
from stylecore.engine.runner import Runner
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.errors import SettingError
from stylecore.transfer.devices import all_devices
from stylecore.transfer.vgg import VGG16

WORKERS, RAY = "STYLECORE_WORKERS", "STYLECORE_RAY"  # environment variables
MOST_WORKERS = 64
REFRESH_SECONDS = 0.7  # of computing between two previews of a run


def make_runners(
    device: str, load: Callable[[VggWeights, str], VGG16], environment: Mapping[str, str] = os.environ
) -> Sequence[Runner]:
    """The runners of a server: in this process one for each graphics card, or for the processor; or as is asked for.

    Args:
        device: "cpu" or "cuda".
        load: gives VGG16 with the named weights on a device of this process.
        environment: variables by name.

    Raises:
        SettingError: if a variable has a value that can't be used, or Ray is asked for and missing.
    """
    workers = _workers(environment)
    if address := environment.get(RAY, "").strip():
        return _ray_runners(address, workers)
    devices = all_devices(device)
    if workers is None:
        return [ThreadRunner(where, load, REFRESH_SECONDS) for where in devices]
    threads = max(1, cores() // workers) if device == "cpu" else 0
    known = KnownRuns()
    return [
        RemoteRunner(ProcessLink(where, threads, REFRESH_SECONDS), where, known)
        for where in (devices[number % len(devices)] for number in range(workers))
    ]


def _ray_runners(address: str, workers: int | None) -> Sequence[Runner]:
    ray_link = ray_links(RAY)
    links = ray_link.make_ray_links(address, workers, partial(ray_link.engine_host, refresh=REFRESH_SECONDS))
    known = KnownRuns()
    return [RemoteRunner(link, link.device, known, here=False) for link in links]


def ray_links(asked_by: str) -> ModuleType:
    """The module of the links to Ray.

    Args:
        asked_by: what asks for Ray, for the sentence where it is not installed.

    Raises:
        SettingError: if it is not.
    """
    os.environ.setdefault("RAY_DEDUP_LOGS_SKIP_REGEX", ".")  # Ray prints on stdout, where a batch has its JSON
    try:
        return importlib.import_module("stylecore.engine.ray_link")
    except ImportError as error:
        raise SettingError("{name} needs Ray: pip install -r requirements-ray.txt", name=asked_by) from error


def _workers(environment: Mapping[str, str]) -> int | None:
    text = environment.get(WORKERS, "").strip()
    if not text:
        return None
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WORKERS:
        raise SettingError(
            "{name} must be a whole number from {low} to {high}, not {text!r:.40}",
            name=WORKERS,
            low=1,
            high=MOST_WORKERS,
            text=text,
        )
    return int(text)
