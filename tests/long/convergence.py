"""How many passes the optimizer saves by steps that see all scales, on every photograph and style of the samples.

    python -m tests.long.convergence --size 256 --passes 60 [--every 4] [--lambda 0.2] [--json FILE]

For each pair the ordinary method (`lbfgs_scales=0`) makes so many passes; then the default counts those that it needs
until its loss is as low. Both in the precision that the machine computes fastest in, at full size alone. With --json
the figures are kept in a file, and a run that was cut off goes on from there.
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
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16
from tests.support.sample_pairs import sample_pairs

BEYOND = 1.2  # times the ordinary method's passes, after which a pair counts as not reached


def losses(vgg, pair, config, goal=-math.inf):
    """L before each update and after the last, up to the first that is no higher than the goal."""
    found = []
    for step in stylize(vgg, *pair, config):
        found.append(step.losses.total[0])
        if found[-1] <= goal:
            break
    return found


def compare(vgg, content, style, config):
    """The ordinary method's loss at its end, and the passes that the default needs to reach it; None if too many."""
    pair = prepare(decode(read(content)), decode(read(style)), config)
    goal = losses(vgg, pair, dataclasses.replace(config, lbfgs_scales=0))[-1]
    found = losses(vgg, pair, dataclasses.replace(config, steps=round(BEYOND * config.steps)), goal)
    return {"loss": goal, "passes": len(found) - 1 if found[-1] <= goal else None}


def report(figures, passes):
    """The geometric mean and the worst pair; a pair that was not reached counts as the limit that it exceeded."""
    counts = [found["passes"] or round(BEYOND * passes) + 1 for found in figures.values()]
    mean = math.exp(sum(math.log(max(1, count)) for count in counts) / len(counts))
    missed = sum(found["passes"] is None for found in figures.values())
    return (
        f"{len(counts)} pairs: {mean:.1f} passes in the geometric mean instead of {passes}, "
        f"from {min(counts)} to {max(counts)}; {missed} not reached"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--passes", type=int, default=60)
    parser.add_argument("--every", type=int, default=1, help="take every so many of the 52 pairs")
    parser.add_argument("--lambda", dest="lam", type=float, default=0.2)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    config = TransferConfig(size=options.size, steps=options.passes, lambdas=(options.lam,), coarse_to_fine="off")
    figures = json.loads(options.json.read_text()) if options.json and options.json.exists() else {}
    vgg = load_vgg16("bundled", "cpu")
    for name, paths in sample_pairs(options.every).items():
        if name not in figures:
            figures[name] = compare(vgg, *paths, config)
            if options.json:
                options.json.write_text(json.dumps(figures, indent=1))
        print(f"{name}: {figures[name]['passes']} passes to {figures[name]['loss']:.4f}", flush=True)
    print(report(figures, options.passes))


if __name__ == "__main__":
    main()
