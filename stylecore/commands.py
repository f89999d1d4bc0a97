"""What the commands of the command line do; `__main__` reads their options."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from stylecore.config import PRESETS, Finish, TransferConfig
from stylecore.devices import OutOfMemory, choose_device, is_out_of_memory
from stylecore.images import ImageError, decode, read, to_tensor, write_whole
from stylecore.lab import DEFAULT_LAMBDAS
from stylecore.objective import Objective
from stylecore.recipe import Recipe, RecipeError, current_versions, read_recipe, sha256
from stylecore.results import finished_pictures, touched
from stylecore.sheet import contact_sheet
from stylecore.transfer import Step, TransferError, prepare, replay, stylize
from stylecore.vgg import WeightsError, load_vgg16

USER_ERRORS = (ValueError, OSError, ImageError, RecipeError, WeightsError, TransferError, OutOfMemory)


def transfer(options: argparse.Namespace) -> int:
    """Stylises and writes the picture of each λ, also when Ctrl-C cuts the run short."""
    config, finish, recipe = _settings(options)
    data = {name: read(path) for name, path in _inputs(options).items()}
    outputs = _outputs(options, config)
    pictures = {name: decode(data[name], path) for name, path in _inputs(options).items()}
    initial = to_tensor(pictures["init"]) if "init" in pictures else None
    device = choose_device(options.device)
    content, style = prepare(pictures["content"], pictures["style"], config)
    vgg = load_vgg16(config.network, device)

    if recipe:
        _compare(recipe, data)
    run = stylize(vgg, content, style, config, initial)
    steps = run if recipe is None else replay(run, recipe.changes, recipe.steps_done)
    total = config.steps if recipe is None else recipe.steps_done
    latest: Step | None = None
    log: list[str] = []
    trouble = ""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        for latest in steps:
            log += _log_lines(latest)
            _show(latest, total)
    except KeyboardInterrupt:
        trouble = "stopped"
    except TransferError as error:
        trouble = str(error)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        trouble = f"Memory ran out at {config.size} pixels: choose a smaller --size or fewer λ."
    if latest is None:
        if trouble == "stopped":
            raise KeyboardInterrupt
        raise OutOfMemory(trouble)

    changes = [(index, (lam,)) for index, lam in recipe.changes] if recipe else []
    for path, png in zip(outputs, finished_pictures(latest, config, device, data, changes), strict=True):
        write_whole(path, touched(png, data["content"], finish))
    if options.log:
        write_whole(Path(options.log), "".join(log).encode())
    names = ", ".join(map(str, outputs))
    if not trouble:
        print(f"wrote {names}")
        return 0
    if sys.stderr.isatty():
        print(file=sys.stderr)  # leaves the progress bar
    print(f"stylecore: {trouble.removesuffix('.')}; wrote step {latest.index} to {names}", file=sys.stderr)
    return 130 if trouble == "stopped" else 2


def sheet(options: argparse.Namespace) -> int:
    """Stylises for each λ and writes one labelled picture of them all, with a recipe for them."""
    config, _, _ = _settings(options)
    if len(config.lambdas) < 2:
        config = dataclasses.replace(config, lambdas=DEFAULT_LAMBDAS)
    (output,) = _outputs(options, dataclasses.replace(config, lambdas=config.lambdas[:1]))
    data = {name: read(path) for name, path in _inputs(options).items()}
    pictures = {name: decode(data[name], path) for name, path in _inputs(options).items()}
    initial = to_tensor(pictures["init"]) if "init" in pictures else None
    device = choose_device(options.device)
    vgg = load_vgg16(config.network, device)
    latest: Step | None = None
    try:
        for latest in stylize(vgg, *prepare(pictures["content"], pictures["style"], config), config, initial):
            _show(latest, config.steps)
    except KeyboardInterrupt:
        if latest is None:
            raise
    assert latest is not None
    pngs = finished_pictures(latest, config, device, data)
    cells = [(f"λ = {lam:g}", png) for lam, png in zip(config.lambdas, pngs, strict=True)]
    write_whole(output, contact_sheet([("", cells)]))
    print(f"wrote {output}")
    return 0 if latest.last else 130


def evaluate(options: argparse.Namespace) -> int:
    """Prints the losses of a picture as JSON."""
    config = TransferConfig(
        size=options.size, weights=options.weights, pooling=options.pooling, statistic=options.statistic
    )
    paths = (options.content, options.style, options.image)
    content, style, image = (decode(read(path), path) for path in paths)
    content_tensor, style_tensor = prepare(content, style, config)
    size = (content_tensor.shape[3], content_tensor.shape[2])
    resized = image.size != size
    if resized:
        print(
            f"stylecore: note: {options.image} has {image.width} × {image.height} pixels and was scaled to "
            f"{size[0]} × {size[1]}: --size {max(image.size)} judges it as it is.",
            file=sys.stderr,
        )
    image_tensor = to_tensor(image.resize(size) if resized else image)
    device = choose_device(options.device)
    with torch.no_grad():
        vgg = load_vgg16(config.network, device)
        losses = Objective(vgg, content_tensor.to(device), style_tensor.to(device), config)(image_tensor.to(device))
    _print_json(
        {
            "content_loss": losses.content.item(),
            "style_loss": losses.style.item(),
            "content_layers": {layer: term.item() for layer, term in losses.content_layers.items()},
            "style_layers": {layer: term.item() for layer, term in losses.style_layers.items()},
            "weights": config.weights,
            "size": size,
            "resized": resized,
        }
    )
    return 0


def inspect(options: argparse.Namespace) -> int:
    """Prints the recipe inside a picture."""
    print(read_recipe(read(options.picture), options.picture).to_json())
    return 0


def bench(options: argparse.Namespace) -> int:
    """Measures this machine."""
    from stylecore.bench import measure, report

    figures = measure(options.size, choose_device(options.device))
    if options.json:
        _print_json(figures)
    else:
        print(report(figures))
    return 0


def _settings(options: argparse.Namespace) -> tuple[TransferConfig, Finish, Recipe | None]:
    """Settings and touches of the recipe or the preset, with what the command line says on top.

    Returns:
        The settings, the touches, and the recipe if its run is to be repeated.
    """
    recipe = read_recipe(read(options.recipe), options.recipe) if options.recipe else None
    if recipe and options.preset:
        raise ValueError("choose either --preset or --recipe")
    base = recipe.config if recipe else PRESETS[options.preset or "studio"]
    finish = dataclasses.replace(recipe.finish if recipe else Finish(), **_said(options, Finish))
    said = _said(options, TransferConfig)
    if "lambdas" in said:
        said["lambdas"] = tuple(said["lambdas"])
    if options.init_image:
        said["init"] = "image"
    elif base.init == "image" and "init" not in said:
        raise ValueError("this recipe started from a picture: name it with --init-image")
    if said:
        recipe = None  # no longer a repetition: no recorded steering, no recorded stop
    return dataclasses.replace(base, **said), finish, recipe


def _said(options: argparse.Namespace, kind: type[TransferConfig | Finish]) -> dict[str, Any]:
    """The fields of a kind of settings that the command line names."""
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: value for name, value in vars(options).items() if name in names and value is not None}


def _compare(recipe: Recipe, data: dict[str, bytes]) -> None:
    """Tells when a recipe is cooked with other pictures, or elsewhere: the result will differ."""
    made_with = {"content": recipe.content_sha256, "style": recipe.style_sha256}
    for name, digest in made_with.items():
        if sha256(data[name]) != digest:
            print(f"stylecore: note: the {name} picture is not the one of the recipe.", file=sys.stderr)
    if recipe.versions != current_versions():
        print("stylecore: note: the recipe was made with other versions; pixels may differ a little.", file=sys.stderr)


def _inputs(options: argparse.Namespace) -> dict[str, str]:
    paths = {"content": options.content, "style": options.style}
    return paths | ({"init": options.init_image} if options.init_image else {})


def _outputs(options: argparse.Namespace, config: TransferConfig) -> list[Path]:
    """One path for each λ, known to be writable before the work begins."""
    output = Path(options.output)
    if output.suffix.lower() != ".png":
        raise ValueError(f"{output} must end in .png: the recipe inside needs that format")
    outputs = [output]
    if len(config.lambdas) > 1:
        outputs = [output.with_name(f"{output.stem}-{lam:g}{output.suffix}") for lam in config.lambdas]
    if len(set(outputs)) < len(outputs):
        raise ValueError("the same λ is named twice")
    if options.log and Path(options.log).resolve() in {path.resolve() for path in outputs}:
        raise ValueError("the log would overwrite a picture")
    sources = {Path(path).resolve() for path in _inputs(options).values()}
    for path in [*outputs, *([Path(options.log)] if options.log else [])]:
        if not path.parent.is_dir():
            raise ValueError(f"the folder {path.parent} does not exist")
        if not os.access(path.parent, os.W_OK):
            raise ValueError(f"the folder {path.parent} can't be written to")
        if path.is_dir() or path.resolve() in sources:
            raise ValueError(f"{path} would overwrite {'a folder' if path.is_dir() else 'an input'}")
    return outputs


def _log_lines(step: Step) -> list[str]:
    return [
        json.dumps(
            {
                "step": step.index,
                "lam": lam,
                "content_loss": step.content[k],
                "style_loss": step.style[k],
                "total_loss": step.total[k],
                "seconds": round(step.seconds, 4),
            }
        )
        + "\n"
        for k, lam in enumerate(step.lambdas)
    ]


def _show(step: Step, steps: int) -> None:
    """A progress bar with losses and time left, on a terminal; notices everywhere."""
    if step.notice:
        print(f"\n{step.notice}", file=sys.stderr)
    if not sys.stderr.isatty():
        return
    done = step.index / steps if steps else 1.0
    left = step.seconds / step.index * (steps - step.index) if step.index else 0.0
    bar = "█" * int(24 * done) + "░" * (24 - int(24 * done))
    losses = f"content {step.content[0]:.4g}  style {step.style[0]:.4g}"
    if len(step.lambdas) > 1:
        losses = f"L {', '.join(f'{total:.3g}' for total in step.total)}"
    end = "\n" if step.last else ""
    print(f"\r{bar} {step.index}/{steps}  {losses}  {left:.0f} s left \x1b[K", end=end, file=sys.stderr, flush=True)


def _print_json(values: object) -> None:
    print(json.dumps(values, indent=2, ensure_ascii=False))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
