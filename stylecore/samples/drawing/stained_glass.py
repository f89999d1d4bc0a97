"""A window of coloured glass in lead: the sun above hills, a river and poppies."""

import numpy as np
from numpy.random import Generator
from PIL import Image

from stylecore.samples.drawing.tools.colour import mix, palette, ramp
from stylecore.samples.drawing.tools.fields import Floats, Mask, blur, grid, look_up, noise, smoothstep
from stylecore.samples.drawing.tools.surface import finished, lit

SCALE = 2
WIDTH, HEIGHT = 512 * SCALE, 640 * SCALE
SUN = (512.0, 430.0)
SKY = palette("fff0a0", "ffd23f", "ff9a2e", "f2602f", "d1346a", "8a2d8f", "3f2f9f", "1f2f8a", "152566")
SUNLIGHT = palette("fffbe0", "ffe36b", "ffc02e")
RIDGES = (  # level, swell, length, phase, width of a pane, colours
    (700, 55, 150, 0.4, 105, palette("2f6f8f", "3f8fa0", "2a5f9a")),
    (770, 60, 190, 2.6, 120, palette("1f7a5a", "3fa05f", "15604f")),
    (850, 40, 170, 5.0, 130, palette("6fae2f", "2f8a3a", "a8c83a")),
)
RIVER = palette("8fe0f0", "3fb8e0", "1f86cf", "d8f6f0", "2a62c0")
MEADOW = palette("1f5a2a", "2f7a2f", "17503a", "4f9a35", "0f4030")
PETALS = palette("e01f26", "c01030", "f2452a", "a00a28", "ff6a3a")
HEART, STAMENS = palette("371540", "f6c62f")
BORDER = palette("7a1230", "1f2f7a", "a01a2a", "16406a")
POPPIES = ((235, 985, 150), (790, 1000, 160), (520, 1115, 118))  # x, y, reach
LEAD = palette("161417")[0]
SOFTNESS = 3.4  # of the seams, in pixels; distances to them are known up to about four times this


class _Window:
    """Numbers and colours of the panes, laid over each other from back to front."""

    def __init__(self, rng: Generator) -> None:
        self.rng = rng
        x, y = grid(WIDTH, HEIGHT)
        self.x = x + 6 * noise(rng, WIDTH, HEIGHT, 140, 2)  # the hand that cut the glass trembled
        self.y = y + 6 * noise(rng, WIDTH, HEIGHT, 140, 2)
        self.number = np.zeros(x.shape)
        self.colour = np.zeros((*x.shape, 3))

    def lay(self, where: Mask, piece: Floats, colour: Floats) -> None:
        """Cuts the glass at `where` into panes wherever `piece` changes."""
        self.number[where] = self.number.max() + 1 + (piece - piece.min())[where]
        self.colour[where] = np.broadcast_to(colour, self.colour.shape)[where]

    def any_of(self, colours: Floats, piece: Floats) -> Floats:
        """Gives every pane one of the colours by chance."""
        names, index = np.unique(piece, return_inverse=True)
        chosen: Floats = colours[self.rng.integers(0, len(colours), len(names))][index.reshape(piece.shape)]
        return chosen

    def polar(self, cx: float, cy: float, squash: float = 1.0) -> tuple[Floats, Floats]:
        """Distance from a point, and the way around it, from 0 to 1."""
        right, down = self.x - cx, (self.y - cy) * squash
        return np.hypot(right, down), np.arctan2(down, right) / (2 * np.pi) + 0.5

    def sky(self) -> None:
        radius, turn = self.polar(*SUN)
        ring = np.floor(np.maximum(radius - 135, 0) ** 0.9 / 40)
        rays = np.where(ring < 2, 16, np.where(ring < 5, 32, 48))
        piece = ring * 100 + np.floor(turn * rays + 0.5 * (ring % 2))
        shade = (ring + 0.4) / 7.4 + 0.05 * self.any_of(self.rng.normal(0, 1, 60), piece)
        self.lay(radius > 0, piece, ramp(SKY, shade))
        beam = np.where(radius < 58, -1, np.floor(turn * 12))
        self.lay(radius < 135, beam, SUNLIGHT[np.where(beam < 0, 0, 1 + beam % 2).astype(int)])

    def land(self) -> None:
        x, y = self.x, self.y
        for level, swell, length, phase, wide, colours in RIDGES:
            below = y - level - swell * np.sin(x / length + phase)
            row = np.floor(below / 62)
            piece = row * 50 + np.floor((x + 0.6 * below + 40 * row) / wide)
            self.lay(below > 0, piece, self.any_of(colours, piece))
        side = (x - 540 - 150 * np.sin((y - 690) / 95)) / (22 + (y - 690) * 0.28)
        piece = np.floor((y + 22 * np.cos(side * 1.6)) / 48) * 10 + np.floor(side)
        self.lay((np.abs(side) < 1) & (y > 735), piece, self.any_of(RIVER, piece))
        blade = np.floor((x + 55 * np.sin((y - 900) / 130)) / 62)
        piece = blade + 100 * np.floor((y + 70 * (blade % 2)) / 150)
        bank = 985 + 30 * np.sin(x / 120) + 45 * np.abs(np.sin(x / 33))
        self.lay(y > bank, piece, self.any_of(MEADOW, piece))

    def poppies(self) -> None:
        for cx, cy, reach in POPPIES:
            radius, turn = self.polar(cx, cy, squash=1.15)
            rim = reach * (0.84 + 0.16 * np.abs(np.sin(turn * 6 * np.pi)))
            piece = np.floor(turn * 6) + 10 * (radius > 0.62 * rim)
            self.lay(radius < rim, piece, self.any_of(PETALS, piece))
            self.lay(radius < 0.3 * reach, np.floor(turn * 4), HEART)
            self.lay(radius < 0.14 * reach, np.zeros_like(turn), STAMENS)

    def border(self) -> None:
        x, y = self.x, self.y
        edge = np.minimum(np.minimum(x, WIDTH - x), np.minimum(y, HEIGHT - y))
        piece = np.floor(x / 92) + 100 * np.floor(y / 91)
        self.lay(edge < 52, piece, self.any_of(BORDER, piece))

    def streaks(self) -> Floats:
        """Streaks in the glass, in another direction in every pane."""
        size = 1024
        sheet = blur(noise(self.rng, size, size, 120, 4), 1.5)
        x, y = grid(WIDTH, HEIGHT)
        angle = self.any_of(self.rng.uniform(0, np.pi, 97), self.number)
        start = self.any_of(self.rng.uniform(0, size, 97), self.number)
        bend = 30 * noise(self.rng, WIDTH, HEIGHT, 160, 2)
        along = 0.3 * (x * np.cos(angle) + y * np.sin(angle))
        across = 1.6 * (y * np.cos(angle) - x * np.sin(angle) + bend)
        row, column = (np.abs((at + start) % (2 * size - 2) - (size - 1)) for at in (along, across))
        return look_up(sheet, column, row)  # folded to and fro over the sheet, so that no seam shows

    def distance_to_seam(self) -> Floats:
        """Distance of every pixel to the nearest seam between panes, right where it is short."""
        seam = np.zeros(self.number.shape)
        seam[:, 1:] += self.number[:, 1:] != self.number[:, :-1]
        seam[1:] += self.number[1:] != self.number[:-1]
        bell = blur(np.minimum(seam, 1.0), SOFTNESS) * SOFTNESS * np.sqrt(2 * np.pi)
        distance: Floats = SOFTNESS * np.sqrt(-2 * np.log(np.clip(bell, 1e-6, 1.0)))
        return distance


def draw(rng: Generator) -> Image.Image:
    """Cuts the panes, lets light through them and leads them together."""
    window = _Window(rng)
    window.sky()
    window.land()
    window.poppies()
    window.border()
    distance = window.distance_to_seam()
    lead = 1.0 - smoothstep(3.9, 5.4, distance)
    light = 1.14 - 0.5 * blur(lead, 9) - 0.3 * blur(lead, 40)
    streaks = window.streaks()
    hammered = blur(rng.standard_normal(lead.shape), 2.2)
    glass = window.colour * (light + 0.20 * streaks)[..., None] + 0.10 * np.maximum(streaks, 0)[..., None] ** 2
    glass = lit(np.clip(glass, 0, 1.1), hammered / hammered.std() + 1.2 * streaks, 0.13, gloss=0.5)
    open_glass = np.clip(glass, 0, 1) * (1 - lead)[..., None]
    glow = np.stack([blur(open_glass[..., channel], 16) for channel in range(3)], axis=-1)
    solder = noise(rng, WIDTH, HEIGHT, 14, 3)
    dome = np.sqrt(np.clip(1.0 - (distance / 5.8) ** 2, 0.0, 1.0))
    metal = lit(LEAD * (1 + 0.25 * solder[..., None]), dome + 0.05 * solder, 3.0, gloss=0.30)
    return finished(mix(glass + 0.22 * glow, metal, lead))
