"""The surface of the picture: light on relief, paper, and the way between floats and Pillow's images."""

import numpy as np
from numpy.random import Generator
from PIL import Image

from stylecore.samples.drawing.tools.fields import Floats, blur, noise, slopes

LONGEST = 560  # longer side of a finished picture in pixels


def lit(image: Floats, relief: Floats, depth: float, gloss: float = 0.0) -> Floats:
    """Lights an image from the upper left, as if `relief` were the thickness of its paint.

    Args:
        image: Shape (H, W, 3), in [0, 1].
        relief: Thickness, shape (H, W).
        depth: How strongly slopes brighten or darken.
        gloss: Strength of the white highlights on slopes that face the light.
    """
    right, down = slopes(relief)
    facing = np.clip(-(right + down) * depth, -1.0, 1.0)[..., None]
    lighted: Floats = image * (1.0 + 0.75 * facing) + gloss * np.maximum(facing, 0.0) ** 2
    return lighted


def paper(rng: Generator, width: int, height: int) -> Floats:
    """Grain of handmade paper, mean 0 and standard deviation 1: fine tooth and short fibres both ways."""
    tooth = blur(rng.standard_normal((height, width)), 1.0)
    across = np.repeat(rng.standard_normal((height, width // 24 + 1)), 24, axis=1)[:, :width]
    along = np.repeat(rng.standard_normal((height // 24 + 1, width)), 24, axis=0)[:height]
    grain = tooth / tooth.std() + 0.5 * blur(across + along, 0.8) + 0.6 * noise(rng, width, height, 40, 3)
    normal: Floats = (grain - grain.mean()) / grain.std()
    return normal


def to_picture(image: Floats) -> Image.Image:
    """Turns an image in [0, 1], held inside it, into one of Pillow's."""
    return Image.fromarray(np.rint(np.clip(image, 0.0, 1.0) * 255).astype(np.uint8))


def to_floats(picture: Image.Image) -> Floats:
    """Returns a picture's pixels in [0, 1], shape (H, W, 3) or (H, W)."""
    return np.asarray(picture).astype(np.float64) / 255


def finished(image: Floats) -> Image.Image:
    """Scales an image, drawn two or three times too large, down to the finished picture."""
    height, width = image.shape[:2]
    shrink = LONGEST / max(width, height)
    size = round(width * shrink), round(height * shrink)
    return to_picture(image).resize(size, Image.Resampling.LANCZOS)
