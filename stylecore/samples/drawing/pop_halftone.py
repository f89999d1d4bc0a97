"""A comic-strip explosion in four inks, printed with coarse dots."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import mix, palette, ramp, rgb
from stylecore.samples.drawing.tools.curves import around, dots, heading
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, noise, smoothstep
from stylecore.samples.drawing.tools.surface import finished, paper, to_floats, to_picture

SCALE = 3
WIDTH, HEIGHT = 640, 512
MIDDLE = np.array([318.0, 262.0])
SCREEN = 11.0  # distance between dots
CYAN, MAGENTA, YELLOW, KEY, SHEET = palette("00a0dc", "e5127d", "ffdf00", "15121a", "f7efd9")
ANGLES = (15.0, 75.0, 0.0)  # of the screens of cyan, magenta and yellow, in degrees
RAYS = palette("0a4fa8", "a5e0f5")
FLAME = palette("ffffff", "fff04a", "ffd000", "ff8a00", "e8202a", "b0102a")
SMOKE = palette("ffffff", "f6d9e6", "f09ac0")
STARS = (  # radii, line, flame
    (140, 258, 5.0, 5),
    (118, 214, 3.5, 4),
    (92, 172, 3.0, 3),
    (64, 128, 2.5, 2),
    (34, 80, 2.0, 0),
)
FAR_PUFFS = (
    (70, 410, 74),
    (560, 420, 82),
    (590, 120, 58),
    (60, 110, 60),
    (180, 470, 62),
    (440, 480, 70),
    (320, 500, 60),
)
NEAR_PUFFS = ((180, 395, 46), (472, 372, 50), (150, 150, 36), (470, 140, 34))  # x, y, size


class _Comic:
    """Two sheets: the colours to be screened, and the black key drawing."""

    def __init__(self, rng: Generator, ground: Floats) -> None:
        self.rng = rng
        self.colour = to_picture(ground)
        self.key = Image.new("L", self.colour.size, 0)
        self._draw_colour, self._draw_key = ImageDraw.Draw(self.colour), ImageDraw.Draw(self.key)

    def shape(self, outline: Floats, colour: Floats, line: float) -> None:
        points = dots(outline, SCALE)
        self._draw_colour.polygon(points, fill=rgb(colour))
        self._draw_key.polygon(points, fill=0)
        self._draw_key.line([*points, *points[:2]], fill=255, width=round(line * SCALE), joint="curve")

    def star(self, inner: float, outer: float, colour: Floats, line: float) -> None:
        """Draws a jagged star of fifteen points."""
        reach = np.where(np.arange(30) % 2, inner, outer) * self.rng.uniform(0.84, 1.16, 30)
        points = reach[:, None] * heading(0.1 + np.linspace(0, 2 * np.pi, 30, endpoint=False))
        self.shape(MIDDLE + points * (1.18, 1.0), colour, line)

    def puff(self, x: float, y: float, size: float) -> None:
        """Draws a cloud of smoke: round lobes with a shared outline, shadows and a few curls."""
        places = np.array([x, y]) + size * heading(np.linspace(0, 2 * np.pi, 9)[:-1]) * (0.84, 0.5)
        lobes = [(*place, size * self.rng.uniform(0.36, 0.55)) for place in places]
        layers = (
            (2.4, SMOKE[2], 255),
            (0.0, SMOKE[2], 0),
            (-0.09 * size, SMOKE[1], 0),
            (-0.2 * size, SMOKE[0], 0),
        )
        for grow, tone, ink in layers:
            up = min(0.65 * grow, 0.0)  # the light comes from above
            for cx, cy, radius in (*lobes, (x, y, size * 0.7)):
                box = around(cx, cy + up, radius + grow, SCALE)
                self._draw_key.ellipse(box, fill=ink)
                self._draw_colour.ellipse(box, fill=rgb(tone))
        for cx, cy, radius in lobes:
            start = self.rng.uniform(0, 360)
            end = start + self.rng.uniform(60, 130)
            self._draw_key.arc(around(cx, cy, 0.6 * radius, SCALE), start, end, fill=255, width=round(2.2 * SCALE))

    def speed_lines(self) -> None:
        for angle in (np.arange(44) + 0.25) / 44 * 2 * np.pi:
            ahead = heading(angle)
            side, far = 4.5 * np.array([-ahead[1], ahead[0]]), MIDDLE + 560 * ahead
            near = MIDDLE + self.rng.uniform(215, 300) * ahead
            self.shape(np.array([near, far + side, far - side]), KEY, 1)

    def splinters(self) -> None:
        for _ in range(46):
            spot = MIDDLE + self.rng.uniform(150, 330) * heading(self.rng.uniform(0, 2 * np.pi)) * (1.15, 1.0)
            corners = heading(np.linspace(0, 2 * np.pi, 6)[:-1] + self.rng.uniform(0, 6))
            size = self.rng.uniform(3, 10) * self.rng.uniform(0.4, 1.3, (5, 1))
            self.shape(spot + size * corners, FLAME[self.rng.integers(0, 4)], 2)


def _rays() -> Floats:
    """The ground: rays of two blues from the middle."""
    x, y = grid(WIDTH * SCALE, HEIGHT * SCALE)
    right, down = x / SCALE - MIDDLE[0], y / SCALE - MIDDLE[1]
    far = np.hypot(right, down) / 400
    number = np.floor((np.arctan2(down, right) / (2 * np.pi) + 0.5) * 44 + 0.25)
    return np.where(number[..., None] % 2 > 0, ramp(RAYS, 0.25 * far), ramp(RAYS[::-1], 0.5 * far - 0.1))


def _screened(tone: Floats, angle: float, shift: Floats) -> Floats:
    """Turns a tone in [0, 1] into dots on a turned lattice; the ink they hold is the tone."""
    height, width = tone.shape
    x, y = grid(width, height)
    cos, sin = np.cos(np.deg2rad(angle)), np.sin(np.deg2rad(angle))
    along, across = (x + shift[0]) * cos + (y + shift[1]) * sin, (y + shift[1]) * cos - (x + shift[0]) * sin
    turns = 2 * np.pi / (SCREEN * SCALE)
    hills = 0.5 + 0.25 * (np.cos(along * turns) + np.cos(across * turns))
    heights = np.sort(hills[:400, :400].ravel())
    threshold = heights[((1 - tone) * (heights.size - 1)).astype(int)]
    return smoothstep(-0.05, 0.05, hills - threshold)


def draw(rng: Generator) -> Picture:
    """Draws the burst and its smoke, then prints it dot by dot, each ink a little out of place."""
    comic = _Comic(rng, _rays())
    comic.speed_lines()
    for puff in FAR_PUFFS:
        comic.puff(*puff)
    for inner, outer, line, flame in STARS:
        comic.star(inner, outer, FLAME[flame], line)
    for puff in NEAR_PUFFS:
        comic.puff(*puff)
    comic.splinters()
    size = comic.colour.size
    colour = to_floats(comic.colour)
    image = SHEET * np.ones_like(colour)
    for channel, (ink, angle) in enumerate(zip((CYAN, MAGENTA, YELLOW), ANGLES, strict=True)):
        tone = 0.015 + 0.97 * np.clip(1.0 - blur(colour[..., channel], 5.0), 0, 1) ** 1.1
        cover = _screened(tone, angle, rng.normal(0, 2.5, 2)) * (0.93 + 0.05 * noise(rng, *size, 8, 2))
        image = image * mix(np.ones_like(image), ink, cover)
    ragged = blur(to_floats(comic.key), 1.5) + 0.06 * noise(rng, *size, 10, 2)
    image = mix(image, KEY, 0.96 * smoothstep(0.4, 0.6, ragged))
    return finished(image * (1.0 + 0.03 * paper(rng, *size)[..., None]) + 0.02)
