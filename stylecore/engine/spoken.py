"""Times and amounts as people say them."""

from __future__ import annotations


def spoken_time(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 99.5:
        return f"{max(seconds, 1):.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 100 * 60 else f"{seconds / 3600:.0f} h"


def spoken_bytes(count: float) -> str:
    """An amount of memory as people say it."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
