"""Strokes of a loaded brush: paths that follow a field of directions, drawn hair by hair."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw

from stylecore.samples.drawing.tools.colour import rgb
from stylecore.samples.drawing.tools.curves import beside, dots, heading
from stylecore.samples.drawing.tools.fields import Floats
from stylecore.samples.drawing.tools.surface import to_floats

Directions = Callable[[Floats, Floats], Floats]  # the angles, in radians, of the strokes at (x, y)


def scattered(rng: Generator, width: int, height: int, spacing: float) -> tuple[Floats, Floats]:
    """Points that cover the sheet and its rim, about `spacing` pixels apart, in random order."""
    across = np.arange(-spacing, width + spacing, spacing)
    down = np.arange(-spacing, height + spacing, spacing)
    x, y = (axis.ravel() for axis in np.meshgrid(across, down))
    x = x + rng.uniform(-0.5, 0.5, x.size) * spacing
    y = y + rng.uniform(-0.5, 0.5, y.size) * spacing
    order = rng.permutation(x.size)
    return x[order], y[order]


def follow(x: Floats, y: Floats, directions: Directions, length: Floats, steps: int) -> Floats:
    """Traces paths through the field of directions, with the given points in their middle.

    Args:
        x: Where the paths pass, shape (n,).
        y: Likewise.
        directions: The angle of the path at any point.
        length: Length of each path in pixels, shape (n,).
        steps: Number of pieces of each path.

    Returns:
        The points of the paths, shape (n, steps + 1, 2).
    """
    halves = []
    for way, pieces in ((-1.0, steps // 2), (1.0, steps - steps // 2)):
        points = [np.stack([x, y], axis=-1)]
        for _ in range(pieces):
            ahead = heading(directions(points[-1][:, 0], points[-1][:, 1]))
            points.append(points[-1] + way * (length / steps)[:, None] * ahead)
        halves.append(points)
    backward, forward = halves
    return np.stack(backward[:0:-1] + forward, axis=1)


class Canvas:
    """A sheet that remembers the colour and the thickness of the paint laid on it."""

    def __init__(self, width: int, height: int, ground: Floats) -> None:
        self._colour = Image.new("RGB", (width, height), rgb(ground))
        self._relief = Image.new("L", (width, height), 60)
        self._draw_colour = ImageDraw.Draw(self._colour)
        self._draw_relief = ImageDraw.Draw(self._relief)

    def stroke(self, rng: Generator, path: Floats, width: float, colour: Floats, streak: float) -> None:
        """Draws one stroke.

        Args:
            rng: Where the unevenness of the hairs comes from.
            path: The middle of the stroke, shape (k, 2), in pixels.
            width: Width of the stroke in pixels.
            colour: Its colour, shape (3,).
            streak: How much the hairs differ in colour.
        """
        belly = np.sin(np.linspace(0.2, np.pi - 0.35, len(path)))[:, None] ** 0.5
        across = beside(path) * belly * (width / 2)
        thickness = rng.integers(70, 150)
        for place in rng.permutation(np.linspace(-1.0, 1.0, max(3, round(width / 2.2)))):
            first, last = (
                rng.integers(0, 2),
                len(path) - rng.integers(0, 2),
            )  # hairs do not all begin together
            points = dots((path + across * place)[first:last])
            ridge = 45 * abs(place) ** 3 + rng.uniform(-40, 45)  # paint is pushed to the sides
            fill = rgb(colour + rng.normal(0.0, streak) + rng.normal(0.0, streak / 2, 3))
            self._draw_colour.line(points, fill=fill, width=4)
            self._draw_relief.line(points, fill=int(np.clip(thickness + ridge, 0, 255)), width=3)

    @property
    def colour(self) -> Floats:
        """The paint, shape (H, W, 3), in [0, 1]."""
        return to_floats(self._colour)

    @property
    def relief(self) -> Floats:
        """The thickness of the paint, shape (H, W), in [0, 1]."""
        return to_floats(self._relief)
