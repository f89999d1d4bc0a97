"""A Roman floor: fish of small stones, laid in rows that follow their outlines."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import nearest, palette
from stylecore.samples.drawing.tools.curves import dots, spline
from stylecore.samples.drawing.tools.fields import Floats, Mask, grid, noise
from stylecore.samples.drawing.tools.stones import Floor

WIDTH, HEIGHT = 640, 480
STONE = 10.5
FISH = (  # swims to the right around (0, 0)
    (50, 3),
    (40, -8),
    (24, -16),
    (4, -20),
    (-16, -15),
    (-32, -6),
    (-44, -14),
    (-54, -19),
    (-49, -8),
    (-47, 1),
    (-50, 10),
    (-55, 19),
    (-43, 13),
    (-32, 6),
    (-16, 13),
    (4, 17),
    (24, 14),
    (40, 9),
    (50, 3),
)
DORSAL = ((18, -17), (6, -27), (-12, -27), (-22, -20), (-16, -14), (0, -19), (18, -17))
BELLY = ((12, 16), (2, 27), (-12, 26), (-8, 14), (12, 16))
SCHOOL = ((325, 132, 3.8, 0.16), (205, 306, 3.35, 3.42), (447, 345, 2.9, -0.3))  # x, y, size, course
SEA = palette("2f8f9a", "4fb0b0", "1f7488", "7cc8bc", "3f9fa8", "185a74")
IVORY = palette("efe4cc")[0]
WAVES = palette("e6f0dc", "14405e")
SCALES = palette("24404c", "46747f", "8fb0a4", "e0a052", "cf5f30", "eeb050", "f6dc9c", "fdf3da")
FINS = palette("a63f22", "c2603a", "8a2f1c", "d98a4a")
BLACK, GROUT = palette("1d1a19", "4a4038")


def _placed(shape: tuple[tuple[int, int], ...], x: float, y: float, size: float, course: float) -> Floats:
    """The outline of a part of a fish, belly down whichever way it swims, shape (n, 2)."""
    upright = np.array([1.0, np.sign(np.cos(course))])
    turn = np.array([[np.cos(course), np.sin(course)], [-np.sin(course), np.cos(course)]])
    outline: Floats = spline(np.array(shape, dtype=float), 160) * upright * size @ turn + (x, y)
    return outline


def _inside(outline: Floats) -> Mask:
    sheet = Image.new("1", (WIDTH, HEIGHT))
    ImageDraw.Draw(sheet).polygon(dots(outline), fill=1)
    inside: Mask = np.asarray(sheet).astype(bool)
    return inside


def _distance(outline: Floats) -> Floats:
    """Distance of every pixel to the nearest point of an outline."""
    x, y = grid(WIDTH, HEIGHT)
    least = np.full(x.shape, np.inf)
    for px, py in outline:
        np.minimum(least, (x - px) ** 2 + (y - py) ** 2, out=least)
    distance: Floats = np.sqrt(least)
    return distance


def _sea(rng: Generator) -> Floats:
    """The design of the water: turquoise, with broken crests of waves."""
    x, y = grid(WIDTH, HEIGHT)
    cartoon = nearest(SEA, 2.3 + 1.5 * noise(rng, WIDTH, HEIGHT, 12))
    crest = (y + 9 * np.sin(x / 24) + 5 * np.sin(x / 11 + y / 40)) % 92
    dashed = noise(rng, WIDTH, HEIGHT, 60, 2) > -0.6
    cartoon[(crest < 11) & dashed] = WAVES[0]
    cartoon[(crest >= 11) & (crest < 21) & dashed] = WAVES[1]
    return cartoon


def _border(cartoon: Floats) -> tuple[Mask, Floats]:
    """Designs a border of teeth within a black line; returns where it lies and the distance to the edge."""
    x, y = grid(WIDTH, HEIGHT)
    edge = np.minimum(np.minimum(x, WIDTH - 1 - x), np.minimum(y, HEIGHT - 1 - y))
    border = edge < 3 * STONE
    teeth = (np.abs((x + y) % 46 - 23) / 23 * 2 + 0.2) * STONE
    cartoon[border] = np.where((edge < teeth)[border][:, None], FINS[0], IVORY)
    cartoon[border & (edge > 2 * STONE)] = BLACK
    return border, edge


def _fish(rng: Generator, cartoon: Floats, fish: tuple[float, float, float, float], body: Mask, rim: Floats) -> None:
    """Designs one fish: dark back, pale belly, gill, eye and black outline."""
    x, y = grid(WIDTH, HEIGHT)
    px, py, size, course = fish
    along = ((x - px) * np.cos(course) + (y - py) * np.sin(course)) / size
    across = ((y - py) * np.cos(course) - (x - px) * np.sin(course)) * np.sign(np.cos(course)) / size
    shade = 3.4 + across / 4.2 + 0.7 * np.sin(along * 0.9) + 0.25 * rng.standard_normal(x.shape)
    cartoon[body] = nearest(SCALES, shade)[body]
    cartoon[body & (along < -33)] = FINS[1]
    gill = np.abs(np.hypot(along - 36, across * 0.9) - 13.5) < 0.75 * STONE / size
    cartoon[body & gill & (along < 30)] = FINS[2]
    eye = np.hypot(along - 36, across + 3)
    cartoon[eye < 7.0] = SCALES[7]
    cartoon[eye < 3.4] = BLACK
    cartoon[body & (rim < STONE)] = BLACK


def draw(rng: Generator) -> Picture:
    """Lays the border, the fish, rows around them, and the sea between."""
    x, y = grid(WIDTH, HEIGHT)
    cartoon = _sea(rng)
    floor = Floor(rng, WIDTH, HEIGHT)
    border, edge = _border(cartoon)
    floor.rows(border, edge, STONE)
    water = ~border
    shore = np.full(x.shape, np.inf)  # distance to the nearest fish
    for fish in SCHOOL:
        body = _inside(_placed(FISH, *fish))
        for shape in (DORSAL, BELLY, FISH):
            outline = _placed(shape, *fish)
            part, rim = _inside(outline), _distance(outline)
            if shape is FISH:
                _fish(rng, cartoon, fish, part, rim)
            else:
                part = part & ~body
                cartoon[part] = FINS[(rim / STONE).astype(int) % 4][part]
            shore = np.where(part, -1.0, np.minimum(shore, rim))
            floor.rows(part & ~border, rim, STONE)
        water &= shore > 0
    floor.rows(water & (shore < 2 * STONE), shore, STONE)
    floor.rows(water & (shore >= 2 * STONE), y + 9 * np.sin(x / 24), STONE)
    floor.fill_gaps(np.where(shore < 2 * STONE, shore, y), (7.4, 5.4, 4.0))
    return floor.set_in(GROUT, cartoon, scale=3)
