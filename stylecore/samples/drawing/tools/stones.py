"""A mosaic floor: stones laid in rows along the level lines of a field, then set in grout."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import mix, rgb, vary
from stylecore.samples.drawing.tools.curves import dots, heading
from stylecore.samples.drawing.tools.fields import Floats, Mask, blur, noise, slopes
from stylecore.samples.drawing.tools.surface import finished, lit, to_floats

SQUARE = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
OVERLAP = 0.12  # share of a stone that may lie over its neighbours


class Floor:
    """The stones laid so far on a floor of the given size in pixels."""

    def __init__(self, rng: Generator, width: int, height: int) -> None:
        self._rng = rng
        self._taken = np.zeros((height, width), dtype=bool)
        self._corners: list[Floats] = []
        self._middles: list[tuple[float, float]] = []

    def rows(self, where: Mask, level: Floats, size: float) -> None:
        """Lays rows of stones.

        Args:
            where: Where stones may lie.
            level: A field whose slope is about 1; the rows follow its level lines, `size` apart.
            size: Height of the stones in pixels; their widths vary.
        """
        right, down = slopes(level)
        steep: Floats = np.hypot(down, right) + 1e-6
        row: Floats = np.floor(level / size)
        seeds = np.argwhere(where & (np.abs(level / size - row - 0.5) < 0.6 / size))
        for seed in seeds[np.argsort(row[seeds[:, 0], seeds[:, 1]], kind="stable")]:
            target = (row[tuple(seed)] + 0.5) * size
            for way in (1.0, -1.0):
                y, x = seed.astype(float)
                while True:
                    i, j = self._pixel(x, y)
                    uphill = np.array([right[i, j], down[i, j]]) / steep[i, j]
                    miss = (level[i, j] - target) / steep[i, j]
                    x, y = (x, y) - miss * uphill  # back onto the level line
                    angle = float(np.arctan2(uphill[0], -uphill[1]))
                    wide = size * self._rng.uniform(0.85, 1.25)
                    if not where[i, j] or abs(miss) > size or not self._lay(x, y, angle, wide, size):
                        break
                    x, y = (x, y) + way * 1.06 * wide * heading(angle)

    def fill_gaps(self, level: Floats, sizes: tuple[float, ...]) -> None:
        """Lays chips of stone, the largest first, wherever one still fits."""
        right, down = slopes(level)
        for size in sizes:
            for i, j in self._rng.permutation(np.argwhere(~self._taken)):
                if not self._taken[i, j]:
                    self._lay(float(j), float(i), float(np.arctan2(right[i, j], -down[i, j])), size, size)

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        height, width = self._taken.shape
        return int(np.clip(round(y), 0, height - 1)), int(np.clip(round(x), 0, width - 1))

    def _lay(self, x: float, y: float, angle: float, wide: float, high: float) -> bool:
        """Lays a stone if there is room for it, and tells whether there was."""
        height, width = self._taken.shape
        u, v = np.meshgrid(np.linspace(-0.5, 0.5, 9) * wide, np.linspace(-0.5, 0.5, 9) * high)
        columns = np.clip(np.rint(x + u * np.cos(angle) - v * np.sin(angle)), 0, width - 1).astype(int)
        rows = np.clip(np.rint(y + u * np.sin(angle) + v * np.cos(angle)), 0, height - 1).astype(int)
        if not (0 <= x < width and 0 <= y < height) or self._taken[rows, columns].mean() > OVERLAP:
            return False
        self._taken[rows, columns] = True
        corners = SQUARE * (wide - 1.5, high - 1.5) + self._rng.normal(0, 0.5, (4, 2))
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        self._corners.append(corners @ turn + (x, y))
        self._middles.append((x, y))
        return True

    def set_in(self, grout: Floats, cartoon: Floats, scale: int) -> Picture:
        """Draws the stones, each in the colour that the cartoon has at its middle.

        Args:
            grout: The colour between the stones.
            cartoon: The design in flat colours, as large as the floor.
            scale: How many times larger the stones are drawn before the picture is scaled down.
        """
        rng, (height, width) = self._rng, self._taken.shape
        colour = Image.new("RGB", (width * scale, height * scale), rgb(grout))
        relief = Image.new("L", colour.size, 0)
        draw_colour, draw_relief = ImageDraw.Draw(colour), ImageDraw.Draw(relief)
        at = np.array(self._middles).astype(int)
        shades = vary(rng, cartoon[at[:, 1], at[:, 0]], 0.045, 0.016)
        for corners, shade in zip(self._corners, shades, strict=True):
            draw_colour.polygon(dots(corners, scale), fill=rgb(shade))
            draw_relief.polygon(dots(corners, scale), fill=int(rng.integers(150, 235)))
        stone = to_floats(relief)
        covered = np.minimum(stone * 4, 1.0)
        veins = noise(rng, width * scale, height * scale, 26, 5)
        image = to_floats(colour) * (1 + 0.05 * veins + 0.03 * rng.standard_normal(veins.shape))[..., None]
        image = mix(image * 0.92, image, covered)
        image = image * (1.0 - 0.35 * blur(1.0 - covered, 3.5) * covered)[..., None]
        return finished(lit(image, blur(stone, 1.5) + 0.012 * veins, 2.4, gloss=0.25))
