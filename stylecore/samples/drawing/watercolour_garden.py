"""A wet garden in watercolour: washes that pool, run into each other and dry with dark rims."""

import numpy as np
from numpy.random import Generator
from PIL.Image import Image

from stylecore.samples.drawing.tools.colour import palette, ramp
from stylecore.samples.drawing.tools.curves import heading
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, noise, smoothstep
from stylecore.samples.drawing.tools.surface import finished, lit, paper

SCALE = 2
WIDTH, HEIGHT = 640 * SCALE, 512 * SCALE
SHEET = palette("fbf7ec")
MIST = palette("8fc7cf", "a9b8e0", "f2d7a0", "b7d9b0", "7fb3d0", "e9b8c4")
ROSE = palette("f7b6c0", "ea5f86", "c81f5f", "8a1a5c")
CORAL = palette("ffd08a", "f98a5a", "e2453f", "a8203f")
VIOLET = palette("c9b8ec", "8d6fd0", "5a3fae", "2f2a80")
BLUE = palette("a9dcea", "4fa8d8", "2767b8", "1f3f8a")
LEAF = palette("cfe07a", "7fb04a", "2f7f5a", "1a4f55")
HEARTS = palette("f7c83a", "7a3a1f", "2a1a3a")
FLOWERS = (  # x, y, reach, petals, pigments
    (330, 330, 215, 6, ROSE),
    (860, 270, 190, 5, CORAL),
    (620, 640, 205, 6, VIOLET),
    (1090, 620, 180, 5, ROSE),
    (170, 720, 165, 5, CORAL),
    (600, 130, 120, 5, BLUE),
    (1150, 180, 130, 5, VIOLET),
    (380, 920, 130, 5, BLUE),
    (880, 900, 150, 6, CORAL),
    (80, 110, 130, 5, BLUE),
    (1230, 930, 120, 5, BLUE),
)


class _Sheet:
    """Paper that takes one transparent wash after another."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng
        self.tooth = paper(rng, WIDTH, HEIGHT) * 0.5 + noise(rng, WIDTH, HEIGHT, 5)
        self.ragged = noise(rng, WIDTH, HEIGHT, 46, 5)
        self.pools = noise(rng, WIDTH, HEIGHT, 110, 4)
        self.image = np.repeat(np.repeat(SHEET[None], HEIGHT, axis=0), WIDTH, axis=1)
        self.painted = np.zeros((HEIGHT, WIDTH))
        self.shy = 0.0  # how far a wash keeps off what is painted already

    def part(self, x: float, y: float, reach: float) -> tuple[slice, slice]:
        """Rows and columns of the square around a point, as far as it lies on the sheet."""
        low, high = (np.maximum((y + way * reach, x + way * reach), 0).astype(int) for way in (-1, 1))
        return slice(low[0], high[0]), slice(low[1], high[1])

    def offsets(self, part: tuple[slice, slice], x: float, y: float) -> tuple[Floats, Floats]:
        """How far right of, and below, a point each pixel of the part lies."""
        rows, columns = part
        height, width = self.painted[part].shape
        right, down = grid(width, height)
        return right + columns.start - x, down + rows.start - y

    def wash(
        self,
        part: tuple[slice, slice],
        inside: Floats,
        pigments: Floats,
        blend: Floats,
        strength: float,
        wet: float,
    ) -> None:
        """Lays one wash.

        Args:
            part: Rows and columns of the sheet that it touches, shape (h, w).
            inside: Distance inside its edge in pixels, negative outside, shape (h, w).
            pigments: From thin to strong, shape (n, 3).
            blend: Which of the pigments, from 0 to 1, shape (h, w).
            strength: How dark it dries.
            wet: Softness of the edge in pixels.
        """
        pools = self.pools[part]
        cover = smoothstep(-wet, wet, inside)
        rim = np.exp(-(((inside - 2.0 - wet) / (2.2 + 0.8 * wet)) ** 2)) * cover  # pigment is carried to the edge
        seep = np.exp(-np.maximum(inside, 0) / 26) * cover
        amount = np.maximum(cover * (0.62 + 0.22 * pools) + 0.7 * rim + 0.3 * seep, 0)
        amount *= strength * (1 + 0.17 * self.tooth[part]) * (1 - self.shy * self.painted[part])
        self.painted[part] = np.maximum(self.painted[part], np.clip(cover * 1.2 - 0.1, 0, 1))
        absorbed = -np.log(np.clip(ramp(pigments, blend + 0.16 * pools), 0.02, 0.995))
        self.image[part] *= np.exp(-amount[..., None] * absorbed)  # Beer and Lambert's law

    def petal(
        self, x: float, y: float, angle: float, length: float, half: float, pigments: Floats, strength: float
    ) -> None:
        """Paints a petal or a leaf that grows from (x, y), strongest at its foot."""
        part = self.part(x, y, 1.25 * length)
        ragged = self.ragged[part]
        right, down = self.offsets(part, x, y)
        along = (right * np.cos(angle) + down * np.sin(angle)) / length
        across = (down * np.cos(angle) - right * np.sin(angle)) / half - self.rng.normal(0, 0.25) * along**2
        t = np.clip(along, 0.0, 1.0)
        fullest = 0.85 if half < 0.3 * length else 1.6  # leaves are widest near the foot, petals near the tip
        wide = np.sin(np.pi * t**fullest) ** 0.6
        inside = 0.8 * half * (wide - np.abs(across)) - 40 * np.abs(along - t) + 5.0 * ragged
        veins = 0.10 * np.sin(across * 9 + 2 * ragged) * along
        blend = self.rng.uniform(0.05, 0.3) + 0.62 * (1 - t) ** 1.6 + veins
        self.wash(part, inside, pigments, blend, strength, self.rng.choice([1.2, 1.6, 5.0]))

    def blot(self, x: float, y: float, reach: float, pigments: Floats, strength: float, wet: float) -> None:
        """Paints a round blot with a ragged edge."""
        part = self.part(x, y, 1.6 * reach + 20)
        ragged = self.ragged[part]
        right, down = self.offsets(part, x, y)
        inside = reach * (1 + 0.24 * ragged) - np.hypot(right, down)
        self.wash(part, inside, pigments, self.rng.uniform(0.1, 0.8) + 0.2 * ragged, strength, wet)

    def flower(self, x: float, y: float, reach: float, petals: int, pigments: Floats) -> None:
        rng, turn = self.rng, self.rng.uniform(0, 2 * np.pi)
        self.shy = 0.72
        for layer, size in ((1, 0.7), (0, 1.0)):
            for i in rng.permutation(petals):
                angle = turn + 2 * np.pi * (i + 0.5 * layer) / petals + rng.normal(0, 0.1)
                length = reach * size * rng.uniform(0.85, 1.1)
                self.petal(x, y, angle, length, length * rng.uniform(0.44, 0.54), pigments, rng.uniform(0.75, 1.1))
        self.shy = 0.0
        self.blot(x, y, reach * 0.1, HEARTS[:2], 1.0, 3.0)
        for _ in range(22):
            px, py = (x, y) + reach * rng.uniform(0.12, 0.32) * heading(rng.uniform(0, 2 * np.pi))
            self.blot(px, py, rng.uniform(2.5, 6), HEARTS[1:], 1.2, 1.2)


def draw(rng: Generator) -> Image:
    """Paints flowers, leaves and mist between them, then splashes, and lets them dry on rough paper."""
    sheet = _Sheet(rng)
    for flower in FLOWERS:
        sheet.flower(*flower)
    sheet.shy = 0.985
    for _ in range(190):
        x, y = rng.uniform((0, 60), (WIDTH, HEIGHT + 60))
        angle, length = rng.uniform(-2.6, -0.5), rng.uniform(110, 260)
        pigments = (LEAF if rng.random() < 0.8 else BLUE)[rng.integers(0, 2) :]
        sheet.petal(x, y, angle, length, length * rng.uniform(0.13, 0.22), pigments, rng.uniform(0.6, 1.1))
    sheet.shy = 0.97
    for _ in range(60):
        x, y = rng.uniform((-60, -60), (WIDTH + 60, HEIGHT + 60))
        pigments, wet = MIST[rng.integers(0, len(MIST), 2)], rng.choice([2.0, 22.0, 40.0])
        sheet.blot(x, y, rng.uniform(70, 190), pigments, rng.uniform(0.5, 1.0), wet)
    sheet.shy = 0.0
    for _ in range(150):
        x, y = rng.uniform((0, 0), (WIDTH, HEIGHT))
        pigments = (ROSE, CORAL, VIOLET, BLUE, LEAF)[rng.integers(0, 5)]
        sheet.blot(x, y, rng.gamma(1.6, 2.6) + 1.5, pigments[1:], 0.9, 1.2)
    return finished(lit(sheet.image, blur(sheet.tooth, 1.0), 0.05))
