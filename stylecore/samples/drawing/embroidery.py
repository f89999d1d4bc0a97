"""Folk flowers in coloured yarn on dark linen: every stitch is a twisted thread."""

import numpy as np
from numpy.random import Generator
from PIL.Image import Image

from stylecore.samples.drawing.tools.colour import palette
from stylecore.samples.drawing.tools.curves import heading, spline
from stylecore.samples.drawing.tools.fields import Floats
from stylecore.samples.drawing.tools.strokes import follow, scattered
from stylecore.samples.drawing.tools.threads import Cloth

WIDTH, HEIGHT = 512, 640
LINEN = palette("141c3c", "1d2a54", "16364f", "2a3a70", "2f5570")
SHARES = (0.3, 0.3, 0.22, 0.12, 0.06)  # of the linen's colours in the stitches of the ground
REDS = palette("8f1022", "c4182c", "e8402f", "f5795a")
PINKS = palette("9a1f5f", "d43a7f", "f27fa8", "fac3cf")
BLUES = palette("1f4f9a", "2f86c9", "76bfe0", "cfeaf0")
GOLDS = palette("b86a12", "eda01f", "fbd04a", "fdf0b0")
GREENS = palette("1d5a33", "2f8a3f", "72b53f", "c0d860")
VIOLETS = palette("47257a", "7a45b0", "b184d4", "e2cdf0")
CREAM = palette("cdbb98", "efe3c6", "fff8e6", "fffdf4")
ROSETTE = np.array([256.0, 268.0])  # the great flower
# Everything below is the right half of the spray, with x counted from the middle; the left half mirrors it.
STEMS = (
    ((0, 590), (60, 560), (120, 520), (150, 470)),
    ((0, 520), (70, 470), (110, 400), (160, 350)),
    ((0, 420), (60, 370), (80, 280), (150, 215)),
    ((0, 380), (40, 300), (60, 200), (70, 130)),
    ((60, 560), (130, 575), (190, 560), (205, 590)),
)
LEAVES = (  # x, y, angle, length, half width, colours
    (70, 555, 0.45, 78, 20, GREENS),
    (40, 560, -1.15, 62, 17, GREENS),
    (92, 430, 0.25, 74, 19, GREENS),
    (60, 470, 1.0, 60, 17, BLUES),
    (72, 345, 0.05, 74, 18, GREENS),
    (30, 400, 1.7, 62, 16, BLUES),
    (104, 262, 0.1, 74, 18, GREENS),
    (56, 200, -2.6, 56, 15, GREENS),
    (140, 400, 0.9, 62, 16, BLUES),
    (112, 235, -1.2, 62, 15, BLUES),
    (70, 150, 0.1, 66, 16, GREENS),
    (190, 540, -0.9, 60, 16, GREENS),
    (150, 128, -0.9, 56, 14, GREENS),
    (28, 90, -1.9, 54, 14, BLUES),
    (130, 555, 1.1, 62, 16, BLUES),
    (222, 440, -1.4, 60, 14, GREENS),
    (228, 235, -1.3, 56, 13, GREENS),
)
FLOWERS = (  # x, y, size, petals, colours, colours of the knots, turn
    (160, 462, 60, 6, PINKS, GOLDS, 0.3),
    (178, 326, 66, 7, BLUES, REDS, 0.1),
    (166, 186, 62, 6, GOLDS, VIOLETS, 0.5),
    (76, 96, 60, 8, VIOLETS, GOLDS, 0.2),
    (196, 580, 42, 5, REDS, GOLDS, 0.6),
    (84, 502, 34, 5, CREAM, GOLDS, 0.0),
    (92, 384, 32, 5, CREAM, REDS, 0.7),
    (198, 72, 44, 5, REDS, CREAM, 0.4),
)
BERRIES = (
    (0, 60),
    (140, 50),
    (222, 250),
    (228, 400),
    (130, 130),
    (20, 470),
    (225, 505),
    (120, 600),
    (60, 600),
    (226, 140),
    (28, 168),
    (136, 258),
    (40, 30),
    (108, 30),
)


def _ripples(x: Floats, y: Floats) -> Floats:
    """Directions of the ground's stitches: rings around the great flower that sway in and out."""
    right, down = x - ROSETTE[0], y - ROSETTE[1]
    angles: Floats = np.arctan2(down, right) + np.pi / 2 + 0.6 * np.sin(np.hypot(right, down) / 34)
    return angles


def _ground(rng: Generator, cloth: Cloth) -> None:
    """Covers the linen with dark stitches."""
    x, y = scattered(rng, WIDTH, HEIGHT, 4.6)
    paths = follow(x, y, _ripples, rng.uniform(9, 17, x.size), 2)
    for path, tone in zip(paths, LINEN[rng.choice(len(LINEN), x.size, p=SHARES)], strict=True):
        cloth.stitch(path[0], path[-1], tone)


def _border(cloth: Cloth) -> None:
    """Stitches crosses of red and gold around the edge."""
    across, down = np.arange(16, WIDTH, 15.0), np.arange(27, HEIGHT - 20, 15.0)
    places = [(x, y) for x in across for y in (12.0, HEIGHT - 12.0)]
    places += [(x, y) for y in down for x in (12.0, WIDTH - 12.0)]
    for place in places:
        for turn, colours in ((np.pi / 4, REDS), (-np.pi / 4, GOLDS)):
            for shift in (-2.2, 0.0, 2.2):
                middle = place + shift * heading(turn + np.pi / 2)
                cloth.stitch(middle - 7 * heading(turn), middle + 7 * heading(turn), colours[1 + int(shift > 0)])


def draw(rng: Generator) -> Image:
    """Stitches the ground, the border and a mirrored spray of flowers."""
    cloth = Cloth(rng, WIDTH, HEIGHT, LINEN[0])
    _ground(rng, cloth)
    _border(cloth)
    axis = spline(np.array([(256, 610), (252, 520), (260, 420), (254, 330)]), 60)
    cloth.stem(axis, GREENS[:3], 5.5)
    for way in (-1.0, 1.0):
        mirror, middle = np.array([way, 1.0]), np.array([WIDTH / 2, 0.0])
        for stem in STEMS:
            cloth.stem(middle + mirror * spline(np.array(stem), 60), GREENS[:3], 4.0)
        for x, y, angle, length, half, colours in LEAVES:
            turned = angle if way > 0 else np.pi - angle
            cloth.leaf(middle + mirror * (x, y), turned, length, half, colours)
        for x, y, size, petals, colours, heart, turn in FLOWERS:
            cloth.flower(middle + mirror * (x, y), size, petals, colours, heart, turn)
        for i, berry in enumerate(BERRIES):
            cloth.knots(middle + mirror * berry, 7.5, (REDS, GOLDS, CREAM, PINKS)[i % 4])
    cloth.flower(ROSETTE, 104, 10, REDS, GOLDS, 0.17)
    cloth.flower(np.array([256.0, 566.0]), 48, 7, GOLDS, REDS, 0.1)
    return cloth.photographed()
