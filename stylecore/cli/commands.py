"""What the commands of the command line do; `__main__` reads their options."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from stylecore.artifacts.contact_sheet import contact_sheet
from stylecore.artifacts.export import finished_pictures, postprocessed
from stylecore.artifacts.recipe import Recipe, current_versions, read_recipe, sha256
from stylecore.config import PRESETS, Postprocess, TransferConfig
from stylecore.errors import SettingError
from stylecore.experiments.grid import DEFAULT_LAMBDAS
from stylecore.imaging.images import checked_size, decode, read, write_whole
from stylecore.imaging.inputs import pair
from stylecore.imaging.tensors import to_tensor
from stylecore.transfer.devices import OutOfMemory, choose_device, is_out_of_memory
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare, prepare_initial
from stylecore.transfer.records import Step, TransferError
from stylecore.transfer.stylize import replay, stylize
from stylecore.transfer.vgg import load_vgg16

STOPPED = "stopped"


def transfer(options: argparse.Namespace) -> int:
    """Stylises and writes the picture of each λ, also when Ctrl-C cuts the run short."""
    config, finish, recipe = _settings(options)
    outputs = _outputs(options, config)
    run = _run(options, config, finish, recipe)
    for path, png in zip(outputs, run.pictures, strict=True):
        write_whole(path, png)
    if options.log:
        write_whole(Path(options.log), "".join(run.log).encode())
    return _told(run, outputs)


def sheet(options: argparse.Namespace) -> int:
    """Stylises for each λ and writes one labelled picture of them all, with a recipe for them."""
    config, finish, recipe = _settings(options)
    if len(config.lambdas) < 2:
        config = dataclasses.replace(config, lambdas=DEFAULT_LAMBDAS)
    (output,) = _outputs(options, dataclasses.replace(config, lambdas=config.lambdas[:1]))
    if recipe and recipe.changes:
        _note("λ was changed while the picture of the recipe was made; each λ of a sheet stays as it is.")
        recipe = dataclasses.replace(recipe, changes=())
    run = _run(options, config, finish, recipe)
    cells = [(f"λ = {lam:g}", png) for lam, png in zip(config.lambdas, run.pictures, strict=True)]
    write_whole(output, contact_sheet([("", cells)]))
    return _told(run, [output])


def evaluate(options: argparse.Namespace) -> int:
    """Prints the losses of a picture as JSON."""
    config = TransferConfig(
        size=options.size,
        loss_weighting=options.loss_weighting,
        pooling=options.pooling,
        statistic=options.statistic,
    )
    paths = (options.content, options.style, options.image)
    content, style, image = (decode(read(path), path) for path in paths)
    content_tensor, style_tensor = prepare(content, style, config)
    size = (content_tensor.shape[3], content_tensor.shape[2])
    resized = image.size != size
    if resized:
        at_its_own_size = checked_size(content.size, max(image.size), 1, "CONTENT")
        advice = f": --size {max(image.size)} judges it as it is" if at_its_own_size == image.size else ""
        _note(
            f"{options.image} has {image.width} × {image.height} pixels and was scaled to "
            f"{size[0]} × {size[1]}{advice}."
        )
    image_tensor = to_tensor(image.resize(size) if resized else image)
    device = choose_device(options.device)
    with torch.no_grad():
        vgg = load_vgg16(config.vgg_weights, device)
        losses = Objective(vgg, content_tensor.to(device), style_tensor.to(device), config)(image_tensor.to(device))
    _print_json(
        {
            "content_loss": losses.content.item(),
            "style_loss": losses.style.item(),
            "content_layers": {layer: term.item() for layer, term in losses.content_layers.items()},
            "style_layers": {layer: term.item() for layer, term in losses.style_layers.items()},
            "loss_weighting": config.loss_weighting,
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
    from stylecore.cli.bench import measure, report

    figures = measure(options.size, choose_device(options.device))
    if options.json:
        _print_json(figures)
    else:
        print(report(figures))
    return 0


@dataclass(frozen=True, slots=True)
class _Run:
    """A run that has ended.

    Attributes:
        pictures: finished PNG bytes, one of each λ.
        step: of the pictures.
        log: a JSON object for each step and λ.
        trouble: why it ended early, in one sentence; else empty.
    """

    pictures: list[bytes]
    step: int
    log: list[str]
    trouble: str


def _run(options: argparse.Namespace, config: TransferConfig, finish: Postprocess, recipe: Recipe | None) -> _Run:
    """Stylises; what was reached is there also when Ctrl-C, or a lack of memory, cuts the run short.

    Raises:
        KeyboardInterrupt: before there is any picture.
        OutOfMemory: likewise.
    """
    data = {name: read(path) for name, path in _inputs(options).items()}
    inputs = pair(data["content"], data["style"], data.get("init", b""))
    pictures = {name: decode(data[name], path) for name, path in _inputs(options).items()}
    device = choose_device(options.device)
    if recipe:
        _compare(recipe, data)
    latest: Step | None = None
    log: list[str] = []
    trouble = ""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        content, style = prepare(pictures["content"], pictures["style"], config)
        initial = prepare_initial(pictures["init"], content) if "init" in pictures else None
        run = stylize(load_vgg16(config.vgg_weights, device), content, style, config, initial)
        for latest in run if recipe is None else replay(run, recipe.changes, recipe.steps_done):
            log += _log_lines(latest)
            _show(latest, config.steps if recipe is None else recipe.steps_done)
    except KeyboardInterrupt:
        trouble = STOPPED
    except TransferError as error:
        trouble = str(error)
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        trouble = f"Memory ran out at {config.size} pixels: choose a smaller --size or fewer λ."
    if latest is None:
        raise KeyboardInterrupt if trouble == STOPPED else OutOfMemory(trouble)
    changes = [(index, (lam,)) for index, lam in recipe.changes] if recipe else []
    pngs = finished_pictures(latest, config, device, inputs, changes)
    return _Run([postprocessed(png, data["content"], finish) for png in pngs], latest.index, log, trouble)


def _told(run: _Run, outputs: list[Path]) -> int:
    """Says what was written. Returns the exit status."""
    names = ", ".join(map(str, outputs))
    if not run.trouble:
        print(f"wrote {names}")
        return 0
    if sys.stderr.isatty():
        print(file=sys.stderr)  # leaves the progress bar
    print(f"stylecore: {run.trouble.removesuffix('.')}; wrote step {run.step} to {names}", file=sys.stderr)
    return 130 if run.trouble == STOPPED else 2


def _note(sentence: str) -> None:
    print(f"stylecore: note: {sentence}", file=sys.stderr)


def _settings(options: argparse.Namespace) -> tuple[TransferConfig, Postprocess, Recipe | None]:
    """Settings and touches of the recipe or the preset, with what the command line says on top.

    Returns:
        The settings, the touches, and the recipe if its run is to be repeated.
    """
    recipe = read_recipe(read(options.recipe), options.recipe) if options.recipe else None
    for sentence in recipe.not_understood if recipe else ():
        _note(sentence)
    if recipe and options.preset:
        raise SettingError("choose either --preset or --recipe")
    base = recipe.config if recipe else PRESETS[options.preset or "studio"]
    finish = dataclasses.replace(recipe.postprocess if recipe else Postprocess(), **_said(options, Postprocess))
    said = _said(options, TransferConfig)
    if "lambdas" in said:
        said["lambdas"] = tuple(said["lambdas"])
    if options.init_image and base.init != "image":
        said["init"] = "image"
    if base.init == "image" and "init" not in said and not options.init_image:
        raise SettingError("this recipe started from a picture: name it with --init-image")
    if said:
        recipe = None  # no longer a repetition: no recorded steering, no recorded stop
    return dataclasses.replace(base, **said), finish, recipe


def _said(options: argparse.Namespace, kind: type[TransferConfig | Postprocess]) -> dict[str, Any]:
    """The fields of a kind of settings that the command line names."""
    names = {field.name for field in dataclasses.fields(kind)}
    return {name: value for name, value in vars(options).items() if name in names and value is not None}


def _compare(recipe: Recipe, data: dict[str, bytes]) -> None:
    """Tells when a recipe is cooked with other pictures, or other versions: the result will differ."""
    made_with = {"content": recipe.content_sha256, "style": recipe.style_sha256, "init": recipe.init_sha256}
    for name, picture in data.items():
        if sha256(picture) != made_with[name]:
            _note(f"the {name} picture is not the one of the recipe.")
    if recipe.versions != current_versions():
        _note("the recipe was made with other versions; pixels may differ a little.")


def _inputs(options: argparse.Namespace) -> dict[str, str]:
    paths = {"content": options.content, "style": options.style}
    return paths | ({"init": options.init_image} if options.init_image else {})


def _outputs(options: argparse.Namespace, config: TransferConfig) -> list[Path]:
    """One path for each λ, known to be writable before the work begins."""
    output = Path(options.output)
    if output.suffix.lower() != ".png":
        raise SettingError(f"{output} must end in .png: the recipe inside needs that format")
    outputs = [output]
    if len(config.lambdas) > 1:
        outputs = [output.with_name(f"{output.stem}-{lam:g}{output.suffix}") for lam in config.lambdas]
    if len(set(outputs)) < len(outputs):
        raise SettingError("the same λ is named twice")
    if options.log and Path(options.log).resolve() in {path.resolve() for path in outputs}:
        raise SettingError("the log would overwrite a picture")
    sources = {Path(path).resolve() for path in _inputs(options).values()}
    for path in [*outputs, *([Path(options.log)] if options.log else [])]:
        if not path.parent.is_dir():
            raise SettingError(f"the folder {path.parent} does not exist")
        if not os.access(path.parent, os.W_OK):
            raise SettingError(f"the folder {path.parent} can't be written to")
        if path.is_dir() or path.resolve() in sources:
            raise SettingError(f"{path} would overwrite {'a folder' if path.is_dir() else 'an input'}")
    return outputs


def _log_lines(step: Step) -> list[str]:
    return [
        json.dumps(
            {
                "step": step.index,
                "lam": lam,
                "content_loss": step.losses.content[k],
                "style_loss": step.losses.style[k],
                "total_loss": step.losses.total[k],
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
    losses = f"content {step.losses.content[0]:.4g}  style {step.losses.style[0]:.4g}"
    if len(step.lambdas) > 1:
        losses = f"L {', '.join(f'{total:.3g}' for total in step.losses.total)}"
    end = "\n" if step.last else ""
    print(f"\r{bar} {step.index}/{steps}  {losses}  {left:.0f} s left \x1b[K", end=end, file=sys.stderr, flush=True)


def _print_json(values: object) -> None:
    print(json.dumps(values, indent=2, ensure_ascii=False))


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt
