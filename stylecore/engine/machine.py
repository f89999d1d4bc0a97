"""What this machine leaves to this process: memory and processor cores, less where a control group says so."""

from __future__ import annotations

import math

import psutil

from stylecore.engine.cgroups import memory_left, memory_limits, processor_quotas


def machine_memory() -> int:
    """Bytes of memory that this process may use."""
    return min([psutil.virtual_memory().total, *memory_limits()])


def available_memory() -> int:
    """Bytes that could be taken now without pushing anything out."""
    return min([psutil.virtual_memory().available, *memory_left()])


def cores() -> int:
    """Processor cores that this process may use, at least 1."""
    process = psutil.Process()
    has_affinity = hasattr(process, "cpu_affinity")  # macOS has none
    allowed = len(process.cpu_affinity()) if has_affinity else psutil.cpu_count() or 1
    return max(1, math.ceil(min([allowed, *processor_quotas()])))
