"""A harbour at sunset in small dots of pure colour, after the Neo-Impressionists."""

import numpy as np
from numpy.random import Generator
from PIL import Image, ImageDraw
from PIL.Image import Image as Picture

from stylecore.samples.drawing.tools.colour import mix, palette, ramp, rgb, vary
from stylecore.samples.drawing.tools.fields import Floats, blur, grid, look_up, noise, smoothstep
from stylecore.samples.drawing.tools.strokes import scattered
from stylecore.samples.drawing.tools.surface import finished, lit, to_floats, to_picture

SCALE = 3
WIDTH, HEIGHT = 640, 480
HORIZON = 250.0
SUN = (400.0, 205.0)
SKY = palette("4b54a8", "7a6cc0", "b884c4", "ec94a8", "ffae7a", "ffcf70", "ffe79a")
WATER = palette("ffd27a", "f59a86", "a878b8", "5a62b4", "2f4f9c", "1f3f7f")
HILLS = palette("6a5fb0", "8a6ab0")
SAILS = palette("ff9a5a", "fff0c8", "e8604a")
MIRRORED, HULL, SHORE, PRIMER, GLARE = palette("ac7e87", "2a2a66", "3a7a5a", "d8c2b0", "fffbe0")
CROWN = palette("2a6a6a", "3a8a5a", "2a4f8a", "5a9a4a")
BOATS = (  # x, y, size
    (222, 352, 1.35),
    (318, 286, 0.6),
    (520, 310, 0.95),
    (590, 272, 0.42),
    (140, 270, 0.36),
)
TREES = ((40, 18), (86, -10))  # foot of the trunk, lean
PIGMENTS = palette(
    "fff6d0",
    "ffe14a",
    "ffb52e",
    "ff8438",
    "f2553f",
    "d93a6a",
    "f58fb0",
    "b04fae",
    "7a48b8",
    "4a3fa8",
    "2a2f8c",
    "1f55b8",
    "2f8ad0",
    "5fc0dc",
    "2fa89a",
    "6fc070",
    "b0d85a",
    "181f5a",
    "ffd0b8",
    "c8b8f0",
    "102048",
)
LAYERS = ((7.0, 6.2, 0.29), (6.0, 4.6, 0.23), (5.8, 3.8, 0.20))  # spacing, radius, how far colours stray


def _sky_and_water(rng: Generator) -> Floats:
    x, y = grid(WIDTH, HEIGHT)
    cloud = look_up(noise(rng, WIDTH, HEIGHT, 60, 4), x * 0.35, y)
    far = np.hypot((x - SUN[0]) * 0.62, y - SUN[1])
    sky = ramp(SKY, 1.0 - far / 330 + 0.09 * cloud)
    sky = mix(sky, GLARE, 1.0 - smoothstep(30, 36, np.hypot(x - SUN[0], y - SUN[1])))
    crest = HORIZON - 34 * np.exp(-(((x - 90) / 120) ** 2)) - 22 * np.exp(-(((x - 610) / 90) ** 2)) - 5 * np.sin(x / 30)
    sky = np.where((y > crest)[..., None], ramp(HILLS, (y - crest) / 40), sky)
    depth = (y - HORIZON) / (HEIGHT - HORIZON)
    near = np.clip(depth, 0, 1)
    ripple = np.sin(y * (0.9 - 0.5 * near) + 2.4 * look_up(noise(rng, WIDTH, HEIGHT, 40, 3), x * 0.5, y * 2))
    glitter = np.exp(-(((x - SUN[0]) / (26 + 110 * near**1.2)) ** 2)) * (0.55 + 0.45 * ripple)
    water = ramp(WATER, 0.18 + 0.85 * depth - 0.55 * glitter + 0.12 * ripple)
    return np.where((y > HORIZON)[..., None], water, sky)


def _view(rng: Generator) -> Floats:
    """The scene in flat colours, which the dots will break up."""
    picture = to_picture(_sky_and_water(rng))
    draw = ImageDraw.Draw(picture)
    for left, foot, size in BOATS:
        for outline, colour in (
            (((-4, -8), (-2, -150), (-66, -12)), SAILS[0]),
            (((4, -8), (2, -140), (46, -14)), SAILS[1]),
            (((-30, -10), (-3, -110), (-3, -10)), SAILS[2]),
            (((-72, -8), (62, -10), (44, 14), (-52, 14)), HULL),
            (((-50, 16), (44, 16), (8, 62), (-30, 74)), MIRRORED),
        ):
            draw.polygon([(left + size * px, foot + size * py) for px, py in outline], fill=rgb(colour))
    draw.polygon([(0, 480), (0, 410), (60, 402), (120, 425), (210, 448), (300, 462), (400, 480)], fill=rgb(SHORE))
    for trunk, lean in TREES:
        draw.line([(trunk, 430), (trunk + lean, 300), (trunk + 1.6 * lean, 190)], fill=rgb(HULL), width=9)
        for _ in range(38):
            x, y = rng.normal((trunk + 1.4 * lean, 150), (30, 36))
            half = rng.uniform(10, 24)
            colour = rgb(CROWN[rng.integers(0, len(CROWN))])
            draw.ellipse((x - 1.3 * half, y - half, x + 1.3 * half, y + half), fill=colour)
    return to_floats(picture)


def _pigments(rng: Generator, wanted: Floats, stray: float) -> Floats:
    """Picks for each wanted colour a pigment by chance, the likelier the nearer it is, shape (n, 3)."""
    distance = ((wanted[:, None] - PIGMENTS[None]) ** 2).sum(axis=-1)  # (n, pigments)
    likely = rng.gumbel(size=distance.shape) - distance / stray**2
    picked: Floats = PIGMENTS[likely.argmax(axis=1)]
    return picked


def draw(rng: Generator) -> Picture:
    """Dabs three layers of dots, the last ones smallest, on a primed canvas."""
    view = _view(rng)
    colour = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE), rgb(PRIMER))
    relief = Image.new("L", colour.size, 60)
    draw_colour, draw_relief = ImageDraw.Draw(colour), ImageDraw.Draw(relief)
    for spacing, size, stray in LAYERS:
        x, y = scattered(rng, WIDTH, HEIGHT, spacing)
        dabs = vary(rng, _pigments(rng, look_up(view, x, y), stray), 0.035, 0.02)
        for px, py, dab in zip(x * SCALE, y * SCALE, dabs, strict=True):
            half = SCALE * size * rng.uniform(0.75, 1.2)
            low = half * rng.uniform(0.75, 1.0)
            box = (px - half, py - low, px + half, py + low)
            draw_colour.ellipse(box, fill=rgb(dab))
            draw_relief.ellipse(box, fill=int(rng.integers(110, 230)))
    thick = blur(to_floats(relief), 2.0) + 0.02 * noise(rng, *colour.size, 5)
    return finished(lit(to_floats(colour), thick, 2.0, gloss=0.2))
