"""Curves through points, and points and circles as Pillow wants them."""

import numpy as np

from stylecore.samples.drawing.tools.fields import Floats


def spline(points: Floats, pieces: int) -> Floats:
    """A smooth curve through points (Catmull-Rom).

    Args:
        points: Shape (n, 2).
        pieces: Number of points of the curve; they are spread evenly along it.

    Returns:
        The curve, shape (pieces, 2).
    """
    held = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    t = np.linspace(0.0, 1.0, 24, endpoint=False)[:, None]
    parts = []
    for before, start, end, after in zip(held, held[1:], held[2:], held[3:], strict=False):
        bend = 2 * before - 5 * start + 4 * end - after
        twist = -before + 3 * start - 3 * end + after
        parts.append(0.5 * (2 * start + (end - before) * t + bend * t**2 + twist * t**3))
    dense = np.concatenate([*parts, points[-1:]])
    along = lengths(dense)
    return at_length(dense, along, np.linspace(0.0, along[-1], pieces))


def lengths(path: Floats) -> Floats:
    """How far along a path of shape (n, 2) each of its points lies, shape (n,)."""
    return np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])


def at_length(path: Floats, along: Floats, places: Floats) -> Floats:
    """The points of a path that lie `places` along it; `along` is its `lengths`."""
    return np.stack([np.interp(places, along, path[:, axis]) for axis in range(2)], axis=-1)


def hook(start: Floats, angle: float, length: float, curl: float, pieces: int) -> Floats:
    """A curve that leaves `start` at `angle` and bends by `curl` radians, more and more; shape (n, 2)."""
    t = np.linspace(0.0, 1.0, pieces)
    steps = heading(angle + curl * t**1.5) * (length / (pieces - 1))
    steps[0] = 0.0
    path: Floats = start + np.cumsum(steps, axis=0)
    return path


def heading(angle: Floats | float) -> Floats:
    """The unit vectors that point along the angles, shape (*angle.shape, 2)."""
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def beside(path: Floats) -> Floats:
    """The unit vectors at right angles to a path, shape (n, 2)."""
    ahead = np.gradient(path, axis=0)
    across = np.stack([-ahead[:, 1], ahead[:, 0]], axis=-1)
    unit: Floats = across / (np.hypot(across[:, :1], across[:, 1:]) + 1e-9)
    return unit


def dots(path: Floats, scale: float = 1.0) -> list[tuple[float, float]]:
    """The points of a path, enlarged, as Pillow takes them."""
    return [(float(x), float(y)) for x, y in path * scale]


def around(x: float, y: float, radius: float, scale: float = 1.0) -> tuple[float, float, float, float]:
    """The box of a circle, enlarged, as Pillow takes it."""
    return ((x - radius) * scale, (y - radius) * scale, (x + radius) * scale, (y + radius) * scale)
