"""Pictures that are read in bands of rows, so that a large one never lies in memory as a whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from PIL import Image

from stylecore.imaging.colour import on_paper
from stylecore.imaging.scaling import fitted_size
from stylecore.language import Sentence

BAND_PIXELS = 2**18  # about as many at a time
MAX_HELD = 200 * 2**20  # bytes that reading one picture may hold, beside the file and the result

_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class TooLarge(ValueError):
    """Reading a picture would hold more than `MAX_HELD`, because of the way in which its format keeps the pixels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A picture file that has been opened, its pixels not yet read.

    Attributes:
        size: width and height as the file says, before it is turned.
        bands: reads the pixels: RGB or RGBA pictures from top to bottom, all of one width.
        orientation: how it is to be turned, as EXIF counts: 1 to 8.
        scaled: width and height of what `bands` gives, where the decoder itself makes it smaller.
        notices: sentences on what is wrong with the picture; complete once it has been read.
    """

    size: tuple[int, int]
    bands: Callable[[], Iterator[Image.Image]]
    orientation: int = 1
    scaled: tuple[int, int] | None = None
    notices: list[Sentence] = field(default_factory=list)

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height once it is turned."""
        return self.size if self.orientation < 5 else self.size[::-1]


def assemble(reading: Reading, longest: int | None, *, transparent: bool = False) -> Image.Image:
    """Reads the pixels.

    Each band is scaled to the width that is wanted as soon as it is there, and all rows to the height in the end. Since
    Pillow, too, scales one direction after the other, the result is the same as if the whole picture had been scaled.

    Args:
        reading: of the picture.
        longest: a longer side is scaled down to this many pixels; None keeps the picture's own size.
        transparent: whether transparency is kept; else the picture is laid on white.

    Returns:
        An upright picture without metadata, RGBA or RGB. Colours are scaled in proportion to their opacity; those of a
        picture that keeps its size stay as they are, also where nothing is seen of them.
    """
    width, height = reading.scaled or reading.size
    smaller = longest is not None and longest < max(reading.size)
    target = fitted_size(reading.size, longest) if smaller and longest else (width, height)
    canvas = Image.new("RGBA" if transparent else "RGB", (target[0], height))
    top = 0
    for band in reading.bands():
        part = band if transparent else on_paper(band)
        part = part.resize((target[0], band.height), Image.Resampling.LANCZOS)
        canvas.paste(part.convert(canvas.mode), (0, top))  # once it is small: a band may be a whole picture
        top += band.height
    picture = canvas.resize(target, Image.Resampling.LANCZOS)
    turn = _TURNS.get(reading.orientation)
    return picture if turn is None else picture.transpose(turn)


def rows_of_a_band(width: int) -> int:
    """How many rows of a picture make a band."""
    return max(1, BAND_PIXELS // max(1, width))


def bands_of(image: Image.Image) -> Iterator[Image.Image]:
    """The bands of a picture that is in memory, of its own mode."""
    rows = rows_of_a_band(image.width)
    if rows >= image.height:
        yield image
        return
    for top in range(0, image.height, rows):
        yield image.crop((0, top, image.width, min(top + rows, image.height)))


def check_held(amount: float) -> None:
    """Checks what reading a picture would hold, in bytes.

    Raises:
        TooLarge: if it is more than `MAX_HELD`.
    """
    if amount > MAX_HELD:
        raise TooLarge
