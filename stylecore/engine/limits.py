"""The limits of one server, which follow from its machine; an operator sets others by environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from stylecore.config import SETTINGS
from stylecore.engine.machine import available_memory, machine_memory
from stylecore.errors import SettingError
from stylecore.imaging.images import MAX_BYTES
from stylecore.settings import MAX_LAMBDAS
from stylecore.transfer.devices import is_cuda

SMALLEST_CAP, LARGEST_CAP = 256, 4096  # pixels, between which the largest size follows the memory
BYTES_PER_PIXEL = 3_800  # of a run with default settings: see `cost.cost_of`
TILED_BYTES_PER_PIXEL = 600  # of a run whose pictures are taken in tiles, besides
TILE_BYTES = 450 * 10**6  # for a small tile
RESIDENT = 900 * 10**6  # of Python, torch, streamlit and VGG16 before the first run


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one server allows.

    Attributes:
        max_size: longer side of a result, in pixels.
        max_steps: of one run, as it is started, and of each "more steps", which may go beyond.
        max_waiting: visitors who may wait for the one whose turn it is; more are refused.
        kept_mb: megabytes of pictures kept for all visitors together.
        state_mb: megabytes of optimiser state kept for runs that are paused or may go on.
        grace_seconds: from the moment that a tab is closed, or its connection breaks, until its run is stopped.
        max_lambdas: λ of one run, computed together.
        max_active: runs of one visitor that may wait, run or be paused at the same time.
        max_seconds: of computing for one run; then it is stopped, its picture kept.
        max_upload_mb: megabytes of each picture that comes in.
        kept_jobs: results kept for one visitor; the oldest go first.
        max_per_address: visitors behind one address who may have runs at the same time.
        uploads_mb: megabytes of visitors' own pictures: as many for those that runs use as for those on pages.
        shared_mb: megabytes of results of samples, kept for everybody on top of those that come with the package.
        store_mb: megabytes of everybody's pictures on disk, where results outlive the server.
        downloads: 1 if visitors may choose weights that have to be downloaded.
        gallery: pictures that visitors may put into the gallery, all together.
        figures: 1 if anybody may see how the server is: memory, runs, sessions.
    """

    max_size: int
    max_steps: int
    max_waiting: int
    kept_mb: int
    state_mb: int
    grace_seconds: int = 25
    max_lambdas: int = 8
    max_active: int = 16
    max_seconds: int = 7200
    max_upload_mb: int = MAX_BYTES >> 20
    kept_jobs: int = 100
    max_per_address: int = 15
    uploads_mb: int = 50
    shared_mb: int = 12
    store_mb: int = 1000
    downloads: int = 0
    gallery: int = 0
    figures: int = 0


def read_limits(environment: Mapping[str, str] = os.environ, memory: int | None = None, device: str = "cpu") -> Limits:
    """The limits: from the memory of this machine and its device, or as STYLECORE_MAX_SIZE, … say.

    Args:
        environment: variables by name; streamlit's secrets at the top level are among them.
        memory: bytes of this machine, in which pictures are kept; what it has if None.
        device: on which runs are computed; on "cuda" the largest size and the states follow the card's memory.

    Raises:
        SettingError: naming the variable and its range.
    """
    memory = memory or machine_memory()
    room = max(0, (memory if device == "cpu" else total_memory(device)) * 8 // 10 - RESIDENT)
    whole, tiled = room / BYTES_PER_PIXEL, (room - TILE_BYTES) / TILED_BYTES_PER_PIXEL
    side = int(max(whole, tiled, 0) ** 0.5) // 64 * 64
    defaults = Limits(
        max_size=min(max(side, SMALLEST_CAP), LARGEST_CAP),
        max_steps=2000,
        max_waiting=20,
        kept_mb=min(max(memory // 20 // 10**6, 50), 400),
        state_mb=min(room // 4 // 10**6, 2000),
        uploads_mb=min(max(memory // 20 // 10**6, 50), 400),
        shared_mb=min(max(memory // 80 // 10**6, 12), 100),
    )
    ranges = {
        "max_size": (64, int(SETTINGS["size"].high)),
        "max_steps": (1, int(SETTINGS["steps"].high)),
        "max_waiting": (0, 1000),
        "kept_mb": (1, 10**6),
        "state_mb": (0, 10**6),
        "grace_seconds": (1, 3600),
        "max_lambdas": (1, MAX_LAMBDAS),
        "max_active": (1, 1000),
        "max_seconds": (1, 10**6),
        "max_upload_mb": (1, MAX_BYTES >> 20),
        "kept_jobs": (1, 10**4),
        "max_per_address": (1, 1000),
        "uploads_mb": (1, 10**6),
        "shared_mb": (0, 10**6),
        "store_mb": (1, 10**6),
        "downloads": (0, 1),
        "gallery": (0, 1000),
        "figures": (0, 1),
    }
    return Limits(
        **{
            name: _whole(environment, f"STYLECORE_{name.upper()}", getattr(defaults, name), *span)
            for name, span in ranges.items()
        }
    )


def free_memory(device: str) -> int:
    """Bytes that a run on a device could take now: of a graphics card, or of this machine on "cpu"."""
    if is_cuda(device):
        free, _ = torch.cuda.mem_get_info(device)
        unused = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)  # that torch holds
        return int(free) + unused
    return available_memory()


def total_memory(device: str) -> int:
    """Bytes of memory in which runs on a device have to fit: the graphics card's on "cuda", this machine's on "cpu"."""
    if is_cuda(device):
        return int(torch.cuda.get_device_properties(device).total_memory)
    return machine_memory()


def _whole(environment: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = environment.get(name, "").strip()
    if not text:
        return default
    if not text.isdecimal() or not low <= int(text) <= high:
        raise SettingError(
            "{name} must be a whole number from {low} to {high}, not {text!r}", name=name, low=low, high=high, text=text
        )
    return int(text)
