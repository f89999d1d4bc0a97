"""Fields over the sheet: coordinates, noise, blurring and looking values up.

A field is a (height, width) array of floats, one value a pixel; an image is (height, width, 3), in [0, 1].
"""

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def grid(width: int, height: int) -> tuple[Floats, Floats]:
    """Returns the x and the y of each pixel, in pixels, as two fields."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    return x, y


def smoothstep(low: float, high: float, value: Floats) -> Floats:
    """Rises smoothly from 0 where `value` is `low` to 1 where it is `high`."""
    t = np.clip((value - low) / (high - low), 0.0, 1.0)
    smooth: Floats = t * t * (3.0 - 2.0 * t)
    return smooth


def noise(rng: Generator, width: int, height: int, cell: float, octaves: int = 1) -> Floats:
    """Smooth noise of mean 0 and standard deviation 1.

    Args:
        rng: Where the randomness comes from.
        width: Width of the field in pixels.
        height: Height of the field in pixels.
        cell: Size of the largest blobs in pixels.
        octaves: Number of layers; each has blobs half as large and half as strong as the one before.
    """
    total = np.zeros((height, width))
    for octave in range(octaves):
        size = max(cell / 2**octave, 1.0)
        rows, columns = int(height / size) + 4, int(width / size) + 4
        lattice = Image.fromarray(rng.standard_normal((rows, columns)).astype(np.float32))
        large = lattice.resize((int(columns * size), int(rows * size)), Image.Resampling.BICUBIC)
        margin = int(size)  # the outermost cells have no neighbours to be smooth with
        total += np.asarray(large)[margin : margin + height, margin : margin + width] / 2**octave
    normal: Floats = (total - total.mean()) / total.std()
    return normal


def blur(field: Floats, radius: float) -> Floats:
    """Blurs a field with a Gaussian of standard deviation `radius` pixels, mirrored at the edges."""
    pad = int(3 * radius) + 1
    padded = np.pad(field, pad, mode="reflect")
    fy = np.fft.fftfreq(padded.shape[0])[:, None]
    fx = np.fft.rfftfreq(padded.shape[1])[None, :]
    gain = np.exp(-2.0 * (np.pi * radius) ** 2 * (fx**2 + fy**2))
    smooth = np.fft.irfft2(np.fft.rfft2(padded) * gain, s=padded.shape)
    return smooth[pad:-pad, pad:-pad]


def look_up(field: Floats, x: Floats, y: Floats) -> Floats:
    """Reads a field or an image at the nearest pixels to the points (x, y), held inside its edges."""
    height, width = field.shape[:2]
    column = np.clip(np.rint(x).astype(np.intp), 0, width - 1)
    row = np.clip(np.rint(y).astype(np.intp), 0, height - 1)
    values: Floats = field[row, column]
    return values


def slopes(field: Floats) -> tuple[Floats, Floats]:
    """How fast a field rises to the right and downwards at each pixel, per pixel."""
    return np.asarray(np.gradient(field, axis=1)), np.asarray(np.gradient(field, axis=0))
