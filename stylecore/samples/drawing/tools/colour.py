"""Palettes: colours as rows of (n, 3) arrays in [0, 1], mixed and varied."""

import numpy as np
from numpy.random import Generator

from stylecore.samples.drawing.tools.fields import Floats


def palette(*codes: str) -> Floats:
    """Returns the colours of hexadecimal codes such as "1f3a5f", shape (n, 3)."""
    return np.array([[int(code[i : i + 2], 16) / 255 for i in (0, 2, 4)] for code in codes])


def ramp(colours: Floats, position: Floats) -> Floats:
    """Blends along the colours: position 0 is the first of them, 1 is the last.

    Args:
        colours: The stops, evenly spaced, shape (n, 3).
        position: Any shape; held inside [0, 1].

    Returns:
        The colours, of shape (*position.shape, 3).
    """
    at = np.clip(position, 0.0, 1.0)
    stops = np.linspace(0.0, 1.0, len(colours))
    return np.stack([np.interp(at, stops, colours[:, channel]) for channel in range(3)], axis=-1)


def nearest(colours: Floats, position: Floats) -> Floats:
    """Picks from the colours without blending: position 0.4 is the first of them, 0.6 the second."""
    picked: Floats = colours[np.clip(np.rint(position), 0, len(colours) - 1).astype(np.intp)]
    return picked


def mix(under: Floats, over: Floats, amount: Floats | float) -> Floats:
    """Lays `over` upon `under`; `amount`, held inside [0, 1], is how much of it covers, one value a pixel."""
    cover = np.clip(np.asarray(amount), 0.0, 1.0)[..., None]
    mixed: Floats = under * (1.0 - cover) + over * cover
    return mixed


def vary(rng: Generator, colours: Floats, light: float, hue: float) -> Floats:
    """Makes each colour a little lighter or darker, and shifts its hue a little.

    Args:
        rng: Where the randomness comes from.
        colours: Shape (n, 3).
        light: Standard deviation of the common change of the three channels.
        hue: Standard deviation of the change of each channel by itself.
    """
    shift = rng.normal(0.0, light, (len(colours), 1)) + rng.normal(0.0, hue, colours.shape)
    return np.clip(colours + shift, 0.0, 1.0)


def rgb(colour: Floats) -> tuple[int, int, int]:
    """Returns one colour as the whole numbers Pillow draws with."""
    red, green, blue = np.clip(np.rint(colour * 255), 0, 255).astype(int)
    return int(red), int(green), int(blue)
