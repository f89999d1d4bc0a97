"""Memory and time of `transfer` at growing sizes, and what a step in tiles costs against a whole one.

    python -m tests.long.sizes --sizes 512 1024 2048 --within 0 1600 2200 [--steps 3]

Each size is a process of its own, told to stay within so many megabytes (0: whatever the machine has). Its peak is what
the kernel counted (VmHWM); a run with usual settings is estimated from the steps that were timed. Afterwards a step in
tiles of 640 pixels, 512 of them their own, is compared with a whole step of 512, per pixel and in turns.
"""

import argparse
import dataclasses
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch

from stylecore.cli.bench import _TRANSFER, pair
from stylecore.config import TransferConfig
from stylecore.engine.cost import cost_of
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.devices import describe_device
from stylecore.transfer.objective import Objective
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.preparation import prepare
from stylecore.transfer.vgg import load_vgg16

ROUNDS = 5
INNER, TILE = 512, 640  # pixels


def pictures():
    """A pair of the samples."""
    return sample_contents()["Chelsea"], sample_styles()["Swirling night"]


def transfer(size, steps, within):
    """Seconds and peak, in MB, of a process that paints a pair of samples."""
    environment = {**os.environ, **({"STYLECORE_MEMORY_MB": str(within)} if within else {})}
    paths = list(map(str, pictures()))
    with tempfile.TemporaryDirectory() as folder:
        options = ["-o", str(Path(folder, "out.png")), "--size", str(size), "--steps", str(steps)]
        command = [sys.executable, "-c", _TRANSFER, "transfer", *paths, *options, "--coarse-to-fine", "off"]
        began = time.perf_counter()
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    tiles = re.search(r"tiles of (\d+)", done.stderr)
    return time.perf_counter() - began, int(done.stdout.split()[-1]) * 1024 / 1e6, tiles[1] if tiles else "whole"


def estimate(size, steps, tiles):
    """Megabytes that the engine expects a run to take."""
    sizes = [[decode(read(path)).size] for path in pictures()]
    config = TransferConfig(size=size, steps=steps, coarse_to_fine="off")
    return cost_of(*sizes, config, tile=None if tiles == "whole" else int(tiles)).memory / 1e6


def tiled_against_whole():
    """Medians of the time per pixel of a gradient in tiles over that of a whole one, taken in turns."""
    vgg = load_vgg16("bundled", "cpu")
    precision = choose_precision("auto", vgg, INNER, INNER)
    gradients = {}
    for name, size, tile in (("whole", INNER, None), ("tiled", 2 * INNER, TILE)):
        config = TransferConfig(size=size, precision=precision)
        content, style = (picture.resize((size, size)) for picture in pair())
        content, style = prepare(content, style, config)
        objective = Objective(vgg, content, style, dataclasses.replace(config), tile)
        gradients[name] = (objective, content)
    lambdas, ratios = torch.tensor([0.2]), []
    for turn in range(ROUNDS + 1):
        seconds = {}
        for name, (objective, content) in gradients.items():
            began = time.perf_counter()
            objective.gradient(content, lambdas)
            seconds[name] = (time.perf_counter() - began) / content[0, 0].numel()
        if turn:  # the first one warms up
            ratios.append(seconds["tiled"] / seconds["whole"])
    return statistics.median(ratios)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[512, 1024, 2048])
    parser.add_argument("--within", type=int, nargs="+", default=[0, 1600, 2200], help="megabytes, one for each size")
    parser.add_argument("--steps", type=int, default=3)
    options = parser.parse_args()
    print(describe_device("cpu"))
    _, nothing, _ = transfer(64, 0, 0)
    print(f"a process that paints nothing: {nothing:.0f} MB at its peak")
    print("| size | within, MB | in tiles of | peak, MB | above: estimated, measured | s a step | s of 120 steps |")
    print("|---|---|---|---|---|---|---|")
    for size, within in zip(options.sizes, options.within, strict=True):
        first, _, _ = transfer(size, 1, within)
        seconds, peak, tiles = transfer(size, 1 + options.steps, within)
        step = (seconds - first) / options.steps
        row = [
            size,
            within or "–",
            tiles,
            f"{peak:.0f}",
            f"{estimate(size, options.steps, tiles):.0f}, {peak - nothing:.0f}",
        ]
        print("|", " | ".join(map(str, [*row, f"{step:.2f}", f"{first + 119 * step:.0f}"])), "|", flush=True)
    print(f"a step in tiles of {TILE}, per pixel, against a whole one at {INNER}: {tiled_against_whole():.2f} ×")


if __name__ == "__main__":
    main()
