"""Small squares of pictures, as addresses that a page can show."""

from __future__ import annotations

from functools import cache, partial

from stylecore.engine.jobs import Job
from stylecore.imaging.images import decode, encode_jpeg
from stylecore.ui.components import data_url
from stylecore.ui.server import get_derived_pictures
from stylecore.ui.state.sources import Source

SIDE_PIXELS = 88
DETAIL = 8  # pixels of the longer side that are decoded, by those of the square


def thumbnail(data: bytes) -> str:
    """A square out of the middle of a picture.

    Raises:
        ImageError: if it is no picture that can be used.
    """
    picture = decode(data, longest=DETAIL * SIDE_PIXELS)
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    box = (left, top, left + side, top + side)
    square = picture.resize((SIDE_PIXELS, SIDE_PIXELS), box=box, reducing_gap=2.0)
    return data_url(encode_jpeg(square, 80))


def own_thumbnail(owner: str, source: Source) -> str:
    """The thumbnail of a picture of the visitor's own."""
    return get_derived_pictures().get(owner, source.token, "thumbnail", partial(thumbnail, source.preview))


def source_thumbnail(owner: str, source: Source) -> str:
    """The thumbnail of a chosen picture, a sample or the visitor's own."""
    return _sample_thumbnail(source) if source.sample else own_thumbnail(owner, source)


def job_thumbnail(job: Job) -> str:
    """The thumbnail of a job's newest picture; the job has one."""
    preview = job.snapshot.previews[0]
    return get_derived_pictures().get(job.owner, job.id, ("thumbnail", job.snapshot.done), partial(thumbnail, preview))


@cache
def _sample_thumbnail(source: Source) -> str:
    return thumbnail(source.preview)
