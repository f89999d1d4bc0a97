"""What several workers bring on one machine: one process that has all cores, against several that share them.

    python -m tests.long.workers --workers 2 --size 256 --steps 20 [--rounds 3] [--ray]

In each round both ways compute the same runs of two visitors, one way after the other; the ratio is that of one round.
"""

import argparse
import os
import statistics
import time

from stylecore.config import TransferConfig
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.limits import Limits
from stylecore.engine.workplaces import make_runners
from stylecore.imaging.inputs import pair
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.vgg import load_vgg16

OWNERS = ("ann", "bob")
LIMITS = Limits(max_size=1024, max_steps=10_000, max_waiting=20, kept_mb=200, state_mb=2000)


def engine_of(workers, ray):
    environment = {"STYLECORE_WORKERS": str(workers), **({"STYLECORE_RAY": "local"} if ray else {})}
    runners = make_runners("cpu", lambda name, device: load_vgg16(name, device), environment)
    return Engine("cpu", lambda name, device: load_vgg16(name, device), LIMITS, runners=runners, abandoned_after=1e6)


def seconds(engine, size, steps, files):
    """Of computing one run for each visitor."""
    config = TransferConfig(size=size, steps=steps, coarse_to_fine="off")
    began = time.monotonic()
    jobs = [engine.submit(owner, Request(inputs=pair(*files), config=config)) for owner in OWNERS]
    while any(job.active for job in jobs):
        time.sleep(0.01)
    assert all(job.snapshot.status == "finished" for job in jobs), [job.snapshot.error for job in jobs]
    return time.monotonic() - began


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--ray", action="store_true", help="actors of Ray instead of processes of our own")
    options = parser.parse_args()
    files = sample_contents()["Chelsea"].read_bytes(), sample_styles()["Swirling night"].read_bytes()
    one, several = engine_of(1, False), engine_of(options.workers, options.ray)
    for engine in (one, several):  # they load the network, and measure their precision
        seconds(engine, options.size, 1, files)
    ratios = []
    for number in range(options.rounds):
        alone, shared = (seconds(engine, options.size, options.steps, files) for engine in (one, several))
        ratios.append(alone / shared)
        print(f"round {number + 1}: one worker {alone:.1f} s, {options.workers} workers {shared:.1f} s", flush=True)
    middle = statistics.median(ratios)
    print(f"{options.workers} workers paint {middle:.2f} times as much as one, on {os.cpu_count()} cores")
    for engine in (one, several):
        engine.close()


if __name__ == "__main__":
    main()
