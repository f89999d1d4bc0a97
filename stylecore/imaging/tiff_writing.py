"""Writing TIFF with 8 or 16 bits a channel, which Pillow cannot for colours of 16 bits."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray

STRIP_BYTES = 2**18  # about as many in a strip, so that a reader need not hold more


def encode_tiff(
    levels: NDArray[np.uint8] | NDArray[np.uint16], description: str, profile: bytes, dots_per_inch: int
) -> bytes:
    """Bytes of a TIFF file, compressed without loss; the same arguments give the same bytes.

    Args:
        levels: (H, W, 3) or (H, W, 4), RGB or RGBA; 0 is black, the largest number of the type white.
        description: ASCII, for the tag ImageDescription.
        profile: of the colours, in the ICC's format.
        dots_per_inch: for the tags XResolution and YResolution.
    """
    import tifffile  # takes a third of a second, which other formats need not wait for

    buffer = io.BytesIO()
    tifffile.imwrite(
        buffer,
        levels,
        byteorder="<",
        photometric="rgb",
        extrasamples=["unassalpha"] * (levels.shape[2] - 3),
        compression="zlib",
        predictor=True,  # differences of neighbours, which compress better
        rowsperstrip=max(1, STRIP_BYTES // levels[0].nbytes),
        description=description,
        metadata=None,  # or tifffile describes the array in a tag of its own
        software=False,
        iccprofile=profile,
        resolution=(dots_per_inch, dots_per_inch),
        resolutionunit="INCH",
    )
    return buffer.getvalue()
