"""Small animations for tests: a square that moves over blocks of noise."""

import io

import numpy as np
from PIL import Image

DURATIONS = (80, 90, 100, 110)


def moving_square(count=4, size=(40, 32), mode="RGB"):
    """The frames; of RGBA ones the left quarter is transparent."""
    values = np.random.default_rng(3).integers(60, 200, (size[1] // 4, size[0] // 4, 3), dtype=np.uint8)
    back = Image.fromarray(values).resize(size, Image.Resampling.NEAREST)
    frames = []
    for index in range(count):
        frame = back.copy()
        frame.paste((250, 20, 20), (12 + 5 * index, 10, 20 + 5 * index, 18))
        if mode == "RGBA":
            frame.putalpha(Image.new("L", size, 255))
            frame.paste((0, 0, 0, 0), (0, 0, size[0] // 4, size[1]))
        frames.append(frame)
    return frames


def animated(frames, kind, durations=DURATIONS, **options):
    """Bytes of an animated file, as Pillow writes it: "GIF", "PNG" or "WEBP"."""
    lossless = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        kind,
        save_all=True,
        append_images=frames[1:],
        duration=list(durations[: len(frames)]),
        **lossless,
        **options,
    )
    return buffer.getvalue()
