"""Embroidery: linen and the stitches of coloured yarn upon it."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import rgb, vary
from stylecore.samples.drawing.tools.curves import around, at_length, dots, heading, lengths
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, noise
from stylecore.samples.drawing.tools.surface import finished, lit, to_floats, to_picture

SCALE = 3
THREAD = 2.6  # its thickness; all lengths are in pixels of the finished picture


class Cloth:
    """Linen of one colour, and what is stitched on it."""

    def __init__(self, rng: Generator, width: int, height: int, colour: Floats) -> None:
        self._rng = rng
        x, y = grid(width * SCALE, height * SCALE)
        over = (x // 6 + y // 6) % 2 > 0
        weave = np.cos((np.where(over, y, x) % 6 - 2.5) / 6 * np.pi)
        slub = noise(rng, width * SCALE, height * SCALE, 40, 3)
        self._colour = to_picture(colour + (0.02 * slub + 0.03 * weave)[..., None])
        self._relief = Image.fromarray(np.clip(22 + 22 * weave + 2 * slub, 0, 255).astype(np.uint8))
        self._draw_colour, self._draw_relief = ImageDraw.Draw(self._colour), ImageDraw.Draw(self._relief)

    def stitch(self, start: Floats, end: Floats, colour: Floats, width: float = THREAD) -> None:
        """Lays a thread from start to end: rounded, with the slanting shadows of its twist."""
        start, end = start + self._rng.normal(0, 0.35, 2), end + self._rng.normal(0, 0.5, 2)
        length = float(np.hypot(*(end - start)))
        if length < 1.0:
            return
        ahead = (end - start) / length
        slant = 0.36 * width * np.array([-ahead[1], ahead[0]]) + 0.55 * ahead
        shade = vary(self._rng, colour[None], 0.045, 0.015)[0]
        height = int(self._rng.integers(120, 165))
        line = dots(np.stack([start, end]), SCALE)
        for part, light, lift in ((1.0, 0.62, 0), (0.72, 1.0, 40), (0.3, 1.14, 62)):
            pixels = max(1, round(width * part * SCALE))
            self._draw_colour.line(line, fill=rgb(shade * light), width=pixels)
            self._draw_relief.line(line, fill=height + lift, width=pixels)
        for at in np.arange(1.2, length - 0.6, 2.1):
            middle = start + ahead * at
            self._draw_colour.line(dots(np.stack([middle - slant, middle + slant]), SCALE), rgb(shade * 0.72), 2)

    def petal(self, foot: Floats, angle: float, length: float, half: float, colours: Floats) -> None:
        """Long and short stitch: rings of threads from foot to tip, in the first three colours."""
        ahead = heading(angle)
        side = np.array([-ahead[1], ahead[0]])
        for ring, (low, high) in enumerate(((0.0, 0.42), (0.28, 0.72), (0.6, 1.0))):
            for place in self._rng.permutation(np.linspace(-1.0, 1.0, max(3, round(half * 2 / 2.15)))):
                reach = np.sqrt(1 - 0.8 * place**2) - 0.12 * max(0.0, 1 - 3 * abs(place))  # notched at the tip
                stray = self._rng.normal(0, 0.04, 2) if ring < 2 else np.zeros(2)
                t = np.clip(np.array([low, high]) + stray, 0, 1)[:, None] * reach
                spread = half * place * np.sin(np.pi * np.minimum(0.14 + 0.62 * t, 1.0))
                start, end = foot + ahead * length * t + side * spread
                self.stitch(start, end, colours[ring + int(self._rng.random() < 0.35)])

    def flower(self, middle: Floats, size: float, petals: int, colours: Floats, heart: Floats, turn: float) -> None:
        """A ring of petals, a smaller one in the opposite shades, and knots in the middle."""
        for layer, scale, shades in ((0, 1.0, colours), (1, 0.62, colours[::-1])):
            for i in range(petals):
                angle = turn + 2 * np.pi * (i + 0.5 * layer) / petals
                foot = middle + 0.16 * size * heading(angle)
                self.petal(foot, angle, 0.84 * size * scale, 2.4 * size * scale / petals, shades)
        self.knots(middle, 0.24 * size, heart)

    def knots(self, middle: Floats, reach: float, colours: Floats) -> None:
        """Fills a disc with French knots."""
        for _ in range(int(reach**2 * 0.55) + 3):
            x, y = middle + reach * np.sqrt(self._rng.random()) * heading(self._rng.uniform(0, 2 * np.pi))
            shade = colours[self._rng.integers(0, len(colours))]
            for size, light, lift in ((2.4, 0.6, 130), (1.9, 1.0, 190), (1.0, 1.15, 235)):
                self._draw_colour.ellipse(around(x, y, size, SCALE), fill=rgb(shade * light))
                self._draw_relief.ellipse(around(x, y, size, SCALE), fill=lift)

    def leaf(self, foot: Floats, angle: float, length: float, half: float, colours: Floats) -> None:
        """Fishbone stitch: slanting threads that meet on the middle vein."""
        ahead = heading(angle)
        side = np.array([-ahead[1], ahead[0]])
        for at in np.arange(0.0, 1.0, 2.0 / length):
            width = half * np.sin(np.pi * (0.08 + 0.92 * at)) ** 0.8
            for way, shade in ((-1, 2), (1, 1)):
                colour = colours[shade - int(self._rng.random() < 0.25)]
                tip = foot + ahead * length * min(at + 0.28, 1.04) + way * side * width
                self.stitch(foot + ahead * length * at * 0.94, tip, colour)
        self.stem(foot + ahead * length * np.linspace(0, 0.9, 9)[:, None], colours[3:], 1.8)

    def stem(self, path: Floats, colours: Floats, width: float) -> None:
        """Stem stitch: short slanting threads that overlap along a path."""
        along = lengths(path)
        tilt = np.array([0.8, -0.8])
        for at in np.arange(0, along[-1], 4.0):
            start, end = at_length(path, along, np.array([at, at + 8.0]))
            self.stitch(start + tilt, end - tilt, colours[self._rng.integers(0, len(colours))], width)

    def photographed(self) -> Picture:
        """The cloth in light from the upper left, with the shadows that the threads cast."""
        relief = blur(to_floats(self._relief), 1.1)
        shadow = np.clip(np.roll(blur(relief, 5), (5, 4), (0, 1)) - relief, 0, 1)
        image = to_floats(self._colour) * (1 - 0.9 * shadow)[..., None]
        return finished(lit(image, relief, 2.0, gloss=0.22))
