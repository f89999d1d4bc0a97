"""An abstract composition of circles, wedges and lines in scumbled paint on canvas."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import mix, palette
from stylecore.samples.drawing.tools.curves import around, dots, heading
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, noise, smoothstep
from stylecore.samples.drawing.tools.surface import finished, lit, to_floats

SCALE = 2
WIDTH, HEIGHT = 640 * SCALE, 512 * SCALE
MARGIN = 8  # pixels around a shape that its soft edge may reach
GROUND = palette("efe2c4", "e3cda0", "d9d3bd")
BLACK = palette("1a1718")[0]
RED, YELLOW, BLUE, GREEN, ORANGE, VIOLET, PINK, NAVY, SKY, LIME, CRIMSON, CREAM = PAINTS = palette(
    "d8362a",
    "f2b632",
    "1f4f8f",
    "2f8f86",
    "e8824a",
    "7a3f7f",
    "efc9b8",
    "16305a",
    "8fb8c9",
    "c9d18a",
    "a31f34",
    "f6e7b0",
)
HALOS = ((330, 330, 330, SKY), (900, 640, 320, PINK), (1050, 230, 260, YELLOW), (250, 850, 280, ORANGE))
WEDGES = (
    (((1100, 1010), (1275, 560), (1275, 1010)), LIME),
    (((10, 20), (330, 15), (20, 520)), ORANGE),
    (((560, 10), (900, 12), (760, 330)), VIOLET),
    (((15, 560), (170, 690), (15, 1000)), NAVY),
    (((60, 1000), (520, 120), (640, 1010)), GREEN),
    (((1270, 40), (640, 520), (1240, 700)), YELLOW),
    (((420, 980), (1180, 420), (860, 1010)), BLUE),
)
TARGETS = (  # x, y, radii, numbers of the paints
    (340, 330, (225, 190, 150, 108, 66, 30), (7, 2, 5, 0, 1, 11)),
    (930, 660, (165, 132, 98, 62, 28), (10, 4, 11, 3, 7)),
    (1085, 215, (118, 88, 58, 30), (0, 6, 2, 1)),
    (190, 800, (96, 70, 44, 20), (1, 0, 8, 7)),
    (640, 180, (62, 42, 22), (3, 11, 0)),
    (700, 870, (70, 48, 26), (5, 9, 10)),
    (1180, 880, (84, 60, 38, 18), (2, 8, 1, 10)),
    (560, 560, (58, 38, 18), (1, 7, 0)),
    (820, 130, (74, 54, 36, 18), (4, 3, 11, 0)),
    (440, 740, (82, 60, 40, 20), (10, 6, 2, 1)),
    (1200, 480, (60, 42, 24), (3, 1, 5)),
    (70, 210, (54, 38, 20), (9, 2, 1)),
    (400, 940, (56, 40, 22), (8, 0, 7)),
    (1010, 930, (58, 42, 24), (1, 5, 8)),
)
RULES = (  # points, width
    (((20, 640), (1260, 90)), 9),
    (((90, 60), (760, 1010)), 6),
    (((500, 1015), (1270, 330)), 10),
    (((30, 950), (560, 880)), 5),
    (((860, 20), (980, 1000)), 4),
    (((600, 30), (1265, 470)), 5),
    (((20, 480), (700, 700)), 4),
    (((640, 60), (420, 640), (720, 760)), 6),
)
ARCS = (  # x, y, radius, start and end in degrees, colour
    (340, 330, 285, 200, 320, BLACK),
    (340, 330, 305, 215, 300, RED),
    (930, 660, 215, 20, 150, BLACK),
    (930, 660, 236, 40, 120, YELLOW),
    (1085, 215, 160, 90, 220, NAVY),
    (190, 800, 140, 250, 400, BLACK),
)
SNAKES = (  # x, y, length, swing, bend, colour
    (680, 960, 320, 22, 24, BLACK),
    (40, 130, 224, 20, 20, CRIMSON),
    (1000, 480, 250, 14, 14, NAVY),
)

Points = Sequence[tuple[float, float]]


class _Painting:
    """Shapes of uneven colour, painted one over another with a dry brush."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng
        self.scumble = noise(rng, WIDTH, HEIGHT, 70, 5)
        self.ragged = noise(rng, WIDTH, HEIGHT, 9, 3)
        x, y = grid(WIDTH, HEIGHT)
        tone = smoothstep(-1.4, 1.4, noise(rng, WIDTH, HEIGHT, 420, 3))
        self.image = mix(mix(GROUND[0], GROUND[1], tone), GROUND[2], 0.6 * smoothstep(300, 1000, x + 0.4 * y))
        for cx, cy, reach, colour in HALOS:
            halo = np.exp(-((np.hypot(x - cx, y - cy) / reach) ** 2))
            self.image = mix(self.image, colour, halo * (0.8 - 0.24 * smoothstep(-0.2, 1.2, self.scumble)))
        self.relief = 0.25 * self.scumble

    def shape(self, draw_white: Callable[[ImageDraw.ImageDraw], None], colour: Floats, thin: float = 0.1) -> None:
        """Paints what `draw_white` draws on a black sheet; `thin` is how much of the ground shows through."""
        sheet = Image.new("L", (WIDTH, HEIGHT), 0)
        draw_white(ImageDraw.Draw(sheet))
        left, top, right, bottom = sheet.getbbox() or (0, 0, WIDTH, HEIGHT)
        part = slice(max(top - MARGIN, 0), bottom + MARGIN), slice(max(left - MARGIN, 0), right + MARGIN)
        scumble, ragged = self.scumble[part], self.ragged[part]
        cover = smoothstep(0.38, 0.62, blur(to_floats(sheet)[part], 1.6) + 0.06 * ragged)
        cover = cover * (1 - thin * smoothstep(-0.2, 1.2, scumble + 0.5 * ragged))
        uneven = np.roll(self.scumble, int(self.rng.integers(0, 900)), axis=1)[part]
        paint = np.clip(colour * (1 + 0.09 * uneven + 0.03 * ragged)[..., None], 0, 1)
        self.image[part] = mix(self.image[part], paint, cover)
        self.relief[part] = self.relief[part] * (1 - 0.6 * cover) + cover * (0.5 + 0.3 * ragged)

    def disc(self, x: float, y: float, radius: float, colour: Floats) -> None:
        self.shape(lambda draw: draw.ellipse(around(x, y, radius), fill=255), colour, 0.15)

    def polygon(self, points: Points, colour: Floats, thin: float) -> None:
        self.shape(lambda draw: draw.polygon(points, fill=255), colour, thin)

    def line(self, points: Points, width: int, colour: Floats) -> None:
        self.shape(lambda draw: draw.line(points, fill=255, width=width, joint="curve"), colour)

    def arc(self, x: float, y: float, radius: float, start: float, end: float, width: int, colour: Floats) -> None:
        self.shape(lambda draw: draw.arc(around(x, y, radius), start, end, fill=255, width=width), colour)

    def target(self, x: float, y: float, radii: tuple[int, ...], paints: tuple[int, ...]) -> None:
        for radius, paint in zip(radii, paints, strict=True):
            px, py = self.rng.normal((x, y), 2)
            self.disc(px, py, radius, PAINTS[paint])
        self.arc(x, y, radii[0] + 4, 0, 360, 7, BLACK)

    def chequers(self) -> None:
        corner, across, down = np.array([770.0, 330.0]), np.array([44.0, 16.0]), np.array([-14.0, 42.0])
        for i in range(7):
            for j in range(5):
                at = corner + i * across + j * down
                colour = BLACK if (i + j) % 2 else PAINTS[(3 * i + 5 * j) % 12]
                self.polygon(dots(np.stack([at, at + across, at + across + down, at + down])), colour, 0.1)

    def combs(self) -> None:
        for k in range(9):
            self.line([(520 + 17 * k, 330 - 9 * k), (610 + 17 * k, 420 - 9 * k)], 5, (NAVY, RED, BLUE)[k % 3])
            self.line([(60 + 20 * k, 560 + 5 * k), (48 + 20 * k, 640 + 5 * k)], 6, (CRIMSON, BLACK)[k % 2])

    def small_signs(self) -> None:
        rng = self.rng
        for _ in range(110):
            x, y, size = rng.uniform(20, WIDTH - 20), rng.uniform(20, HEIGHT - 20), rng.uniform(6, 19)
            colour = PAINTS[rng.integers(0, 12)] if rng.random() < 0.75 else BLACK
            if rng.random() < 0.6:
                self.disc(x, y, size, colour)
            else:
                corners = (x, y) + 1.6 * size * heading(rng.uniform(0, 6.3) + np.array([0, 2.1, 4.2]))
                self.polygon(dots(corners), colour, 0.2)


def draw(rng: Generator) -> Picture:
    """Paints from the large to the small, then gives the paint the weave of the canvas."""
    painting = _Painting(rng)
    for corners, colour in WEDGES:
        painting.polygon(corners, colour, 0.45)
    for target in TARGETS:
        painting.target(*target)
    painting.chequers()
    for points, width in RULES:
        painting.line(points, width, BLACK)
    for x, y, radius, start, end, colour in ARCS:
        painting.arc(x, y, radius, start, end, 11, colour)
    painting.combs()
    for x, y, length, swing, bend, colour in SNAKES:
        painting.line([(x + t, y + swing * np.sin(t / bend)) for t in range(0, length, 4)], 8, colour)
    painting.small_signs()
    across, down = (axis * 2 * np.pi / 7 + 0.6 * painting.ragged for axis in grid(WIDTH, HEIGHT))
    weave = np.cos(across) + np.cos(down)
    worn = np.clip(weave * 0.5 + 0.3 * painting.scumble, -1, 1)
    image = painting.image * (1 + 0.045 * worn)[..., None]
    return finished(lit(image, blur(painting.relief, 1.2) + 0.10 * weave, 0.42, gloss=0.1))
