"""A tree of curling branches on gold leaf, set with stones, above a meadow of ornaments."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import palette, ramp, rgb, vary
from stylecore.samples.drawing.tools.curves import around, dots, heading
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, noise
from stylecore.samples.drawing.tools.surface import finished, lit, to_floats, to_picture

SCALE = 3
WIDTH, HEIGHT = 640, 512
LEAF = palette("7a5218", "a87422", "cf9c34", "e3bb55", "f2d987")
RIM, BARK, LIT_BARK, VEIN = palette("2a1a10", "7a4f22", "b5853a", "e0bd6a")
JEWELS = palette(
    "b5342a",
    "1f5a6a",
    "2f7a5a",
    "efe2bc",
    "1a1613",
    "d9772f",
    "6a2a5a",
    "3f7fa0",
    "e8c65a",
    "c24a5a",
)
MEADOW = palette(
    "3f6a3a",
    "6a8f3a",
    "2a4f4a",
    "b5342a",
    "e8c65a",
    "efe2bc",
    "6a2a5a",
    "d9772f",
    "1a1613",
    "3f7fa0",
)
SHARES = (0.2, 0.16, 0.16, 0.1, 0.08, 0.05, 0.08, 0.07, 0.04, 0.06)  # of the meadow's colours
FORK = np.array([320.0, 322.0])
LIMBS = (  # angle, length, turns, half width
    (-2.75, 560, 2.0, 15),
    (-0.4, 560, -2.0, 15),
    (-1.95, 480, 2.1, 13),
    (-1.15, 480, -2.1, 13),
)
SQUARE = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])


def _curl(start: Floats, angle: float, length: float, turns: float, half: float) -> Floats:
    """A branch that sets out at `angle` and winds up into a spiral.

    Returns:
        Its middle line and half width, shape (n, 3).
    """
    pieces = int(90 + 70 * abs(turns))
    t = np.linspace(0.0, 1.0, pieces)
    tightness = np.sqrt(np.maximum(t - 0.12, 0)) / (1.03 - t) ** 0.95
    bend = angle + 2 * np.pi * turns * np.cumsum(tightness) / np.sum(tightness)
    path = start + np.cumsum(heading(bend), axis=0) * length / pieces
    return np.concatenate([path, (half * (1 - 0.72 * t))[:, None]], axis=1)


def _twigs(rng: Generator, limb: Floats, places: tuple[float, ...], side: float, depth: int) -> list[Floats]:
    """Spirals that grow from a limb at some places along it, to either side in turn, and their own twigs."""
    twigs = []
    for at in places:
        side = -side
        i = int(at * (len(limb) - 1))
        right, down = limb[i + 2, :2] - limb[max(i - 2, 0), :2]
        angle = np.arctan2(down, right) + side * rng.uniform(0.5, 0.9)
        length = rng.uniform(240, 330) * 0.72**depth
        twig = _curl(limb[i, :2], angle, length, -side * rng.uniform(1.5, 2.1), 0.72 * limb[i, 2])
        twigs.append(twig)
        if depth < 2:
            twigs += _twigs(rng, twig, (0.10, 0.24, 0.38)[: 3 - depth], side, depth + 1)
    return twigs


class _Panel:
    """Gold ground, what is laid on it, and its relief."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng
        self.colour = to_picture(_gold(rng))
        self.relief = Image.new("L", self.colour.size, 70)
        self._draw_colour, self._draw_relief = ImageDraw.Draw(self.colour), ImageDraw.Draw(self.relief)

    def limb(self, limb: Floats, colour: Floats, grow: float, height: int) -> None:
        for x, y, half in limb:
            box = around(x, y, max(half + grow, 0.4), SCALE)
            self._draw_colour.ellipse(box, fill=rgb(colour))
            self._draw_relief.ellipse(box, fill=height)

    def ring(self, x: float, y: float, layers: tuple[tuple[float, Floats], ...], height: int) -> None:
        """Lays discs of the given radii and colours on one another."""
        for radius, colour in layers:
            self.limb(np.array([[x, y, radius]]), colour, 0.0, height)

    def piece(self, corners: Floats, colour: Floats, height: int) -> None:
        self._draw_colour.polygon(dots(corners, SCALE), fill=rgb(colour), outline=rgb(RIM))
        self._draw_relief.polygon(dots(corners, SCALE), fill=height)

    def ornaments(self) -> None:
        """Scatters rings, triangles, squares and small spirals over the gold."""
        rng = self.rng
        for _ in range(1300):
            x, y, size = rng.uniform(0, WIDTH), rng.uniform(0, HEIGHT), rng.uniform(2.2, 6.5)
            gold, jewel, turn = (
                LEAF[rng.integers(0, 5)],
                JEWELS[rng.integers(0, 10)],
                rng.uniform(0, 2 * np.pi),
            )
            match rng.choice(["ring", "triangle", "square", "spiral"], p=(0.25, 0.3, 0.3, 0.15)):
                case "ring":
                    self.ring(x, y, ((size, BARK), (0.72 * size, LEAF[4]), (0.42 * size, jewel)), 150)
                case "triangle":
                    self.piece((x, y) + size * heading(turn + np.array([0, 2.1, 4.2])), gold, 150)
                case "square":
                    self.piece((x, y) + SQUARE * size * rng.uniform(0.3, 0.9, 2), gold, 130)
                case "spiral":
                    curl = _curl(np.array([x, y]), turn, size * 11, rng.choice([-2.3, 2.3]), 1.1)
                    self.limb(curl, gold, 0.0, 150)

    def meadow(self) -> None:
        """Sets the foot of the panel with coloured squares and rings."""
        rng = self.rng
        for row in np.arange(432, 520, 7.0):
            for column in np.arange(-6, WIDTH + 8, 8.5):
                x, y = rng.normal((column, row - 14 * np.sin(column / 90 + 1)), (1.8, 1.5))
                colour = vary(rng, MEADOW[rng.choice(len(MEADOW), 1, p=SHARES)], 0.05, 0.03)[0]
                if rng.random() < 0.24:
                    self.ring(x, y, ((6.2, colour), (3.8, MEADOW[rng.integers(3, 8)]), (1.9, LEAF[4])), 150)
                else:
                    corners = SQUARE * rng.uniform(2.8, 4.6, 2) + rng.normal(0, 0.6, (4, 2))
                    self.piece((x, y) + corners, colour, int(rng.integers(110, 180)))

    def branch(self, limb: Floats) -> None:
        """Lays a branch: dark rim, bark lit along its middle, and stones where it is thick."""
        rng = self.rng
        for colour, grow, height in ((RIM, 1.6, 120), (BARK, 0.4, 170), (LIT_BARK, -1.2, 200)):
            self.limb(limb, colour, grow, height)
        self.limb(limb[4:-4] * (1, 1, 0.16), VEIN, 0.0, 215)
        for x, y, half in limb[limb[:, 2] > 5.0][6::3]:
            for _ in range(2 if half > 14 else 1):
                px, py = (x, y) + rng.uniform(-0.62, 0.62, 2) * half
                size = rng.uniform(1.3, 2.2) + 0.05 * half
                jewel = JEWELS[rng.integers(0, 10)]
                self.ring(px, py, ((size + 1, RIM), (size, jewel), (0.4 * size, LEAF[4])), 230)


def _gold(rng: Generator) -> Floats:
    """Squares of beaten gold, each a little different, rubbed thin at their edges and crackled."""
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    u, v = (axis / (46 * SCALE) + 0.06 * noise(rng, width, height, 120) for axis in grid(width, height))
    tone = rng.normal(0, 0.07, (40, 40))[np.floor(v).astype(int), np.floor(u).astype(int)]
    seam = np.minimum(np.abs(u - np.rint(u)), np.abs(v - np.rint(v)))
    crackle = np.abs(noise(rng, width, height, 40, 4))
    worn = 0.22 * np.exp(-((seam / 0.018) ** 2)) + 0.16 * np.exp(-((crackle / 0.05) ** 2))
    return ramp(LEAF, 0.60 + tone + 0.10 * noise(rng, width, height, 160, 5) - worn)


def draw(rng: Generator) -> Picture:
    """Lays the gold, then ornaments, meadow and tree, and lights the relief."""
    panel = _Panel(rng)
    panel.ornaments()
    panel.meadow()
    t = np.linspace(0, 1, 160)
    trunk = np.stack([320 + 10 * np.sin(t * 5), 520 - 220 * t, 25 - 8 * t + 26 * (1 - t) ** 6], axis=-1)
    limbs = [_curl(FORK, *limb) for limb in LIMBS]
    twigs = []
    for limb, (angle, *_) in zip(limbs, LIMBS, strict=True):
        twigs += _twigs(rng, limb, (0.14, 0.26, 0.38, 0.5), 1.0 if angle < -np.pi / 2 else -1.0, 0)
    for twig in sorted(twigs, key=lambda twig: float(twig[0, 2])):
        panel.branch(twig)
    panel.branch(np.concatenate([trunk, *limbs]))
    size = panel.colour.size
    relief = blur(to_floats(panel.relief), 2.2) + 0.012 * noise(rng, *size, 9, 3)
    image = to_floats(panel.colour) * (1 + 0.05 * noise(rng, *size, 20, 4))[..., None]
    return finished(lit(image, relief, 3.2, gloss=0.5))
