"""How far a picture that is made large drifts from the small one, on three pairs of the samples.

    python -m tests.long.enlarging --size 128 --large 512 [--folder FOLDER]

L of the large picture is taken twice: at the small one's size, as a multiple of the small one's L, and at its own. Both
of the saved picture, in float32; brought back to the small one as `transfer --from` does it, and not.
"""

import argparse
import dataclasses
from pathlib import Path

import torch

from stylecore.config import TransferConfig
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.imaging.tensors import to_image, to_tensor
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.enlargement import levels_between, paint_levels
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16

PAIRS = (("Chelsea", "Swirling night"), ("Coffee", "Ink hatching"), ("Astronaut", "Woodblock wave"))


def judged(vgg, pair, config, picture):
    """L of a picture, scaled to the size of the settings."""
    content, style = prepare(*pair, dataclasses.replace(config, precision="float32"))
    objective = Objective(vgg, content, style, dataclasses.replace(config, precision="float32"))
    with torch.no_grad():
        losses = objective(to_tensor(picture.resize((content.shape[3], content.shape[2]))))
    return losses.total(torch.tensor(config.lambdas)).item()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--large", type=int, default=512)
    parser.add_argument("--steps", type=int, default=60, help="of the small picture")
    parser.add_argument("--folder", type=Path, help="where the pictures go")
    options = parser.parse_args()
    vgg = load_vgg16("bundled", "cpu")
    small_config = TransferConfig(size=options.size, steps=options.steps)
    large_config = dataclasses.replace(small_config, size=options.large)
    levels = levels_between(options.size, options.large)
    print(" → ".join([f"{options.size}", *(f"{level.size} ({level.steps} steps)" for level in levels)]))
    for content, style in PAIRS:
        pair = decode(read(sample_contents()[content])), decode(read(sample_styles()[style]))
        *_, step = stylize(vgg, *prepare(*pair, small_config), small_config)
        small = to_image(step.images[0])
        before = judged(vgg, pair, small_config, small)
        print(f"{content}, {style}: L = {before:.4f}", flush=True)
        for name, preview in (("brought back", small), ("left alone", None)):
            *_, step = paint_levels(vgg, *pair, small_config, levels, small, preview=preview)
            large = to_image(step.images[0])
            seen, own = judged(vgg, pair, small_config, large), judged(vgg, pair, large_config, large)
            print(f"    {name}: {seen / before:.3f} × at the small size, {own:.4f} at its own", flush=True)
            if options.folder:
                large.save(options.folder / f"{content}-{name.replace(' ', '-')}.png")


if __name__ == "__main__":
    main()
