"""Birches under a red moon, cut in lino: every light is the groove of a gouge."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import mix, palette
from stylecore.samples.drawing.tools.curves import around, beside, dots
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, noise, smoothstep
from stylecore.samples.drawing.tools.strokes import Directions, follow, scattered
from stylecore.samples.drawing.tools.surface import finished, paper, to_floats

SCALE = 3
WIDTH, HEIGHT = 512, 640
INK, SHEET, RED, GLOW = palette("17130f", "f2e6cb", "d8432a", "e8a25a")
MOON = (276.0, 200.0, 98.0)  # x, y, radius
TRUNKS = (  # foot, half width, lean
    (52, 31, 0.03),
    (128, 13, -0.03),
    (182, 20, 0.02),
    (352, 11, 0.04),
    (405, 24, -0.05),
    (472, 34, 0.02),
)
GROUND = 520.0


def _bank(x: Floats) -> Floats:
    """Height of the ground."""
    line: Floats = GROUND + 22 * np.sin(x / 95 + 0.7) + 8 * np.sin(x / 31)
    return line


def _beams(x: Floats, y: Floats) -> Floats:
    right, down = x - MOON[0], y - MOON[1]
    angles: Floats = np.arctan2(down, right) + 0.25 * np.sin(np.hypot(right, down) / 28)
    return angles


def _furrows(x: Floats, y: Floats) -> Floats:
    angles: Floats = np.arctan2(_bank(x + 2) - _bank(x - 2), 4.0) + 0.35 * np.sin(y / 17 + x / 60)
    return angles


class _Block:
    """The lino block, inked where it is not cut, and a second block for the red."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng
        self.ink = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), 255)
        self.red = Image.new("L", self.ink.size, 0)
        self._draw_ink, self._draw_red = ImageDraw.Draw(self.ink), ImageDraw.Draw(self.red)

    def gouge(self, path: Floats, width: float, ink: int = 0) -> None:
        """Cuts a groove that enters thin, swells and leaves thin; with ink 255 leaves a ridge instead."""
        swell = np.sin(np.linspace(0.0, np.pi, len(path)) ** 1.25 / np.pi**0.25) ** 0.8
        side = beside(path) * (swell * self.rng.uniform(0.75, 1.2, len(path)) * width / 2)[:, None]
        self._draw_ink.polygon(dots(np.concatenate([path + side, (path - side)[::-1]]), SCALE), fill=ink)

    def bordered(self, path: Floats, width: float) -> None:
        """Cuts a groove with a ridge left standing around it."""
        self.gouge(path, width + 3.0 + 0.4 * width, ink=255)
        self.gouge(path, width)

    def hatch(self, x: Floats, y: Floats, directions: Directions, length: float, width: Floats) -> None:
        paths = follow(x, y, directions, length * self.rng.uniform(0.6, 1.25, x.size), 10)
        for path, wide in zip(paths, width, strict=True):
            self.gouge(path, wide * self.rng.uniform(0.7, 1.25))

    def sky_and_ground(self) -> None:
        x, y = scattered(self.rng, WIDTH, HEIGHT, 10.5)
        far = np.hypot(x - MOON[0], y - MOON[1]) - MOON[2]
        sky = (y < _bank(x)) & (far > 7)
        self.hatch(x[sky], y[sky], _beams, 32.0, (1.1 + 5.4 * np.exp(-far / 170))[sky])
        x, y = scattered(self.rng, WIDTH, HEIGHT, 10.4)
        below = y > _bank(x) + 6
        bands = 1.5 + 2.4 * (1 + np.sin(9 * (y - GROUND) / (HEIGHT - GROUND) + x / 60))
        self.hatch(x[below], y[below], _furrows, 40.0, bands[below])
        self._draw_ink.ellipse(around(*MOON, SCALE), fill=0)
        self._draw_red.ellipse(around(*MOON, SCALE), fill=255)

    def birch(self, foot: float, half: float, lean: float) -> None:
        rng = self.rng
        bottom = float(_bank(np.array(foot))) + 26
        t = np.linspace(0, 1, 60)
        level = bottom - t * (bottom + 20)
        middle = foot + lean * (level - bottom) + 5 * np.sin(t * 7 + foot)
        wide = half * (1 - 0.35 * t) * (1 + 0.5 * (1 - t) ** 12)
        for grow, ink in ((3.4, 255), (0.0, 0)):
            left, right = (
                np.stack([middle + way * (wide + grow) + rng.normal(0, 0.5, 60), level], axis=-1) for way in (-1, 1)
            )
            outline = dots(np.concatenate([left, right[::-1]]), SCALE)
            self._draw_ink.polygon(outline, fill=ink)
            self._draw_red.polygon(outline, fill=0)
        for at in np.arange(4, bottom, 4.0):  # bark: shadow from the right, scars all over
            i = int(np.clip((bottom - at) / (bottom + 20) * 59, 0, 59))
            edge, bow = middle[i] + wide[i], np.linspace(0, 1, 8)
            shadow = np.linspace(edge + 2, edge - wide[i] * rng.uniform(0.35, 1.25), 8)
            shadow_path = np.stack([shadow, at + 2.5 * bow**2 + rng.normal(0, 0.6)], axis=-1)
            self.gouge(shadow_path, rng.uniform(2.0, 3.6), ink=255)
            if rng.random() < 0.36:
                start = middle[i] + wide[i] * rng.uniform(-1, 0.2)
                scar = np.linspace(start, start + wide[i] * rng.uniform(0.3, 0.9), 8)
                scar_path = np.stack([scar, at + 1.5 * np.sin(3 * bow)], axis=-1)
                self.gouge(scar_path, rng.uniform(3.0, 7.5), ink=255)

    def twig(self, top: float) -> None:
        """Cuts a twig that hangs from above, with its leaves."""
        rng, s = self.rng, np.linspace(0, 1, 24)
        drop, sway = rng.uniform(70, 230), rng.normal(0, 20)
        twig = np.stack([top + sway * s**2 + 5 * np.sin(5 * s + top), drop * s - 12], axis=-1)
        self.bordered(twig, 1.6)
        for i in range(3, 24, 2):
            side, t = rng.choice([-1.0, 1.0]), np.linspace(0, 1, 8)
            self.bordered(twig[i] + np.stack([side * 10 * t, 11 * t**1.5], axis=-1), 5.0)

    def blade(self) -> None:
        """Cuts a blade of grass."""
        rng, s = self.rng, np.linspace(0, 1, 9)
        x = rng.uniform(0, WIDTH)
        y = float(_bank(np.array(x))) + rng.uniform(-4, 100)
        self.bordered(np.stack([x + rng.normal(0, 9) * s**2, y - rng.uniform(12, 30) * s], axis=-1), 3.0)


def draw(rng: Generator) -> Picture:
    """Cuts the blocks stroke by stroke and prints the black over red and a glow of orange."""
    block = _Block(rng)
    block.sky_and_ground()
    for trunk in TRUNKS:
        block.birch(*trunk)
    for top in np.linspace(-10, WIDTH + 10, 26):
        block.twig(top)
    for _ in range(130):
        block.blade()
    size = block.ink.size
    inked = smoothstep(0.42, 0.58, blur(to_floats(block.ink), 1.7) + 0.05 * noise(rng, *size, 9, 2))
    x, y = (axis / SCALE for axis in grid(*size))
    near = np.exp(-((np.hypot(x - MOON[0], y - MOON[1]) / 210) ** 2))
    image = mix(mix(SHEET, GLOW, 0.8 * near), RED, 0.95 * to_floats(block.red))
    grain = paper(rng, *size)
    salt = smoothstep(1.5, 2.6, noise(rng, *size, 5, 3) + 0.6 * grain)  # where the roller missed
    image = mix(image * (1 + 0.03 * grain[..., None]), INK, inked * (0.95 - 0.75 * salt))
    return finished(image)
