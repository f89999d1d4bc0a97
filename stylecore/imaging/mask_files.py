"""Mask files: read once, made small enough to travel in a recipe, and used in just that form ever after."""

from __future__ import annotations

import dataclasses
import io
import struct

from PIL import Image, ImageChops

from stylecore.imaging.images import decode, decode_transparent, may_be_transparent
from stylecore.imaging.inputs import InputImage, Inputs, InputsError
from stylecore.imaging.png import SIGNATURE
from stylecore.language import Sentence

THE_MASK = Sentence("The mask")
LONGEST = 256  # pixels of the longer side of a mask in use
MOST_BYTES = 24 * 2**10  # of its file
DETAIL = 1024  # pixels of the longer side to which a larger mask is decoded, before it is averaged
_COARSER = ((LONGEST, 15), (LONGEST // 2, 255))  # (longer side, steps of grey); the last fits, whatever is in it


def small_mask(data: bytes, name: str = THE_MASK) -> bytes:
    """A mask in the form in which it is used: PNG in 8-bit grey, of at most 256 pixels and 24 kB.

    A mask that has this form already stays byte for byte what it is. Most others lose fine detail; a very restless one
    keeps 16 greys, or 128 pixels.

    Args:
        data: a picture file; it need not be trusted. Colours become grey, and what is transparent counts as black.
        name: what the message of an error calls it.

    Raises:
        ImageError: if the file is empty, too large, damaged, or no picture.
    """
    if is_small_mask(data):
        decode(data, name)
        return data
    picture = decode_transparent(data, name, DETAIL)
    grey = ImageChops.multiply(picture.convert("RGB").convert("L"), picture.getchannel("A"))
    png = _encoded(_within(grey, LONGEST), 255)
    for longest, steps in _COARSER:
        if len(png) <= MOST_BYTES:
            break
        png = _encoded(_within(grey, longest), steps)
    return png


def is_small_mask(data: bytes) -> bool:
    """Whether a file has the form that `small_mask` makes: PNG in 8-bit grey, small, and nothing else in it."""
    if not 26 < len(data) <= MOST_BYTES or data[:8] != SIGNATURE or data[12:16] != b"IHDR":
        return False
    kinds, at = set(), len(SIGNATURE)
    while at + 8 <= len(data):
        kinds.add(data[at + 4 : at + 8])
        at += 12 + int.from_bytes(data[at : at + 4], "big")
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    return kinds == {b"IHDR", b"IDAT", b"IEND"} and max(width, height) <= LONGEST and (depth, colour) == (8, 0)


def mask_picture(data: bytes) -> Image.Image:
    """The picture, in mode L, of a mask that `small_mask` has made."""
    return decode(data, THE_MASK).convert("L")


def described_mask(data: bytes) -> dict[str, object]:
    """Size, bytes and share of white of a mask that `small_mask` has made."""
    mask = mask_picture(data)
    white = sum(level * count for level, count in enumerate(mask.histogram())) / (255 * mask.width * mask.height)
    return {"width": mask.width, "height": mask.height, "bytes": len(data), "white": round(white, 4)}


def alpha_of(content: bytes, longest: int | None = None) -> Image.Image | None:
    """Opacity of a picture file, in mode L; None if all of it is opaque.

    Args:
        content: bytes of the file.
        longest: as for `decode`.

    Raises:
        ImageError: if it can't be read.
    """
    if not may_be_transparent(content):
        return None
    alpha = decode_transparent(content, Sentence("The content picture"), longest).getchannel("A")
    return None if alpha.getextrema() == (255, 255) else alpha


def left_alone(leave: Image.Image | None, alpha: Image.Image | None, size: tuple[int, int]) -> Image.Image | None:
    """Where a photograph is left alone: by its mask, and where it is transparent. White where it fully is.

    Args:
        leave: the mask, in mode L, of any size; None for none.
        alpha: opacity of the photograph, in mode L, of any size; None if all of it is opaque.
        size: of the result, to which both are stretched.

    Returns:
        In mode L; None if nothing is left alone.
    """
    masks = [stretched(leave, size)] if leave is not None else []
    if alpha is not None:
        masks.append(ImageChops.invert(stretched(alpha, size)))
    if not masks:
        return None
    both = ImageChops.lighter(masks[0], masks[-1])
    return both if both.getextrema() != (0, 0) else None


def stretched(mask: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A mask at another size, its shape not kept. What is even stays so: no overshoot beside an edge."""
    return mask if mask.size == size else mask.resize(size, Image.Resampling.BILINEAR)


def guided_regions(inputs: Inputs) -> int:
    """The number of regions of which each has the statistics of a part of the photograph; 0 if one has all of it."""
    is_masked = inputs.leave or any(style.region for style in inputs.styles)
    return len(inputs.regions) if is_masked or may_be_transparent(inputs.content.data) else 0


def with_small_masks(inputs: Inputs) -> Inputs:
    """The same inputs with all masks in the form in which they are used.

    Raises:
        ImageError: if a mask can't be read.
        InputsError: if a mask leaves nothing to paint, or nothing to paint with.
    """
    styles = tuple(_with_small_masks(style, number) for number, style in enumerate(inputs.styles, 1))
    leave = small_mask(inputs.leave, Sentence("The mask of what is left alone")) if inputs.leave else b""
    if leave and mask_picture(leave).getextrema() == (255, 255):
        raise InputsError("All of the photograph is left alone, so there is nothing to paint.")
    if all(style.region and _is_black(style.region) for style in styles):
        raise InputsError("The masks of the styles are black all over, so there is nothing to paint.")
    return dataclasses.replace(inputs, styles=styles, leave=leave)


def _with_small_masks(style: InputImage, number: int) -> InputImage:
    mask = small_mask(style.mask, Sentence("The mask on style picture {number}", number=number)) if style.mask else b""
    if mask and _is_black(mask):
        raise InputsError(
            "The mask on style picture {number} is black all over, so nothing of it would be used.", number=number
        )
    region = small_mask(style.region, Sentence("The mask of style {number}", number=number)) if style.region else b""
    return dataclasses.replace(style, mask=mask, region=region)


def _is_black(mask: bytes) -> bool:
    return mask_picture(mask).getextrema() == (0, 0)


def _within(mask: Image.Image, longest: int) -> Image.Image:
    scale = longest / max(mask.size)
    if scale >= 1:
        return mask
    return mask.resize((max(1, round(mask.width * scale)), max(1, round(mask.height * scale))), Image.Resampling.BOX)


def _encoded(mask: Image.Image, steps: int) -> bytes:
    """PNG bytes, with so many steps between black and white."""
    if steps < 255:
        mask = mask.point([round(round(level * steps / 255) * 255 / steps) for level in range(256)])
    buffer = io.BytesIO()
    mask.save(buffer, "PNG", compress_level=9)
    return buffer.getvalue()
