"""Marbled paper: drops of ink on water, combed and curled (Lu et al., "Mathematical Marbling", 2012)."""

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from PIL import Image

from stylecore.samples.drawing.tools.colour import palette, vary
from stylecore.samples.drawing.tools.fields import Floats, grid, noise
from stylecore.samples.drawing.tools.strokes import scattered
from stylecore.samples.drawing.tools.surface import finished, paper

SCALE = 3
WIDTH, HEIGHT = 1280, 960  # of the bath; the sheet is half as wide
INKS = palette(
    "12233f",
    "b3261e",
    "f3e4c3",
    "e0982f",
    "1f6f78",
    "f7ecd6",
    "7a1626",
    "24476b",
    "f1c56b",
    "0d1626",
)
CURLS = (  # x, y, reach, turn
    (260, 250, 70, 5.5),
    (700, 180, 60, -5.0),
    (1060, 330, 80, 5.5),
    (480, 560, 75, -5.5),
    (870, 640, 85, 5.5),
    (180, 790, 70, 5.0),
    (560, 860, 50, -4.5),
    (1140, 820, 65, -5.5),
)

Undo = Callable[[Floats, Floats], tuple[Floats, Floats]]  # takes points to where they were before a step


def _comb(angle: float, spacing: float, pull: float, sharpness: float, offset: float = 0.0) -> Undo:
    """A comb drawn over the bath: every tooth drags the ink next to it along."""
    along_x, along_y = np.cos(angle), np.sin(angle)

    def undo(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        across = (-along_y * x + along_x * y - offset) % spacing
        distance = np.minimum(across, spacing - across)
        moved = pull * sharpness / (distance + sharpness)
        return x - moved * along_x, y - moved * along_y

    return undo


def _wave(length: float, height: float, phase: float) -> Undo:
    """The whole bath swayed from side to side."""

    def undo(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        return x - height * np.sin(y * 2 * np.pi / length + phase), y

    return undo


def _curl(cx: float, cy: float, reach: float, turn: float) -> Undo:
    """A stylus turned on the spot: rings of ink rotate, the inner ones further."""

    def undo(x: Floats, y: Floats) -> tuple[Floats, Floats]:
        right, down = x - cx, y - cy
        angle = -turn * np.exp(-np.hypot(right, down) / reach)
        cos, sin = np.cos(angle), np.sin(angle)
        return cx + right * cos - down * sin, cy + right * sin + down * cos

    return undo


def _ink_at(x: Floats, y: Floats, drops: Floats) -> tuple[Floats, Floats]:
    """Finds which drop covers each point once all have fallen, each pushing the earlier ones outwards.

    Args:
        x: Points of the bath before it was combed.
        y: Likewise.
        drops: Their centres and radii in the order of falling, shape (n, 3).

    Returns:
        The number of the drop, -1 for bare water, and how near to its rim the point is, from 0 to 1.
    """
    ink, rim = np.full(x.shape, -1.0), np.zeros(x.shape)
    for number in range(len(drops) - 1, -1, -1):
        cx, cy, radius = drops[number]
        right, down = x - cx, y - cy
        ratio = radius**2 / (right**2 + down**2 + 1e-9)
        covered = (ratio >= 1.0) & (ink < 0)
        ink[covered] = number
        rim[covered] = 1.0 / np.sqrt(ratio[covered])
        shrink = np.sqrt(np.maximum(1.0 - ratio, 0.0))
        x, y = np.where(ink < 0, cx + right * shrink, x), np.where(ink < 0, cy + down * shrink, y)
    return ink, rim


def draw(rng: Generator) -> Image.Image:
    """Lets ink drop, combs it to and fro, curls it, and prints it on paper."""
    places = np.stack(scattered(rng, WIDTH, HEIGHT, 185), axis=-1)
    centres = np.repeat(places, 4, axis=0)  # four inks fall on each place
    centres = centres + rng.normal(0, 6, centres.shape)
    radii = rng.gamma(4.0, 12.0, (len(centres), 1)) + 24
    chosen = np.concatenate([rng.permutation(len(INKS))[:4] for _ in places])
    steps = [
        _comb(0.0, 170, 190, 20),
        _comb(np.pi, 170, 190, 20, 85),
        _comb(np.pi / 2, 84, 125, 12),
        _wave(640, 30, 0.5),
        *(_curl(*curl) for curl in CURLS),
    ]
    width, height = WIDTH // 2 * SCALE, HEIGHT // 2 * SCALE
    x, y = (axis * 2 / SCALE for axis in grid(width, height))
    for undo in reversed(steps):
        x, y = undo(x, y)
    ink, rim = _ink_at(x, y, np.concatenate([centres, radii], axis=1))
    colours = np.concatenate([vary(rng, INKS[chosen], 0.03, 0.01), INKS[2:3]])  # bare water, -1, prints pale
    image = colours[ink.astype(int)] * (1.0 - 0.16 * rim[..., None] ** 6)
    thin = 0.05 * noise(rng, width, height, 135, 4) + 0.025 * paper(rng, width, height)
    return finished(image * (1.0 + thin[..., None]) + 0.01)
