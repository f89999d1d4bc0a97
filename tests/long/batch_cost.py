"""What a batch costs beside its passes, and what several workers bring.

    python -m tests.long.batch_cost passes --pictures 20 --size 192 --steps 10 --rounds 3
    python -m tests.long.batch_cost workers --pictures 20 --size 192 --steps 10 --rounds 3

`passes` paints so many pictures by `batch`, its report included, and by bare `stylize` of pictures that have been read,
in turns in one process that has started up. `workers` runs the whole command with two workers of one thread each and
with one of two, in turns. Seconds by the clock and of the processors; on a machine with other work the latter count.
"""

import argparse
import contextlib
import io
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import torch

from stylecore.cli.parser import main as command_line
from stylecore.config import TransferConfig
from stylecore.imaging.images import decode
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.preparation import prepare
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16

STYLE = sample_styles()["Swirling night"]


def photographs(folder, count, size):
    """Crops of the samples, as JPEG."""
    folder.mkdir()
    samples = [decode(path.read_bytes()) for path in sample_contents().values()]
    for number in range(count):
        sample = samples[number % len(samples)]
        left = 4 * number
        sample.crop((left, 0, left + size, size * 2 // 3)).save(folder / f"{number:02}.jpg", quality=92)


def command(folder, out, options, *more):
    settings = ["--size", str(options.size), "--steps", str(options.steps), "--precision", "float32", "--device", "cpu"]
    return ["batch", str(folder / "photos"), "--style", str(STYLE), "-o", str(folder / out), *settings, *more]


def timed(work):
    """Seconds by the clock, and of the processors, children included."""
    began, used = time.perf_counter(), _used()
    work()
    return time.perf_counter() - began, _used() - used


def _used():
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in both)


def passes(folder, options):
    """The pair of works that `passes` compares."""
    torch.set_num_threads(1)
    vgg, config = load_vgg16(), TransferConfig(size=options.size, steps=options.steps, precision="float32")
    style = decode(STYLE.read_bytes())
    pairs = [prepare(decode(path.read_bytes()), style, config) for path in sorted((folder / "photos").iterdir())]

    def by_batch(out):
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert command_line(command(folder, out, options)) == 0

    def bare(_out):
        for pair in pairs:
            for _ in stylize(vgg, *pair, config):
                pass

    return by_batch, bare


def workers(folder, options):
    """The pair of works that `workers` compares."""

    def run(out, count):
        subprocess.run(
            [sys.executable, "-m", "stylecore", *command(folder, out, options, "--workers", str(count))],
            env={**os.environ, "OMP_NUM_THREADS": "2"},
            capture_output=True,
            check=True,
        )

    return (lambda out: run(out, 2)), (lambda out: run(out, 1))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=("passes", "workers"))
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--size", type=int, default=192)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        photographs(folder / "photos", options.pictures, options.size)
        pair = {"passes": passes, "workers": workers}[options.what](folder, options)
        ratios = []
        for number in range(options.rounds):
            a, b = (timed(partial(work, f"out-{number}-{side}")) for side, work in enumerate(pair))
            ratios.append((a[0] / b[0], a[1] / b[1]))
            print(f"clock {a[0]:.1f} / {b[0]:.1f} s, processors {a[1]:.1f} / {b[1]:.1f} s", flush=True)
        clock, processors = (statistics.median(column) for column in zip(*ratios, strict=True))
        print(f"medians of the ratios: clock {clock:.3f}, processors {processors:.3f}")


if __name__ == "__main__":
    main()
