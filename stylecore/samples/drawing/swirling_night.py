"""A night sky that turns over hills and a dark cypress, in thick oil paint."""

import numpy as np
from numpy.random import Generator
from PIL import Image

from stylecore.samples.drawing.tools.colour import nearest, palette, vary
from stylecore.samples.drawing.tools.fields import Floats, Mask, look_up, noise
from stylecore.samples.drawing.tools.strokes import Canvas, Directions, follow, scattered
from stylecore.samples.drawing.tools.surface import finished, lit

SCALE = 2
WIDTH, HEIGHT = 640 * SCALE, 512 * SCALE
SKY = palette("0b1d51", "123a8c", "1f5fb0", "2c86c4", "63b6cf", "a9d8cf")
DEEP = palette("16307a", "2a4fa8")
GLOW = palette("fff6c8", "ffe15a", "f9b92c", "d8c95a", "8fc59a", "3f8fc0")
HILLS = palette("0e2a4f", "1b4a6b", "24706f", "3f8f6a", "16324a", "5f9fa0")
FIELD = palette("c98a1e", "e0b03a", "8f8f2f", "4f7f3f", "2f5f4f", "f0d070")
TREE = palette("0a1414", "14261c", "23401f", "3a2a18", "3f5a2a", "0d1b22")
EDDIES = (  # x, y, reach, turn
    (500, 330, 150, 1.0),
    (790, 440, 110, -1.0),
    (200, 560, 100, 1.0),
    (1110, 560, 80, -0.8),
)
LIGHTS = (  # x, y, size: the moon, then the stars
    (1090, 170, 105),
    (150, 150, 62),
    (400, 90, 40),
    (690, 130, 46),
    (860, 230, 34),
    (560, 590, 34),
    (300, 380, 30),
    (985, 400, 38),
    (60, 380, 36),
)
SLOPES = ((690, 46, 0.4, HILLS), (765, 34, 2.2, HILLS), (850, 30, 4.0, FIELD))  # level, swell, phase, colours
TONGUES = ((215, 210, 78), (150, 470, 60), (285, 560, 52))  # of the cypress: foot, top, half width


def _breeze(x: Floats, y: Floats) -> Floats:
    """Angles of the sky's strokes: a breeze from the left, bent around every eddy and light."""
    along, down = np.full_like(x, 0.55), 0.35 * np.sin(x / 170 + 0.6) + 0.12 * np.sin(y / 60)
    for cx, cy, reach, turn in (*EDDIES, *((cx, cy, 0.95 * size, 1.6) for cx, cy, size in LIGHTS)):
        right, below = x - cx, y - cy
        distance = np.hypot(right, below) + 1e-6
        pull = 2.6 * turn * np.exp(-((distance / (1.35 * reach)) ** 2))
        inward = 0.25 * np.exp(-((distance / reach) ** 2))
        along += pull * (-below - inward * right) / distance
        down += pull * (right - inward * below) / distance
    return np.arctan2(down, along)


def _ridge(x: Floats, level: float, swell: float, phase: float) -> Floats:
    line: Floats = level + swell * np.sin(x / 210 + phase) + 0.4 * swell * np.sin(x / 83 + 2 * phase)
    return line


def _slope(level: float, swell: float, phase: float) -> Directions:
    """Angles of the strokes of a hill: they lie along its ridge."""

    def directions(x: Floats, y: Floats) -> Floats:
        rise = _ridge(x + 4, level, swell, phase) - _ridge(x - 4, level, swell, phase)
        angles: Floats = np.arctan2(rise, 8.0) + 0.25 * np.sin(x / 50 + y / 30)
        return angles

    return directions


def _upward(x: Floats, y: Floats) -> Floats:
    angles: Floats = -np.pi / 2 + 0.5 * np.sin(y / 48 + x / 35)
    return angles


def _in_tree(x: Floats, y: Floats) -> Mask:
    """Tells which points lie in the cypress, a flame of three tongues."""
    inside = np.zeros(x.shape, dtype=bool)
    for foot, top, half in TONGUES:
        height = np.clip((HEIGHT + 40 - y) / (HEIGHT + 40 - top), 0.0, 1.0)
        middle = foot + 16 * np.sin(y / 55) * (0.3 + height)
        wide = half * (1 - height) ** 0.75 * (1 + 0.18 * np.sin(y / 27))
        inside |= (np.abs(x - middle) < wide) & (y > top)
    return inside


def _sky_colours(rng: Generator, x: Floats, y: Floats, drift: Floats) -> tuple[Floats, Floats]:
    """Colours of the sky's strokes, and how near each is to a light, in sizes of the light."""
    rings = np.zeros(x.size)
    for cx, cy, reach, _ in EDDIES:
        rings += np.exp(-(((np.hypot(x - cx, y - cy) - 0.55 * reach) / (0.35 * reach)) ** 2))
    colours = nearest(SKY, 1.8 + 1.1 * look_up(drift, x, y) + 2.2 * rings + rng.normal(0, 0.9, x.size))
    odd = rng.random(x.size) < 0.08
    colours[odd] = DEEP[rng.integers(0, 2, odd.sum())]
    near = np.min([np.hypot(x - cx, y - cy) / size for cx, cy, size in LIGHTS], axis=0)
    glowing = near + rng.normal(0, 0.12, x.size) < 1.45
    colours[glowing] = nearest(GLOW, 4 * near[glowing] + rng.normal(0, 0.6, glowing.sum()) - 0.5)
    return colours, near


def draw(rng: Generator) -> Image.Image:
    """Lays some ten thousand strokes, broad ones first, and lights their relief."""
    canvas = Canvas(WIDTH, HEIGHT, SKY[0])
    drift = noise(rng, WIDTH, HEIGHT, 150, 3)

    def paint(
        x: Floats, y: Floats, directions: Directions, colours: Floats, length: Floats | float, width: float
    ) -> None:
        paths = follow(x, y, directions, length * rng.uniform(0.7, 1.3, x.size), 9)
        for path, colour in zip(paths, vary(rng, colours, 0.035, 0.02), strict=True):
            canvas.stroke(rng, path, width * rng.uniform(0.75, 1.25), colour, 0.035)

    for spacing, length, width in ((17, 110, 21), (12, 75, 14)):
        x, y = scattered(rng, WIDTH, 760, spacing)
        colours, near = _sky_colours(rng, x, y, drift)
        paint(x, y, _breeze, colours, np.where(near < 1.6, 0.5, 1.0) * length, width)
    for level, swell, phase, tones in SLOPES:
        x, y = scattered(rng, WIDTH, HEIGHT, 13)
        under = y > _ridge(x, level, swell, phase)
        x, y = x[under], y[under]
        order = np.argsort(y + rng.normal(0, 25, y.size))  # what is nearer lies on top
        x, y = x[order], y[order]
        band = (y - _ridge(x, level, swell, phase)) / 26 + rng.normal(0, 1.0, y.size) + look_up(drift, x, y)
        paint(x, y, _slope(level, swell, phase), tones[np.abs(band).astype(int) % len(tones)], 62, 13)
    x, y = scattered(rng, WIDTH, HEIGHT + 60, 10)
    inside = _in_tree(x, y)
    x, y = x[inside], y[inside]
    paint(x, y, _upward, TREE[rng.integers(0, len(TREE), x.size)], 85, 12)
    return finished(lit(canvas.colour, canvas.relief, 3.2, gloss=0.35))
