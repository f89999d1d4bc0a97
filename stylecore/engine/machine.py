"""What this machine leaves to this process: memory and processor cores, less where a control group says so."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

import psutil

from stylecore.engine.cgroups import memory_left, memory_limits, processor_quotas
from stylecore.errors import SettingError

VARIABLE = "STYLECORE_MEMORY_MB"


def machine_memory() -> int:
    """Bytes of memory that this process may use."""
    return min([psutil.virtual_memory().total, *memory_limits(), *_told()])


def available_memory() -> int:
    """Bytes that could be taken now without pushing anything out."""
    taken = psutil.Process().memory_info().rss
    return max(0, min([psutil.virtual_memory().available, *memory_left(), *(told - taken for told in _told())]))


def _told() -> list[int]:
    """Bytes within which this process was told to stay, if it was: STYLECORE_MEMORY_MB.

    Raises:
        SettingError: if that is no whole number above 0.
    """
    text = os.environ.get(VARIABLE, "").strip()
    if not text:
        return []
    if not text.isdecimal() or not int(text):
        raise SettingError(
            "{name} must be a whole number of megabytes above 0, not {text!r:.40}", name=VARIABLE, text=text
        )
    return [int(text) * 10**6]


def cores() -> int:
    """Processor cores that this process may use, at least 1."""
    process = psutil.Process()
    has_affinity = hasattr(process, "cpu_affinity")  # macOS has none
    allowed = len(process.cpu_affinity()) if has_affinity else psutil.cpu_count() or 1
    return max(1, math.ceil(min([allowed, *processor_quotas()])))


def share_of_cores(machines: Sequence[int], count: int) -> float:
    """Cores of each of several processes that are to find a place on machines: as many as let all of them find one.

    Args:
        machines: cores of each.
        count: of the processes; where there are more of them than cores, each gets a part of one.
    """
    whole = range(max(machines, default=0), 0, -1)
    fitting = (share for share in whole if sum(cores // share for cores in machines) >= count)
    return next(fitting, sum(machines) / count)
