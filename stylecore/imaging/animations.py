"""Reading animations: every frame of a GIF, an animated PNG or an animated WebP, one at a time."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageSequence

from stylecore.config import FileFormat
from stylecore.errors import ImageError
from stylecore.imaging.bands import Reading, assemble, bands_of, check_held
from stylecore.imaging.colour import as_srgb
from stylecore.imaging.exif import orientation_of
from stylecore.imaging.formats import Kind, kind_of
from stylecore.imaging.guards import check_structure, count_frames
from stylecore.imaging.images import MAX_BYTES, check_size, refusals

FORMATS: dict[Kind, FileFormat] = {"GIF": "gif", "PNG": "png", "WebP": "webp"}  # that hold animations
MAX_FRAMES = 1000
MAX_FRAME_PIXELS = 1_000_000_000  # of all frames together: each is decoded at the full size of the canvas
HELD = 16  # bytes for each pixel of the canvas that a decoder holds, with the frame before


@dataclass(frozen=True, slots=True, kw_only=True)
class Animation:
    """An animated file, its frames not decoded yet.

    Attributes:
        data: the whole file.
        kind: its format.
        size: width and height, upright.
        count: of its frames, at least 2.
        plays: how many times it is shown; 0 for ever.
    """

    data: bytes
    kind: Kind
    size: tuple[int, int]
    count: int
    plays: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as it is seen, whatever of it the file keeps.

    Attributes:
        image: RGBA, upright.
        milliseconds: for which it is shown.
    """

    image: Image.Image
    milliseconds: float


def open_animation(data: bytes, name: str = "picture") -> Animation | None:
    """Opens an animation; None if the file is none, or has one frame.

    Args:
        data: the whole file; it need not be trusted.
        name: what the message of an error calls it.

    Raises:
        ImageError: if it is damaged, or has too many frames or pixels.
    """
    kind = kind_of(data, name)
    if kind not in FORMATS or len(data) > MAX_BYTES:  # which is refused with all other pictures
        return None
    with refusals(name, kind):
        check_structure(data)
        count = count_frames(data, MAX_FRAMES)
        if count < 2:
            return None
        if count > MAX_FRAMES:
            raise ImageError("{name} has more than {most} frames: shorten it first.", name=name, most=MAX_FRAMES)
        with _opened(data, kind) as image:
            reading = Reading(size=image.size, bands=lambda: iter(()), orientation=orientation_of(image))
            check_size(reading.size, name)
            check_held(image.width * image.height * HELD)
            if count * image.width * image.height > MAX_FRAME_PIXELS:
                raise ImageError(
                    "{name} has {count} frames of {width} × {height} pixels, more than {most} million in all: save it "
                    "smaller or shorter first.",
                    name=name,
                    count=count,
                    width=image.width,
                    height=image.height,
                    most=MAX_FRAME_PIXELS // 10**6,
                )
            return Animation(data=data, kind=kind, size=reading.upright_size, count=count, plays=_plays(image, kind))


def frames_of(animation: Animation, longest: int, name: str = "picture") -> Iterator[Frame]:
    """Decodes the frames one after the other.

    Args:
        animation: the file.
        longest: a longer side is scaled down to this many pixels.
        name: what the message of an error calls it.

    Raises:
        ImageError: at the first frame that is damaged.
    """
    with refusals(name, animation.kind), _opened(animation.data, animation.kind) as image:
        size, orientation = image.size, orientation_of(image)
        sequence = ImageSequence.Iterator(image)
        if getattr(image, "default_image", False):  # of an animated PNG: shown by who knows no animations
            next(sequence)
        for number, frame in enumerate(sequence, 1):
            if frame.size != size:  # a GIF may have frames that are larger than itself
                raise ValueError("a frame that is larger than the picture")
            shown = as_srgb(frame)
            reading = Reading(size=size, bands=lambda shown=shown: bands_of(shown), orientation=orientation)  # type: ignore[misc]
            milliseconds = float(frame.info.get("duration", 0))
            yield Frame(assemble(reading, longest, transparent=True), milliseconds)
            if number == animation.count:
                return


def _opened(data: bytes, kind: Kind) -> Image.Image:
    return Image.open(io.BytesIO(data), formats=(kind.upper(),))


def _plays(image: Image.Image, kind: Kind) -> int:
    """How many times an animation is shown, 0 for ever; a GIF counts how many times it is shown again."""
    loop = image.info.get("loop")
    if kind == "GIF":
        return 1 if loop is None else loop + 1 if loop else 0
    return int(loop or 0)
