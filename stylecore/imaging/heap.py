"""Memory that is free but not given back: glibc keeps it for each thread, and a server has a thread for each tab."""

from __future__ import annotations

import ctypes
from functools import cache
from typing import Any

ARENAS = 2
LARGE = 2**20  # bytes
_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # of <malloc.h>


def give_back() -> None:
    """Gives free memory back to the machine where the C library is glibc, in a few milliseconds; elsewhere nothing.

    What one thread has freed is no use to another: glibc has an arena for each. So eighteen large pictures that were
    decoded one after the other, in a thread each, left 634 MB behind, and with this 85.
    """
    trim = _of_libc("malloc_trim")
    if trim is not None:
        trim(0)


def share_arenas() -> None:
    """Lets threads that begin later share two arenas, where the C library is glibc; for a server, at its start."""
    tune = _of_libc("mallopt")
    if tune is not None:
        tune(_ARENA_MAX, ARENAS)


def return_large_blocks() -> None:
    """Has each block of 1 MB and more given back as soon as it is free, where the C library is glibc.

    Otherwise blocks of up to 32 MB are kept for the next ones, and those of tiles, which differ a little in size, fit
    badly into each other's places: 528 bytes a pixel instead of 415, and 1.4 GB at 1024 pixels instead of 1.2 GB. A
    pass takes 3 % longer at 512 pixels for it, and more at small sizes, so it is for runs that are short of memory.
    """
    tune = _of_libc("mallopt")
    if tune is not None:
        tune(_MMAP_THRESHOLD, LARGE)


@cache
def _of_libc(name: str) -> Any:  # noqa: ANN401  # a function of the C library, or None
    try:
        return getattr(ctypes.CDLL(None), name)
    except (AttributeError, OSError, TypeError):  # musl, macOS, Windows
        return None
