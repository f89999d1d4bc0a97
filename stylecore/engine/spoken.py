"""Times and amounts as people say them."""

from __future__ import annotations

from stylecore.language import Sentence


def spoken_time(seconds: float) -> Sentence:
    """A time as people say it."""
    if seconds < 99.5:
        return Sentence("{seconds:.0f} s", seconds=max(seconds, 1))
    if seconds < 100 * 60:
        return Sentence("{minutes:.0f} min", minutes=seconds / 60)
    return Sentence("{hours:.0f} h", hours=seconds / 3600)


def spoken_bytes(count: float) -> Sentence:
    """An amount of memory as people say it."""
    if count >= 1e9:
        return Sentence("{size:.1f} GB", size=count / 1e9)
    return Sentence("{size:.0f} MB", size=count / 1e6)
