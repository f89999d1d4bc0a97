"""Small picture files that are cheap to make and have no plain areas."""

import numpy as np
from PIL import Image


def noise_file(path, size, seed):
    """Writes a picture of random blocks of 4 × 4 pixels, in the format that the name says; returns the name."""
    values = np.random.default_rng(seed).integers(0, 256, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)
    Image.fromarray(values).resize(size).save(path)
    return str(path)
