"""Animations: the time-lapse of a run, and a sweep over the pictures of several λ."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Literal

from PIL import Image

from stylecore.imaging.colour import on_paper

AnimationFormat = Literal["GIF", "WEBP"]
SECONDS = 6.0  # of a time-lapse, apart from its last frame
LAST_SECONDS = 1.5  # for which the finished picture stays


def time_lapse(frames: Sequence[bytes], result: bytes, kind: AnimationFormat) -> bytes:
    """A looping animation of a run's frames, with a pause on its result.

    Args:
        frames: bytes of picture files, oldest first; all are scaled to the size of the first one.
        result: bytes of the finished picture.
        kind: "GIF", which every program shows, or "WEBP", which is smaller and not limited to 256 colours.
    """
    last = on_paper(Image.open(io.BytesIO(result))).convert("RGB")
    pictures = [Image.open(io.BytesIO(frame)).convert("RGB") for frame in frames]
    size = pictures[0].size if pictures else last.size
    pictures = [picture if picture.size == size else picture.resize(size) for picture in [*pictures, last]]
    milliseconds = round(max(40, min(400, 1000 * SECONDS / len(pictures))))
    return _animation(pictures, [milliseconds] * (len(pictures) - 1) + [round(1000 * LAST_SECONDS)], kind)


def sweep(results: Sequence[bytes], kind: AnimationFormat) -> bytes:
    """A looping animation that goes forwards and backwards through the pictures of rising λ.

    Args:
        results: bytes of finished pictures of one size.
        kind: as for `time_lapse`.
    """
    pictures = [on_paper(Image.open(io.BytesIO(result))).convert("RGB") for result in results]
    pictures += pictures[-2:0:-1]
    return _animation(pictures, [700] * len(pictures), kind)


def _animation(pictures: list[Image.Image], durations: list[int], kind: AnimationFormat) -> bytes:
    buffer = io.BytesIO()
    options = {"quality": 85, "method": 2} if kind == "WEBP" else {}
    pictures[0].save(buffer, kind, save_all=True, append_images=pictures[1:], duration=durations, loop=0, **options)
    return buffer.getvalue()
