"""Mountains under a low sun in brown ink: all tone is hatching that follows the slopes."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import mix, palette
from stylecore.samples.drawing.tools.curves import dots
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, look_up, noise, smoothstep
from stylecore.samples.drawing.tools.strokes import follow, scattered
from stylecore.samples.drawing.tools.surface import finished, paper, to_floats

SCALE = 3
WIDTH, HEIGHT = 640, 480
INK, SHEET, WASH = palette("2c1a10", "f1e4c8", "c79a62")
SUN = (455.0, 120.0)
FAR_PEAKS = (  # x, y, steepness
    (40, 150, 1.1),
    (150, 128, 1.0),
    (262, 158, 1.1),
    (362, 172, 1.2),
    (540, 150, 1.0),
    (628, 120, 1.1),
)
NEAR_PEAKS = (
    (-10, 205, 0.9),
    (92, 190, 1.0),
    (215, 180, 0.9),
    (318, 218, 1.0),
    (420, 196, 1.0),
    (478, 228, 1.1),
    (590, 186, 0.9),
)
HILLS = (  # level, swell, length, phase
    (330, 26, 95, 1.0),
    (372, 24, 120, 3.4),
    (418, 22, 105, 5.2),
    (462, 16, 140, 1.8),
)
HATCHINGS = (  # turn, darkest tone left out, spacing, length
    (0.0, 0.97, 5.2, 26),
    (0.55, 0.55, 5.4, 20),
    (-0.6, 0.33, 5.2, 17),
    (1.4, 0.2, 5.0, 14),
)


class _View:
    """Tone, 0 black to 1 white, and direction of the hatching at every pixel."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng
        self.x, self.y = grid(WIDTH, HEIGHT)
        right, down = self.x - SUN[0], self.y - SUN[1]
        far = np.hypot(right, down)
        glow = 0.5 * np.exp(-((far / 150) ** 2)) + 0.08 * np.sin(far / 13)
        self.tone = np.clip(0.4 + 0.3 * self.y / 300 + glow, 0, 1)
        self.tone[far < 34] = 1.0
        self.angle = np.arctan2(down, right) + np.pi / 2  # rings around the sun

    def mountains(self, peaks: tuple[tuple[int, int, float], ...], haze: float) -> None:
        """Puts in a range of peaks, lit from one side of their ridges and hatched down their slopes."""
        x, y, rng = self.x, self.y, self.rng
        crags = noise(rng, WIDTH, HEIGHT, 60, 4)
        top = np.full(x.shape, np.inf)  # height of the skyline that each pixel belongs to
        for px, py, steep in peaks:
            side = x - px - 0.22 * (y - py) * noise(rng, 8, HEIGHT, 70, 3)[:, :1]  # the ridge winds down
            line = py + steep * np.abs(side) + 6 * crags
            mine = (line < top) & (y > line)
            top = np.where(mine, line, top)
            gully = np.sin((side + 10 * crags) / 9) * np.clip(np.abs(side) / 20, 0, 1)
            light = 0.62 + 0.55 * np.tanh(side / 5) + 0.33 * gully + 0.15 * np.clip((y - py) / 110, 0, 1)
            self.tone[mine] = np.clip((light + 0.1 * crags) * (1 - haze) + 0.85 * haze, 0.05, 1)[mine]
            self.angle[mine] = (np.pi / 2 - 0.7 * np.tanh(side / 8) + 0.3 * gully)[mine]
            self.tone[mine & (y < line + 1.6)] = 0.05 + 0.4 * haze

    def hill(self, level: float, swell: float, length: float, phase: float) -> None:
        """Puts in a hill: bright along its crest, darker below, with furrows."""
        wave = self.x / length * 2 + phase
        crest = level + swell * np.sin(wave) + 3 * noise(self.rng, WIDTH, HEIGHT, 40, 3)[0]
        below = self.y > crest
        depth = (self.y - crest) / 46
        bend = self.x / 60 + phase
        furrows = 0.22 * np.sin(depth * 9 + 3 * np.sin(bend)) + 0.1 * noise(self.rng, WIDTH, HEIGHT, 30, 3)
        self.tone[below] = np.clip(1.02 - 0.68 * np.clip(depth, 0, 1) ** 0.9 + furrows, 0.05, 1.0)[below]
        self.angle[below] = (np.arctan(2 * swell / length * np.cos(wave)) + 0.25 + 0.3 * np.sin(bend))[below]
        self.tone[below & (self.y < crest + 1.3)] = 0.05


def _hatched(rng: Generator, view: _View) -> Floats:
    """Draws the hatching, each direction only where the tone is dark enough for it; 1 is ink."""
    plate = Image.new("L", (WIDTH * SCALE, HEIGHT * SCALE), 0)
    pen = ImageDraw.Draw(plate)
    for turn, lightest, spacing, length in HATCHINGS:

        def directions(x: Floats, y: Floats, turn: float = turn) -> Floats:
            return look_up(view.angle, x, y) + turn

        x, y = scattered(rng, WIDTH, HEIGHT, spacing)
        tone = look_up(view.tone, x, y)
        drawn = tone + rng.normal(0, 0.05, x.size) < lightest
        lengths = length * rng.uniform(0.6, 1.3, drawn.sum())
        paths = follow(x[drawn], y[drawn], directions, lengths, 6)
        widths = np.clip(0.5 + 2.3 * (lightest - tone[drawn]), 0.45, 2.3) * SCALE
        for path, width in zip(paths, widths, strict=True):
            points = dots(path, SCALE)
            pen.line(points, fill=255, width=max(1, round(0.7 * width)))
            pen.line(points[1:5], fill=255, width=max(1, round(width)))  # the pen is pressed in the middle
    return np.clip(blur(to_floats(plate), 0.8), 0, 1)


def draw(rng: Generator) -> Picture:
    """Hatches the view over a faint wash."""
    view = _View(rng)
    view.mountains(FAR_PEAKS, haze=0.4)
    view.mountains(NEAR_PEAKS, haze=0.05)
    for hill in HILLS:
        view.hill(*hill)
    inked = _hatched(rng, view)
    size = (WIDTH * SCALE, HEIGHT * SCALE)
    x, y = (axis / SCALE for axis in grid(*size))
    shade = look_up(blur(view.tone, 3), x, y)
    washed = 0.5 * (1 - smoothstep(0.1, 0.75, shade)) + 0.05 * noise(rng, *size, 200, 4)
    image = mix(SHEET, WASH, washed) * (1 + 0.03 * paper(rng, *size)[..., None])
    return finished(mix(image, INK, inked * (0.9 + 0.06 * noise(rng, *size, 30, 2))))
