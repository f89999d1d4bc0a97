"""Reading JPEG: made smaller while it is decoded where it is large, and without its end where that is missing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import cast

from PIL import Image, ImageChops
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.MpoImagePlugin import MpoImageFile

from stylecore.imaging.bands import Reading, bands_of, check_held
from stylecore.imaging.colour import Profile, as_rgb
from stylecore.imaging.exif import orientation_of
from stylecore.imaging.guards import is_jpeg_of_one_scan
from stylecore.language import Sentence

DRAFTED = 25_000_000  # pixels above which a picture that is used small is decoded smaller; below, nothing is lost
DETAIL = 2  # decoded pixels on a side for each that is needed, at least
MAX_PICTURES = 20  # of a file of several that are looked at
END = b"\xff\xd9"
NEVER_DECODED = 128  # level of the pixels that the decoder fills in where the file has ended
NOTICED = 0.02  # share of a picture that is missing from which on it is told
NOTHING_LEFT = 0.95  # share from which on the picture is refused
LATER_HEADERS = (b"\xff\xda", b"\xff\xc4")  # what begins the header of a scan
MORE_PICTURES, MORE_PICTURES_WITHIN = b"MPF\0", 2**20  # what a file of several has in its header


class _File(io.BytesIO):
    """A file to which the mark of its end is added once it is all read, if it has none.

    Attributes:
        was_cut: whether the mark was needed.
    """

    was_cut = False
    is_header = True

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        if found or self.is_header or self.was_cut:
            return found
        self.was_cut = True
        return END


def open_jpeg(data: bytes, longest: int | None) -> Reading:
    """Opens a JPEG; of a file of several pictures (MPO), the largest.

    Args:
        data: the whole file.
        longest: the longer side that will be needed; None for all of it.

    Raises:
        OSError: if the file is damaged.
    """
    image = _opened(data)
    size = image.size
    held = 0 if is_jpeg_of_one_scan(data) else _coefficients(image)
    draft = None
    if longest is not None and size[0] * size[1] > DRAFTED:
        share = DETAIL * longest / max(size)
        draft = max(1, int(size[0] * share)), max(1, int(size[1] * share))
    image.draft(None, draft)
    notices: list[Sentence] = []

    def bands() -> Iterator[Image.Image]:
        check_held(held)
        loaded = _loaded(image, data, draft, notices)
        profile = Profile(loaded.info.get("icc_profile"))
        for band in bands_of(loaded):
            yield as_rgb(band, profile)

    return Reading(size=size, bands=bands, orientation=orientation_of(image), scaled=image.size, notices=notices)


def _opened(data: bytes) -> ImageFile:
    file = _File(data)
    has_more = data.find(MORE_PICTURES, 0, MORE_PICTURES_WITHIN) >= 0
    image = _largest(Image.open(file, formats=("JPEG",))) if has_more else JpegImageFile(file)
    return cast("ImageFile", image)


def _loaded(image: ImageFile, data: bytes, draft: tuple[int, int] | None, notices: list[Sentence]) -> ImageFile:
    """Decodes the pixels, and says how much of them is missing.

    Raises:
        OSError, ValueError: if the file is damaged, or nothing is there.
    """
    file = cast("_File", image.fp)
    file.is_header = False
    try:
        image.load()
    except OSError:
        if not file.was_cut:
            raise
        # Where the file ends in the middle of a later scan's header, what was decoded before counts.
        image = _opened(data[: max(map(data.rfind, LATER_HEADERS))])
        image.draft(None, draft)
        file = cast("_File", image.fp)
        file.is_header = False
        image.load()
    if file.was_cut:
        missing = _missing_share(image)
        if missing > NOTHING_LEFT:
            raise ValueError("no pixels")
        if missing > NOTICED:
            notices.append(
                Sentence(
                    "The file is cut off: the last {missing:.0%} of this picture are missing, and grey here.",
                    missing=missing,
                )
            )
    return image


def _largest(image: Image.Image) -> Image.Image:
    """Seeks the largest picture of a file; the first of several."""
    if isinstance(image, MpoImageFile):
        areas = []
        for frame in range(min(image.n_frames, MAX_PICTURES)):
            try:
                image.seek(frame)
            except (OSError, SyntaxError, ValueError, EOFError):  # another picture is broken or cut off
                break
            areas.append(image.width * image.height)
        image.seek(areas.index(max(areas)))
    return image


def _coefficients(image: Image.Image) -> float:
    """Bytes of all coefficients, which the decoder holds where each scan adds to the one before."""
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])
    finest = max((h * v for _, h, v, _ in layers), default=1)
    return 2.0 * image.width * image.height * sum(h * v / finest for _, h, v, _ in layers)


def _missing_share(image: Image.Image) -> float:
    """The share of the rows, at the bottom, that the file did not reach; 0 to 1."""
    last, top = 0, 0
    for band in bands_of(image):
        flat = Image.new(band.mode, band.size, (NEVER_DECODED,) * len(band.getbands()))
        decoded = ImageChops.difference(band, flat).point(lambda level: 255 * (level > 1))  # inks are 127 or 128
        box = decoded.getbbox(alpha_only=False)
        last = top + box[3] if box else last
        top += band.height
    return 1 - last / image.height
