"""Reading JPEG: made smaller while it is decoded where it is large, and without its end where that is missing."""

from __future__ import annotations

import io
from collections.abc import Iterator

from PIL import Image, ImageChops
from PIL.JpegImagePlugin import JpegImageFile
from PIL.MpoImagePlugin import MpoImageFile

from stylecore.imaging.bands import Reading, bands_of, check_held
from stylecore.imaging.colour import Profile, as_rgb
from stylecore.imaging.exif import orientation_of
from stylecore.imaging.guards import is_jpeg_of_one_scan

DRAFTED = 25_000_000  # pixels above which a picture that is used small is decoded smaller; below, nothing is lost
DETAIL = 2  # decoded pixels on a side for each that is needed, at least
MAX_PICTURES = 20  # of a file of several that are looked at
END = b"\xff\xd9"
NEVER_DECODED = 128  # level of the pixels that the decoder fills in where the file has ended
NOTICED = 0.02  # share of a picture that is missing from which on it is told


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
    file = _File(data)
    image = JpegImageFile(file) if data.find(b"MPF\0", 0, 2**20) < 0 else _largest(Image.open(file, formats=("JPEG",)))
    size = image.size
    held = 0 if is_jpeg_of_one_scan(data) else _coefficients(image)
    if longest is not None and size[0] * size[1] > DRAFTED:
        share = DETAIL * longest / max(size)
        image.draft(None, (max(1, int(size[0] * share)), max(1, int(size[1] * share))))
    notices: list[str] = []

    def bands() -> Iterator[Image.Image]:
        check_held(held)
        file.is_header = False
        image.load()
        if file.was_cut:
            _check_cut(image, notices)
        profile = Profile(image.info.get("icc_profile"))
        for band in bands_of(image):
            yield as_rgb(band, profile)

    return Reading(size=size, bands=bands, orientation=orientation_of(image), scaled=image.size, notices=notices)


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


def _check_cut(image: Image.Image, notices: list[str]) -> None:
    """Says how much of a picture is missing.

    Raises:
        ValueError: if it is all of it.
    """
    last, top = 0, 0
    for band in bands_of(image):
        flat = Image.new(band.mode, band.size, (NEVER_DECODED,) * len(band.getbands()))
        box = ImageChops.difference(band, flat).getbbox(alpha_only=False)
        last = top + box[3] if box else last
        top += band.height
    if not last:
        raise ValueError("no pixels")
    missing = 1 - last / image.height
    if missing > NOTICED:
        notices.append(f"The file is cut off: the last {missing:.0%} of this picture are missing, and grey here.")
