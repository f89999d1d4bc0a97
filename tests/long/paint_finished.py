"""Paints the finished results that come with the package: the first sight of Studio, λ lab, gallery and Layers.

python -m tests.long.paint_finished [FOLDER]     # FOLDER keeps the exact pictures, so that it can go on when broken off

A quarter of an hour on one core. To be run again when the core paints other pictures: says
`tests/experiments/test_finished.py`.
"""

import io
import json
import sys
from dataclasses import asdict
from pathlib import Path

from PIL import Image

from stylecore.artifacts.recipe import CHUNK, read_recipe
from stylecore.engine.runner import Task
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.experiments.finished import LOSSES, file_name, finished_requests
from stylecore.imaging.output_formats import encode
from stylecore.samples import finished_folder
from stylecore.transfer.vgg import load_vgg16

POINTS = 40  # of a loss curve that are kept
DIGITS = 4
QUALITY = 82  # of WebP


def paint(folder):
    """Writes the exact PNGs and all losses of each run into a folder, unless they are there."""
    network = load_vgg16("bundled", "cpu")
    runner = ThreadRunner("cpu", lambda name, device: network)
    for name, request in finished_requests().items():
        done = folder / f"{name}.json"
        if done.exists():
            continue
        steps = request.config.steps
        runner.begin(name, Task(request=request, steps=steps))
        losses = [runner.step(name, None, is_frame=False).losses for _ in range(steps + 1)]
        for place, png in enumerate(runner.pictures(name, steps, ()).results):
            (folder / f"{name}-{place}.png").write_bytes(png)
        runner.release(name)
        done.write_text(json.dumps([asdict(record) for record in losses]))
        print(name, flush=True)


def pack(folder):
    """Writes the package's files from those of `paint`: small pictures with their recipes, and thinned losses."""
    losses = {}
    for name, request in finished_requests().items():
        for place in range(len(request.config.lambdas)):
            png = (folder / f"{name}-{place}.png").read_bytes()
            with Image.open(io.BytesIO(png)) as image:
                lossless = encode(image.convert("RGB"), "webp", CHUNK, read_recipe(png).to_json())
            target = finished_folder() / file_name(name, place)
            with Image.open(io.BytesIO(lossless)) as image:
                image.save(target, "WEBP", quality=QUALITY, method=6, exif=image.info["exif"])
        losses[name] = [_rounded(record) for record in _thinned(json.loads((folder / f"{name}.json").read_text()))]
    (finished_folder() / LOSSES).write_text(json.dumps(losses, separators=(",", ":")))
    print(sum(file.stat().st_size for file in finished_folder().iterdir()), "bytes")


def _thinned(records):
    """At most `POINTS` records, closer together early, where more happens; the first and the last are among them."""
    last = len(records) - 1
    return [records[place] for place in sorted({round(last * (i / (POINTS - 1)) ** 2) for i in range(POINTS)})]


def _rounded(value):
    if isinstance(value, dict):
        return {name: _rounded(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(inner) for inner in value]
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


if __name__ == "__main__":
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "finished-exact")
    folder.mkdir(parents=True, exist_ok=True)
    paint(folder)
    pack(folder)
