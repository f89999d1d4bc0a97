"""How much an animation flickers where nothing moves: a small disc goes through a sample photograph, frame by frame.

    python -m tests.long.flicker --size 128 --every 11
    python -m tests.long.flicker --size 128 --every 11 --carried-alone
    python -m tests.long.flicker --size 96 --every 17 --frames 8 --pan 2

The figure is the mean absolute difference of two consecutive frames, in levels of 255, over all pixels whose content is
the same in both: as painted, rounded to 8 bits, and in the palette of a GIF. L is that of whole frames; the last frame
is painted alone as well, from its own content and with all steps, to say what the animation costs in quality.

With `--pan`, a view goes over the photograph by so many pixels a frame, so that everything moves. The figure is then
the same difference after the later frame was moved back: of the animation, and of its frames painted alone.
"""

import argparse
import dataclasses
import itertools
import math
import time

import numpy as np
import torch
from PIL import Image, ImageDraw

from stylecore.config import TransferConfig
from stylecore.imaging.animated_files import encode_animation
from stylecore.imaging.animations import frames_of, open_animation
from stylecore.imaging.images import decode
from stylecore.imaging.tensors import to_image
from stylecore.samples import sample_contents
from stylecore.transfer import frames
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare
from stylecore.transfer.styling import Styling
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16
from tests.support.sample_pairs import sample_pairs

DISC = 8  # times smaller than the photograph is wide


def scene(photograph, count, side):
    """Pictures of a photograph through which a disc of another one moves."""
    back = decode(photograph.read_bytes(), longest=side)
    other = next(path for path in sample_contents().values() if path != photograph)
    width = side // DISC
    disc = decode(other.read_bytes()).resize((width, width))
    mask = Image.new("L", disc.size)
    ImageDraw.Draw(mask).ellipse((0, 0, width - 1, width - 1), fill=255)
    for index in range(count):
        picture = back.copy()
        left = (back.width - width) * (0.1 + 0.8 * index / max(1, count - 1))
        top = (back.height - width) * (0.5 + 0.3 * math.sin(index / 3))
        picture.paste(disc, (round(left), round(top)), mask)
        yield picture


def panned(photograph, count, side, pixels):
    """Views of a photograph, each so many pixels further to the right; what both of two show is the same in both."""
    whole = decode(photograph.read_bytes())
    width = side + pixels * (count - 1)
    whole = whole.resize((width, max(1, round(whole.height * width / whole.width))))
    height = min(whole.height, side * 2 // 3)
    return [whole.crop((at, 0, at + side, height)) for at in range(0, pixels * count, pixels)]


def moved_back(pictures, pixels):
    """The mean difference of consecutive pictures, (H, W, 3) in levels of 255, the later one moved back by a pan."""
    return [
        float(np.abs(after[:, :-pixels].astype(float) - before[:, pixels:]).mean())
        for before, after in itertools.pairwise(pictures)
    ]


def painted(vgg, contents, style, config):
    """The last step of each frame."""
    pairs = ((tensor, Styling.of(image)) for tensor, image in (prepare(content, style, config) for content in contents))
    return [found.step for found in frames.stylize_frames(vgg, pairs, config) if found.step.last]


def differences(pictures, stills):
    """The mean difference of consecutive pictures, (H, W, 3) in levels of 255, where nothing moves."""
    return [
        float(np.abs(after.astype(float) - before)[still].mean())
        for (before, after), still in zip(itertools.pairwise(pictures), stills, strict=True)
    ]


def as_gif(images):
    """The same pictures after their way through a GIF."""
    data = encode_animation(lambda: iter(images), [100] * len(images), 0, "gif", "x", "{}")
    shown = frames_of(open_animation(data), max(images[0].size))
    return [np.asarray(frame.image.convert("RGB")) for frame in shown]


def measure(vgg, paths, config, count):
    """A line of the table."""
    content, style = paths
    contents, style = list(scene(content, count, config.size)), decode(style.read_bytes())
    began = time.perf_counter()
    steps = painted(vgg, contents, style, config)
    seconds = time.perf_counter() - began
    levels = [np.asarray(picture) for picture in contents]
    stills = [(a == b).all(2) for a, b in itertools.pairwise(levels)]
    exact = [255 * step.images[0].permute(1, 2, 0).numpy() for step in steps]
    images = [to_image(step.images[0]) for step in steps]
    found = [exact, list(map(np.asarray, images)), as_gif(images)]
    flicker = [differences(pictures, stills) for pictures in found]
    pair = prepare(contents[-1], style, config)
    *_, alone = stylize(vgg, *pair, config)
    judge = Objective(vgg, *pair, dataclasses.replace(config, precision="float32"))
    with torch.no_grad():
        last = judge(steps[-1].images).total(torch.tensor(config.lambdas)).item()
    shares = " | ".join(f"{np.mean(one):.2f} / {max(one):.2f}" for one in flicker)
    return f"{shares} | {steps[0].losses.total[0]:.4f} | {last:.4f} | {alone.losses.total[0]:.4f} | {seconds:.0f}"


def measure_pan(vgg, paths, config, count, pixels):
    """A line of the table of pans."""
    content, style = paths
    contents, style = panned(content, count, config.size, pixels), decode(style.read_bytes())
    assert moved_back(list(map(np.asarray, contents)), pixels) == [0.0] * (count - 1)
    steps = painted(vgg, contents, style, config)
    alone = [list(stylize(vgg, *prepare(content, style, config), config))[-1] for content in contents]
    shown = [[np.asarray(to_image(step.images[0])) for step in found] for found in (steps, alone)]
    flicker = [moved_back(pictures, pixels) for pictures in shown]
    judge = Objective(vgg, *prepare(contents[-1], style, config), dataclasses.replace(config, precision="float32"))
    with torch.no_grad():
        losses = [judge(found[-1].images).total(torch.tensor(config.lambdas)).item() for found in (steps, alone)]
    shares = " | ".join(f"{np.mean(one):.1f} / {max(one):.1f}" for one in flicker)
    return f"{shares} | {losses[0]:.4f} | {losses[1]:.4f}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=TransferConfig().steps)
    parser.add_argument("--frames", type=int, default=20)
    parser.add_argument("--every", type=int, default=11, help="which of the 52 pairs")
    parser.add_argument(
        "--carried-alone", action="store_true", help="hold nothing: what carrying the change does alone"
    )
    parser.add_argument("--pan", type=int, default=0, help="pixels by which a view moves from frame to frame")
    options = parser.parse_args()
    if options.carried_alone:
        frames.held = lambda styling, *_: styling
    vgg, config = load_vgg16(), TransferConfig(size=options.size, steps=options.steps)
    if options.pan:
        print("pair | animation, mean / most | each alone | L of the last frame | painted alone")
        for name, paths in sample_pairs(options.every).items():
            print(name, "|", measure_pan(vgg, paths, config, options.frames, options.pan), flush=True)
        return
    print("pair | painted, mean / most | 8 bits | GIF | L of the first | of the last | the last one alone | s")
    for name, paths in sample_pairs(options.every).items():
        print(name, "|", measure(vgg, paths, config, options.frames), flush=True)


if __name__ == "__main__":
    main()
