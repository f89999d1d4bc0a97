"""What each description of style makes of the samples: who paints what, and how every other description judges it.

    python -m tests.long.descriptions --json FILE [--size 160] [--steps 40] [--lambda 0.2] [--every 4] [--painter gram]
    python -m tests.long.descriptions --json FILE --table
    python -m tests.long.descriptions --sheet FILE --pictures FOLDER [--pair "Chelsea, Embroidery"] [--size 224]

The first paints every so many of the 52 pairs with each description A and judges each picture by each description B.
Then it paints style pictures from themselves, unless only some shall paint: the identity test. Figures are kept in the
file, and a run that was cut off goes on from there. The second prints what is there as tables. The third paints a few
pairs; its finished pictures are kept in the folder.
"""

import argparse
import dataclasses
import io
import json
import math
import re
from pathlib import Path

import torch
from PIL import Image

from stylecore.artifacts.contact_sheet import labelled_sheet
from stylecore.config import SETTINGS, TransferConfig
from stylecore.imaging.files import read
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.tensors import to_image
from stylecore.samples import sample_styles
from stylecore.transfer.devices import describe_device
from stylecore.transfer.objective import Objective
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.preparation import prepare
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import load_vgg16
from tests.support.sample_pairs import sample_pairs

SHEET = ("Chelsea, Swirling night", "Coffee, Stone mosaic", "Astronaut, Ink hatching")  # pairs
IDENTITY_EVERY = 3  # take every so many of the 13 style pictures
QUALITY = 74  # of the sheet's JPEG
LABELS = SETTINGS["statistic"].labels


def opened(paths, config):
    return prepare(*(decode(read(path)) for path in paths), config)


def painted(vgg, pair, config):
    """The first picture of a run and its last, (1, 3, H, W)."""
    images = [step.images for step in stylize(vgg, *pair, config)]
    return images[0], images[-1]


def judge(vgg, pair, config, name):
    """Content and style loss of a picture, in float32, by one description."""
    objective = Objective(vgg, *pair, dataclasses.replace(config, statistic=name, precision="float32"))

    def losses(images):
        with torch.no_grad():
            found = objective(images)
        return found.content.item(), found.style.item()

    return losses


def cross(vgg, paths, config, painters, known):
    """By painter: the content loss of its picture, and the style loss by each description; fills what is missing."""
    pair = opened(paths, config)
    judges = {}
    for painter in painters:
        if painter not in known:
            judges = judges or {name: judge(vgg, pair, config, name) for name in DESCRIPTIONS}
            _, picture = painted(vgg, pair, dataclasses.replace(config, statistic=painter))
            found = {name: losses(picture) for name, losses in judges.items()}
            known[painter] = {"content": found[painter][0], **{name: style for name, (_, style) in found.items()}}
            yield painter


def identity(vgg, path, config, known):
    """By description: what is left of the losses that noise begins with, and how near the painting its copies are."""
    pair = opened((path, path), config)
    for name in DESCRIPTIONS:
        if name not in known:
            chosen = dataclasses.replace(config, statistic=name)
            noise, copy = painted(vgg, pair, dataclasses.replace(chosen, init="noise"))
            _, kept = painted(vgg, pair, chosen)
            begun, ended = map(judge(vgg, pair, chosen, name), (noise, copy))
            known[name] = {
                "content": ended[0] / begun[0],
                "style": ended[1] / begun[1],
                "psnr": psnr(copy, pair[0]),
                "kept_psnr": psnr(kept, pair[0]),
            }
            yield name


def psnr(image, wanted):
    """In dB, of pixels in [0, 1]; None for equal pictures."""
    error = (image - wanted).square().mean().item()
    return -10 * math.log10(error) if error else None


def measure(options):
    config = TransferConfig(size=options.size, steps=options.steps, lambdas=(options.lam,))
    vgg = load_vgg16("bundled", "cpu")
    settings = {"size": options.size, "steps": options.steps, "lambda": options.lam, "every": options.every}
    figures = json.loads(options.json.read_text()) if options.json.exists() else {}
    if figures.setdefault("settings", settings) != settings:
        raise SystemExit(
            f"{options.json} holds figures of {figures['settings']}: name another file, or those settings."
        )
    figures["machine"] = {
        "processor": describe_device("cpu"),
        "torch": torch.__version__,
        "precision": choose_precision("auto", vgg, options.size, options.size),
    }

    def keep(kind, name, work):
        known = figures.setdefault(kind, {}).setdefault(name, {})
        for done in work(known):
            options.json.write_text(json.dumps(figures, indent=1))
            print(f"{kind}, {name}: {done}", flush=True)

    for name, paths in sample_pairs(options.every).items():
        keep(
            "cross", name, lambda known, paths=paths: cross(vgg, paths, config, options.painter or DESCRIPTIONS, known)
        )
    for name, path in [] if options.painter else list(sample_styles().items())[::IDENTITY_EVERY]:
        keep("identity", name, lambda known, path=path: identity(vgg, path, config, known))


def geometric_mean(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


def tables(figures):
    """Both tables in Markdown, of the pairs and paintings that all descriptions are there for."""
    names = list(DESCRIPTIONS)
    painters = [name for name in names if any(name in found for found in figures["cross"].values())]
    whole = [found for found in figures["cross"].values() if len(found) == len(painters)]
    lines = [
        f"{figures['settings']} {figures['machine']}",
        f"{len(whole)} pairs",
        "",
        f"| painted by | content loss | {' | '.join(f'`{name}`' for name in names)} |",
        "|---" * (len(names) + 2) + "|",
    ]
    for painter in painters:
        means = [geometric_mean([found[painter][key] for found in whole]) for key in ("content", *names)]
        lines.append(f"| `{painter}` | {' | '.join(f'{mean:.3f}' for mean in means)} |")
    whole = [found for found in figures.get("identity", {}).values() if len(found) == len(names)]
    if whole:
        lines += [
            "",
            f"{len(whole)} paintings",
            "",
            "| | content left | style left | PSNR, dB | from itself |",
            "|---" * 5 + "|",
        ]
    for name in names if whole else ():
        content, style = (geometric_mean([found[name][key] for found in whole]) for key in ("content", "style"))
        mean = sum(found[name]["psnr"] for found in whole) / len(whole)
        kept = [found[name]["kept_psnr"] for found in whole]
        worst = min((value for value in kept if value is not None), default=None)
        lines.append(
            f"| `{name}` | {content:.2%} | {style:.2%} | {mean:.1f} | "
            f"{'equal' if worst is None else f'{worst:.1f} dB at the least, equal in {kept.count(None)}'} |"
        )
    return "\n".join(lines)


def sheet(options):
    """JPEG bytes of the pairs, each in two rows: its photograph, its style and one picture for each description."""
    config = TransferConfig(size=options.size, steps=options.steps, lambdas=(options.lam,))
    vgg = load_vgg16("bundled", "cpu")
    options.pictures.mkdir(parents=True, exist_ok=True)
    parts = []
    for name in options.pair or SHEET:
        pair = opened(sample_pairs()[name], config)
        content, style = (to_image(tensor[0]) for tensor in pair)
        cells = [("Photograph", encode_png(content)), ("Style", encode_png(fitted(style, content.size)))]
        for description in DESCRIPTIONS:
            chosen = dataclasses.replace(config, statistic=description)
            settings = f"{name} {description} {options.size} {options.steps} {options.lam:g}"
            file = options.pictures / f"{re.sub(r'[^a-z0-9.+]+', '-', settings.lower())}.png"
            if not file.exists():
                _, picture = painted(vgg, pair, chosen)
                file.write_bytes(encode_png(to_image(picture[0])))
                print(file, flush=True)
            cells.append((LABELS[description], file.read_bytes()))
        parts.append(labelled_sheet([("", cells[:4]), ("", cells[4:])]))
    whole = Image.new("RGB", (max(part.width for part in parts), sum(part.height for part in parts)), "white")
    for i, part in enumerate(parts):
        whole.paste(part, (0, sum(before.height for before in parts[:i])))
    buffer = io.BytesIO()
    whole.save(buffer, "JPEG", quality=QUALITY, optimize=True)
    return buffer.getvalue()


def fitted(picture, size):
    """A picture within a size, in the middle of white."""
    picture = picture.copy()
    picture.thumbnail(size)
    whole = Image.new("RGB", size, "white")
    whole.paste(picture, ((size[0] - picture.width) // 2, (size[1] - picture.height) // 2))
    return whole


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=160)
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--every", type=int, default=4, help="take every so many of the 52 pairs")
    parser.add_argument("--lambda", dest="lam", type=float, default=0.2)
    parser.add_argument("--painter", action="append", choices=list(DESCRIPTIONS), help="if not all shall paint")
    parser.add_argument("--json", type=Path, default=Path("descriptions.json"))
    parser.add_argument("--table", action="store_true", help="print what the file holds")
    parser.add_argument("--sheet", type=Path, help="JPEG file to write")
    parser.add_argument("--pictures", type=Path, default=Path("pictures"), help="folder of the sheet's pictures")
    parser.add_argument("--pair", action="append", choices=list(sample_pairs()), metavar="NAMES", help="of the sheet")
    options = parser.parse_args()
    if options.sheet:
        options.sheet.write_bytes(sheet(options))
    elif not options.table:
        measure(options)
    if options.json.exists() and not options.sheet:
        print(tables(json.loads(options.json.read_text())))


if __name__ == "__main__":
    main()
