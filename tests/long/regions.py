"""Regions and mixes on the samples: losses against single runs, the time of five styles, and the border at 3 ×.

    python -m tests.long.regions FOLDER

Prints the figures of docs/regions.md and leaves the pictures in FOLDER.
"""

import argparse
import statistics
import time
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from stylecore.config import TransferConfig
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.imaging.tensors import to_image
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare
from stylecore.transfer.styling import Style, Styling, regions_of
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16

TRIPLES = (("Chelsea", "Swirling night", "Stone mosaic"), ("Astronaut", "Woodblock wave", "Stained glass"))
EDGE = 8  # pixels over which one region goes over into the other
STRIP = 24  # pixels on each side of the border
ROUNDS = 15


def tensors(content, styles, config):
    """The content, (1, 3, H, W), and the styles, (1, 3, h, w) each."""
    photograph = decode(read(sample_contents()[content]))
    pairs = [prepare(photograph, decode(read(sample_styles()[style])), config) for style in styles]
    return pairs[0][0], [style for _, style in pairs]


def halves(content):
    """A mask that is white at the left with a soft edge, and its inverse."""
    width = content.shape[3]
    left = ((width / 2 - torch.arange(width) - 0.5) / EDGE + 0.5).clamp(0, 1)
    left = left.expand(1, 1, *content.shape[2:]).contiguous()
    return left, 1 - left


def painted(styles, places, leave=None):
    return Styling(
        styles=tuple(map(Style, styles)),
        weights=(1.0,) * len(styles),
        regions=regions_of(places, leave),
        leave=leave,
    )


def last_picture(vgg, content, styling, config):
    *_, step = stylize(vgg, content, styling, config)
    return step.images


def losses(vgg, config, folder):
    """The style loss of each region, with both styles and with one alone on the same region; and the border."""
    for content_name, *style_names in TRIPLES:
        content, styles = tensors(content_name, style_names, config)
        masks = halves(content)
        together = last_picture(vgg, content, painted(styles, [((0,), masks[0]), ((1,), masks[1])]), config)
        everywhere = [last_picture(vgg, content, painted([style], [((0,), None)]), config) for style in styles]
        print(f"\n{content_name}: {' | '.join(style_names)}, {tuple(content.shape[2:])}, {config.steps} steps")
        with torch.no_grad():
            for number, name in enumerate(style_names):
                style, mask = styles[number], masks[number]
                alone = last_picture(vgg, content, painted([style], [((0,), None)], 1 - mask), config)
                judge = Objective(vgg, content, painted([style], [((0,), mask)]), config)
                found, single, whole = (judge(image).style.item() for image in (together, alone, everywhere[number]))
                print(
                    f"  {name}: L_style {found:.4f} with both, {single:.4f} with the rest left alone "
                    f"({found / single - 1:+.1%}), {whole:.4f} painted everywhere ({found / whole - 1:+.1%})"
                )
        border(content_name, together, everywhere, folder)


def border(name, together, everywhere, folder):
    """Saves the strip around the border at 3 ×, beside those of the single runs, and says how far it is from them."""
    middle = together.shape[3] // 2
    strip = slice(middle - STRIP, middle + STRIP)
    rows = [to_image(image[0, :, :, strip]) for image in (together, *everywhere)]
    size = (3 * 2 * STRIP, 3 * together.shape[2])
    sheet = Image.new("RGB", (3 * size[0] + 20, size[1]), "white")
    for place, row in enumerate(rows):
        sheet.paste(row.resize(size, Image.Resampling.NEAREST), (place * (size[0] + 10), 0))
    folder.mkdir(parents=True, exist_ok=True)
    sheet.save(folder / f"{name}-border.png")
    to_image(together[0]).save(folder / f"{name}.png")
    left, right = (255 * (together - image).abs().mean((0, 1, 2)) for image in everywhere)
    distance = np.where(np.arange(together.shape[3]) < middle, left, right)
    far = np.r_[0 : middle - 2 * STRIP, middle + 2 * STRIP : together.shape[3]]
    single = 255 * (everywhere[0] - everywhere[1]).abs().mean().item()
    light = together.mean((0, 1, 2))
    print(
        f"  mean difference from the single run of its side: {distance[strip].mean():.1f} of 255 in the strip of "
        f"{2 * STRIP} pixels, {distance[far].mean():.1f} beyond twice of it; of the two single runs: {single:.1f}"
    )
    inner, outer = light[middle - 4 : middle + 4].mean().item(), light[strip].mean().item()
    print(f"  mean brightness of the 8 columns at the border {255 * inner:.1f}, of the strip {255 * outer:.1f}")
    local = together[..., strip]
    detail = (local[..., 1:] - local[..., :-1]).abs().mean((0, 1, 2))
    print(
        f"  mean step between neighbours: {255 * detail[STRIP - 5 : STRIP + 4].mean().item():.1f} at the border, "
        f"{255 * detail.mean().item():.1f} in the strip"
    )


def five_styles(vgg, config):
    """The time of a gradient with five styles against one, taken in turns, and of two regions."""
    names = list(sample_styles())[:5]
    content, styles = tensors("Chelsea", names, config)
    masks = halves(content)
    objectives = {
        "one style": Objective(vgg, content, styles[0], config),
        "five styles": Objective(vgg, content, painted(styles, [(tuple(range(5)), None)]), config),
        "two regions": Objective(vgg, content, painted(styles[:2], [((0,), masks[0]), ((1,), None)]), config),
        "half left alone": Objective(vgg, content, painted(styles[:1], [((0,), None)], masks[1]), config),
    }
    lambdas = torch.tensor([0.2])
    seconds = {name: [] for name in objectives}
    for _ in range(ROUNDS):
        for name, objective in objectives.items():
            began = time.perf_counter()
            objective.gradient(content, lambdas)
            seconds[name].append(time.perf_counter() - began)
    print("\nTime of a gradient against one style, medians of ratios taken in turns:")
    for name in objectives:
        ratio = statistics.median(b / a for a, b in zip(seconds["one style"], seconds[name], strict=True))
        print(f"  {name}: {ratio:.3f} ({statistics.median(seconds[name]):.3f} s)")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--steps", type=int, default=60)
    options = parser.parse_args()
    vgg = load_vgg16("bundled", "cpu")
    config = TransferConfig(size=options.size, steps=options.steps, precision="float32")
    five_styles(vgg, config)
    losses(vgg, config, options.folder)


if __name__ == "__main__":
    main()
