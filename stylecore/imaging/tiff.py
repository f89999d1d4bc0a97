"""Reading TIFF: samples of every depth and layout, as NumPy arrays.

Pillow knows some combinations of depth, layout and transparency, and misreads others without a word. Here it only
decompresses. Pages that are compressed as pictures (JPEG, fax, WebP) are left to it; those are of 1 or 8 bits.

Source: TIFF 6.0 (Adobe 1992); Adobe Photoshop TIFF Technical Notes for floats and their predictor.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from PIL import Image

from stylecore.imaging.bands import Reading
from stylecore.imaging.colour import Profile
from stylecore.imaging.formats import CAMERA_RAW, refusal_of_format
from stylecore.imaging.frames import open_frame
from stylecore.imaging.guards import check_structure
from stylecore.imaging.tiff_colour import COUNTS, Colours
from stylecore.imaging.tiff_pages import Page, Tag, picture_page
from stylecore.imaging.tiff_samples import COMPRESSIONS, Layout, Samples, bands_of_samples
from stylecore.language import Sentence

HELD, HELD_OF_A_STRIP = 4.2, 4  # bytes a pixel of the picture, and of a strip, that Pillow and libtiff hold
SENSOR = (32803, 34892)  # photometric interpretations of what a camera's sensor saw


def open_tiff(data: bytes, name: str) -> Reading:
    """Opens a TIFF; of several pages, the picture.

    Raises:
        ImageError: if it is a camera's raw file, or of a kind that can't be read.
        ValueError, struct.error: if the file is damaged.
    """
    page = picture_page(data)
    photometric = page.value(Tag.PHOTOMETRIC)
    if photometric in SENSOR or (Tag.DNG_VERSION in page.entries and photometric not in COUNTS):
        raise refusal_of_format(name, Sentence("a camera raw file"), CAMERA_RAW)
    orientation = page.value(Tag.ORIENTATION, 1)
    if page.value(Tag.COMPRESSION, 1) not in COMPRESSIONS:
        file = _starting_at(data, page)
        check_structure(file)
        share = page.value(Tag.STRIP_ROWS, page.size[1]) / page.size[1] if Tag.TILES not in page.entries else 0
        return open_frame(file, "TIFF", HELD + HELD_OF_A_STRIP * min(1, share))
    layout = Layout.of(page)
    colours = None if layout is None else Colours.of(page, layout)
    if layout is None or colours is None:
        raise refusal_of_format(name, _described(page), Sentence("save it as PNG, or with 8 or 16 bits a colour"))
    return Reading(
        size=page.size,
        bands=lambda: _bands(data, colours, Profile(page.raw(Tag.PROFILE))),
        orientation=orientation if 1 <= orientation <= 8 else 1,
    )


def _bands(data: bytes, colours: Colours, profile: Profile) -> Iterator[Image.Image]:
    def read() -> Iterator[Samples]:
        return bands_of_samples(data, colours.layout, colours.needed)

    ends = colours.ends(read)
    for samples in read():
        yield colours.image(samples, ends, profile)


def _starting_at(data: bytes, page: Page) -> bytes:
    """The file with a page as its first one."""
    is_big = data[2:4] in (b"+\0", b"\0+")
    at, form = (8, "Q") if is_big else (4, "I")
    start = struct.pack(page.order + form, page.at)
    return data if data[at : at + len(start)] == start else data[:at] + start + data[at + len(start) :]


def _described(page: Page) -> Sentence:
    """What is unusual about a page's samples."""
    return Sentence(
        "a TIFF of {bits}-bit samples, in a layout that is rare (photometric interpretation {number})",
        bits=page.values(Tag.BITS, (1,))[0],
        number=page.value(Tag.PHOTOMETRIC),
    )
