"""What a step costs beside other work, by how torch's threads wait for each other.

    python -m tests.long.neighbours [--size 256] [--steps 12] [--busy 0 1 2] [--rounds 3]

In each round, runs take turns in processes of their own: with the waiting of OpenMP's default (a thread turns in a
circle for some milliseconds) and with that of stylecore (it sleeps). Beside them, so many processes count without end.
"""

import argparse
import contextlib
import os
import statistics
import subprocess
import sys

WAYS = {"turning": {"GOMP_SPINCOUNT": "300000"}, "asleep": {}}  # the former is what libgomp takes unasked
STEP = """
import sys, time
from stylecore.config import TransferConfig
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.transfer.preparation import prepare
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16
from tests.support.sample_pairs import sample_pairs

config = TransferConfig(size=int(sys.argv[1]), steps=int(sys.argv[2]), coarse_to_fine="off")
paths = next(iter(sample_pairs(1).values()))
pair = prepare(*(decode(read(path)) for path in paths), config)
moments = [(time.perf_counter(), time.process_time()) for _ in stylize(load_vgg16("bundled", "cpu"), *pair, config)]
(first, used_before), (last, used) = moments[2], moments[-1]
print((last - first) / (len(moments) - 3), (used - used_before) / (len(moments) - 3))
"""


@contextlib.contextmanager
def neighbours(count):
    """So many processes that are always busy."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def seconds(way, size, steps):
    """Of a step, in all and of the processor."""
    code = [sys.executable, "-c", STEP, str(size), str(steps)]
    done = subprocess.run(code, env=os.environ | WAYS[way], capture_output=True, text=True, check=True)
    return tuple(map(float, done.stdout.split()))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--busy", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    print(
        "| busy neighbours | s a step, turning | asleep | of the processor, turning | asleep |\n|---|---|---|---|---|"
    )
    for count in options.busy:
        with neighbours(count):
            rounds = [[seconds(way, options.size, options.steps) for way in WAYS] for _ in range(options.rounds)]
        medians = [[statistics.median(row[way][kind] for row in rounds) for way in range(2)] for kind in range(2)]
        print(f"| {count} | " + " | ".join(f"{value:.3f}" for kind in medians for value in kind) + " |", flush=True)


if __name__ == "__main__":
    main()
