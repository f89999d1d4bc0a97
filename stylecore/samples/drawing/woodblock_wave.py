"""A breaking wave with claws of foam, printed from wood blocks in Prussian blue."""

import numpy as np
from numpy.random import Generator
from PIL import ImageDraw
from PIL.Image import Image

from stylecore.samples.drawing.tools.colour import palette, ramp, rgb
from stylecore.samples.drawing.tools.curves import around, dots, heading, hook, spline
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, look_up, noise
from stylecore.samples.drawing.tools.surface import finished, paper, to_floats, to_picture

SCALE = 3
WIDTH, HEIGHT = 640, 448  # all outlines below are in these pixels
BACK = ((-90, 480), (-40, 330), (12, 205), (72, 112), (150, 54), (232, 40), (305, 66), (350, 118), (362, 172))
FACE = (
    (640, 480),
    (470, 415),
    (350, 372),
    (262, 322),
    (212, 262),
    (196, 205),
    (214, 158),
    (254, 134),
    (304, 142),
    (362, 172),
)
CREST = (
    (96, 92),
    (150, 54),
    (232, 40),
    (305, 66),
    (350, 118),
    (362, 172),
    (330, 152),
    (292, 134),
    (250, 132),
)
SWELL = ((-20, 402), (60, 372), (150, 352), (240, 372), (330, 408), (430, 418), (540, 392), (660, 380))
SLOPES = ((270, 392), (335, 350), (376, 312), (398, 297), (416, 298), (442, 318), (490, 350), (590, 392))
SNOW = (
    (363, 324),
    (376, 312),
    (398, 297),
    (416, 298),
    (442, 318),
    (450, 325),
    (438, 333),
    (428, 324),
    (417, 341),
    (408, 325),
    (394, 338),
    (386, 326),
    (374, 334),
)
SUN = (505, 118, 46)  # x, y, radius
BLUES = palette(
    "10264d",
    "1d4377",
    "3f77a6",
    "16315f",
    "10264d",
    "a9c6cf",
    "16315f",
    "2a5a8c",
    "10264d",
    "e4e4d0",
)
SKY = palette("5b6a78", "a9a592", "dccfa8", "efdcae", "eec99a", "e3b183")
INK, FOAM, SHADE, MOUNTAIN, VERMILION, HAZE, DUSK = palette(
    "0b1a35",
    "f3ead2",
    "8fb2c2",
    "51708c",
    "cf5a3c",
    "f5e9c8",
    "c9b48e",
)
MIST = (  # left end, right end, height, colour
    (440, 700, 40, DUSK),
    (380, 520, 58, DUSK),
    (470, 600, 128, HAZE),
    (540, 720, 146, HAZE),
    (430, 560, 110, HAZE),
    (-60, 60, 70, DUSK),
    (-60, 30, 88, DUSK),
    (250, 330, 245, HAZE),
    (230, 300, 263, HAZE),
    (400, 470, 215, HAZE),
    (600, 700, 330, DUSK),
)


class _Print:
    """The sheet, printed colour by colour."""

    def __init__(self, rng: Generator, ground: Image) -> None:
        self.rng = rng
        self.sheet = ground
        self.draw = ImageDraw.Draw(ground)

    def line(self, path: Floats, colour: Floats, width: float) -> None:
        self.draw.line(dots(path, SCALE), fill=rgb(colour), width=round(width * SCALE))

    def fill(self, outline: Floats, colour: Floats, line: float = 0.0) -> None:
        self.draw.polygon(dots(outline, SCALE), fill=rgb(colour))
        if line:
            self.line(np.concatenate([outline, outline[:1]]), INK, line)

    def ribbons(self, start: Floats, end: Floats, number: int) -> None:
        """Fills the space between two curves with ribbons that run along them."""
        edges = np.cumsum(self.rng.gamma(2.5, 1.0, number + 1))
        edges = (edges - edges[0]) / (edges[-1] - edges[0])
        ripple = 0.004 * np.sin(np.linspace(0, 26, len(start)))[:, None]
        for i in range(number):
            near, far = (start + (end - start) * (at + ripple) for at in edges[i : i + 2])
            self.fill(np.concatenate([near, far[::-1]]), BLUES[i % len(BLUES)])
            self.line(near, INK, 0.6)

    def foam(self, fingers: list[Floats]) -> None:
        """Prints fingers of foam, (n, 3) of points and half widths, with one ink line around them all."""
        for colour, grow in ((INK, 0.85), (FOAM, 0.0)):
            for x, y, half in np.concatenate(fingers):
                self.draw.ellipse(around(x, y, half + grow, SCALE), fill=rgb(colour))
        for finger in fingers:
            if finger[0, 2] > 1.6:
                self.line(finger[2:20, :2] + 0.3, SHADE, 0.9)

    def claw(self, start: Floats, angle: float, length: float, curl: float, depth: int) -> list[Floats]:
        """Shapes a finger that bends into a hook, with smaller ones growing from it, `depth` times over."""
        path = hook(start, angle, length, curl, 30)
        half = length * 0.085 * (1 - np.linspace(0, 1, 30)) ** 0.75 + 0.45
        fingers = [np.concatenate([path, half[:, None]], axis=1)]
        for at, side in ((0.2, 1), (0.35, -1), (0.5, 1), (0.62, -1), (0.74, 1)) if depth else ():
            turn = angle + curl * at**1.5 + side * np.sign(curl) * self.rng.uniform(0.7, 1.1)
            small, bend = length * self.rng.uniform(0.42, 0.6) * (1.15 - at), self.rng.uniform(1.2, 2.0)
            fingers += self.claw(path[int(at * 29)], turn, small, bend * np.sign(curl), depth - 1)
        return fingers

    def wave(self, size: float, left: float, top: float) -> None:
        """Prints the whole wave, `size` times as large, moved to (left, top)."""
        rng = self.rng
        back, face, crest = (spline(np.array(c) * size + (left, top), 120) for c in (BACK, FACE, CREST))
        self.ribbons(back, face, 34)
        self.line(np.concatenate([back, face[::-1]]), INK, 1.6)
        ahead = np.gradient(crest, axis=0)
        outward = np.arctan2(-ahead[:, 0], ahead[:, 1])
        swell = (7 + 2.5 * np.sin(np.arange(120) * 0.9)) * np.sin(np.linspace(0.5, np.pi - 0.35, 120))
        self.foam([np.concatenate([crest, size * swell[:, None]], axis=1)])
        for at in range(0, 76, 6):  # fingers that run back down the wave
            angle = outward[at] + np.pi + rng.uniform(0.2, 0.8)
            self.foam(self.claw(crest[at], angle, size * rng.uniform(34, 58), rng.uniform(-1.0, -0.4), 1))
        for at in (*range(2, 72, 7), *range(117, 72, -7)):  # claws, thrown forward along the crest
            reach = size * rng.uniform(46, 62) * (0.45 + 0.6 * np.sin(np.pi * min(at / 107, 1.0)))
            lean = 0.8 if at < 73 else -0.25
            self.foam(self.claw(crest[at], outward[at] + lean, reach, rng.uniform(1.3, 2.1), 2))
        for _ in range(90):  # spray
            at = int(rng.integers(30, 95))
            away = size * (rng.gamma(2.2, 17) + 22) * heading(outward[at] + rng.normal(0.3, 0.4))
            self.foam([np.array([[*(crest[at] + away), size * rng.uniform(0.7, 2.3)]])])

    def distance(self) -> None:
        """Prints what lies behind the waves: the sun, bands of mist and the mountain."""
        x, y, radius = SUN
        self.draw.ellipse(around(x, y, radius, SCALE), fill=rgb(VERMILION))
        cap = 9 * heading(np.linspace(-np.pi / 2, np.pi / 2, 20))
        for left, right, level, colour in MIST:
            self.fill(np.concatenate([cap + (right, level), (left, level) - cap]), colour)
        slopes = spline(np.array(SLOPES), 80)
        self.fill(np.concatenate([slopes, [(590, HEIGHT), (270, HEIGHT)]]), MOUNTAIN, 1.0)
        self.fill(np.array(SNOW), FOAM, 0.6)


def draw(rng: Generator) -> Image:
    """Prints the distance, two waves and a swell, then lets paper and wood show their grain."""
    width, height = WIDTH * SCALE, HEIGHT * SCALE
    x, y = grid(width, height)
    sky = ramp(SKY, y / height * 1.15 + 0.02 * noise(rng, width, height, 300, 2))
    sheet = _Print(rng, to_picture(sky))
    sheet.distance()
    sheet.wave(0.5, 432, 205)
    sheet.wave(1.0, 0, 0)
    swell = spline(np.array(SWELL), 120)
    sheet.ribbons(swell, swell + (30, 130), 18)
    for at in range(8, 50, 3):
        sheet.foam(sheet.claw(swell[at], rng.uniform(-1.6, -0.6), rng.uniform(20, 36), rng.uniform(1.3, 2.2), 1))
    shake_x, shake_y = (1.6 * noise(rng, width, height, 24, 2) for _ in range(2))  # edges cut by hand
    image = look_up(to_floats(sheet.sheet), x + shake_x, y + shake_y)
    planks = blur(rng.standard_normal((height, 1)) * np.ones((1, 8)), 1.8)[:, :1]
    bent = y + 10 * noise(rng, width, height, 500)
    wood = 0.6 * look_up(planks / planks.std(), 0 * x, bent) + noise(rng, width, height, 120, 4)
    inked = 1.0 - image.mean(axis=-1)
    image = image + (0.035 * inked * wood)[..., None]
    return finished(image * (1.0 + 0.028 * paper(rng, width, height)[..., None]))
