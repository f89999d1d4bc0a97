"""What beginning coarse brings: L after the same work, with several sizes and at full size alone, on pairs of samples.

    python -m tests.long.levels --size 256 --passes 30 60 120 --levels 0 2 3 [--every 4] [--lambda 0.2] [--json FILE]

Work is counted in passes of the full size: one at half of it counts a quarter. A run through several sizes makes as
many steps as that work allows. 0 levels are what "auto" does: the first few steps at half the size. With --json the
figures are kept in a file, and a run that was cut off goes on from there.
"""

import argparse
import dataclasses
import json
import math
from pathlib import Path

from stylecore.config import TransferConfig
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.transfer.preparation import prepare
from stylecore.transfer.pyramid import size_of, stages
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16
from tests.support.sample_pairs import sample_pairs


def work(config, pair):
    """Passes of the full size that a run costs."""
    return sum(stage.scale**2 * stage.updates for stage in stages(config, *map(size_of, pair)))


def with_work(config, pair, passes):
    """The settings with as many steps as so many passes allow."""
    steps = passes
    while work(dataclasses.replace(config, steps=steps + 1), pair) <= passes:
        steps += 1
    return dataclasses.replace(config, steps=steps)


def losses(vgg, pair, config):
    """L before each update and after the last."""
    return [step.losses.total[0] for step in stylize(vgg, *pair, config)]


def compare(vgg, content, style, config, passes, levels):
    """L at full size alone after each number of passes, and L of several sizes after the same work."""
    alone = dataclasses.replace(config, coarse_to_fine="off", steps=max(passes))
    pair = prepare(decode(read(content)), decode(read(style)), config)
    found = losses(vgg, pair, alone)
    figures = {"1": {str(count): found[count] for count in passes}}
    for number in levels:
        coarse = dataclasses.replace(config, coarse_to_fine="on", levels=number)
        figures[str(number)] = {str(count): losses(vgg, pair, with_work(coarse, pair, count))[-1] for count in passes}
    return figures


def report(figures):
    """Lines of ratios to the full size alone: geometric mean, best and worst pair."""
    lines = []
    first = next(iter(figures.values()))
    for number in list(first)[1:]:
        way = f"{number} sizes" if int(number) else "first steps at half the size"
        for passes in first["1"]:
            ratios = [found[number][passes] / found["1"][passes] for found in figures.values()]
            mean = math.exp(sum(map(math.log, ratios)) / len(ratios))
            lines.append(
                f"{way}, work of {passes} passes: L is {mean:.3f} of that at full size alone in the geometric "
                f"mean of {len(ratios)} pairs, from {min(ratios):.3f} to {max(ratios):.3f}"
            )
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--passes", type=int, nargs="+", default=[30, 60, 120])
    parser.add_argument("--levels", type=int, nargs="+", default=[0, 2])
    parser.add_argument("--every", type=int, default=1, help="take every so many of the 52 pairs")
    parser.add_argument("--lambda", dest="lam", type=float, default=0.2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    config = TransferConfig(size=options.size, lambdas=(options.lam,))
    figures = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    vgg = load_vgg16("bundled", "cpu")
    for name, paths in sample_pairs(options.every).items():
        if name not in figures:
            figures[name] = compare(vgg, *paths, config, options.passes, options.levels)
            if options.json:
                options.json.write_text(json.dumps(figures, indent=1))
        print(f"{name}: {figures[name]}", flush=True)
    print(report(figures))


if __name__ == "__main__":
    main()
