"""The commands of the command line: each takes the parsed options and returns the exit status."""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path

import torch

from stylecore.artifacts.checkpoint import run_key
from stylecore.artifacts.contact_sheet import contact_sheet, sheet_size
from stylecore.cli.animating import chosen_animation
from stylecore.cli.batch import batch
from stylecore.cli.checkpoints import Checkpoints, checkpoint_path
from stylecore.cli.choices import Choices, check_same_pictures, choose, read_noted_recipe
from stylecore.cli.estimate import check_memory, check_memory_to_judge
from stylecore.cli.outputs import picture_outputs, try_outputs
from stylecore.cli.run import run_transfer
from stylecore.cli.run_animation import run_animation
from stylecore.cli.saving import Painted, Sheet, report_run, save_all, save_apart
from stylecore.cli.signals import stoppable
from stylecore.cli.sources import Sources, files_read, read_sources
from stylecore.cli.terminal import note, print_json, print_result
from stylecore.config import TransferConfig
from stylecore.experiments.lambdas import DEFAULT_LAMBDAS
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.imaging.mask_files import described_mask
from stylecore.imaging.scaling import checked_size
from stylecore.imaging.tensors import to_tensor
from stylecore.transfer.devices import choose_device
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare
from stylecore.transfer.pyramid import size_of
from stylecore.transfer.vgg import load_vgg16

__all__ = ["batch", "bench", "evaluate", "inspect", "sheet", "transfer"]

LOG_LINE_BYTES = 200  # more than a line of --log has


def transfer(options: argparse.Namespace) -> int:
    """Writes the picture or the animation of each λ, also when a signal cuts the run short."""
    with stoppable() as signals:
        choices = choose(options)
        outputs = picture_outputs(options.output, choices.config.lambdas, options.format, animations=True)
        sources = read_sources(options, choices.config, choices.origin)
        animation = chosen_animation(options, sources.content.data, outputs[0].kind, options.content)
        check_same_pictures(options, sources)
        size = checked_size(sources.content.size, choices.config.size)
        log_bytes = LOG_LINE_BYTES * (choices.config.steps + 1) * len(outputs)
        try_outputs(outputs, size, options.log, log_bytes, files_read(options))
        log = Path(options.log) if options.log else None
        if animation is not None:
            painted = run_animation(options, choices, sources, animation, signals)
            return report_run(painted, save_all(outputs, painted.pictures, log, "".join(painted.log)))
        checkpoints = _checkpoints(options, choices, sources)
        run = run_transfer(options, choices, sources, checkpoints, signals)
        saved = save_all(outputs, list(map(Painted, run.pictures)), log, "".join(run.log))
        if not run.trouble:
            checkpoints.remove()
        return report_run(run, saved)


def sheet(options: argparse.Namespace) -> int:
    """Writes one labelled picture of all λ, with a recipe that makes them again."""
    with stoppable() as signals:
        choices = choose(options)
        if len(choices.config.lambdas) < 2:
            choices = dataclasses.replace(choices, config=dataclasses.replace(choices.config, lambdas=DEFAULT_LAMBDAS))
        outputs = picture_outputs(options.output, choices.config.lambdas[:1], options.format)
        sources = read_sources(options, choices.config, choices.origin)
        cell = checked_size(sources.content.size, choices.config.size)
        try_outputs(outputs, sheet_size(len(choices.config.lambdas), cell), None, 0, files_read(options))
        if choices.recipe and choices.recipe.changes:
            note("λ was changed while the picture of the recipe was made; each λ of a sheet stays as it is.")
            choices = dataclasses.replace(choices, recipe=dataclasses.replace(choices.recipe, changes=()))
        checkpoints = _checkpoints(options, choices, sources)
        run = run_transfer(options, choices, sources, checkpoints, signals)
        pngs = [Painted(picture).encoded("png") for picture in run.pictures]
        try:
            png = contact_sheet(
                [("", [(f"λ = {lam:g}", png) for lam, png in zip(choices.config.lambdas, pngs, strict=True)])]
            )
        except Exception as error:  # many pictures in one take much memory
            return report_run(run, save_apart(outputs[0].path, pngs, error))
        return report_run(run, save_all(outputs, [Sheet(png)]))


def evaluate(options: argparse.Namespace) -> int:
    """Prints content and style loss of a picture as JSON."""
    config = TransferConfig(
        size=options.size,
        loss_weighting=options.loss_weighting,
        pooling=options.pooling,
        statistic=options.statistic,
    )
    image = decode(read(options.image), options.image)
    sources = read_sources(options, config)
    content = sources.content.picture
    content_tensor, styling = prepare(content, sources.painted_in, config)
    size = size_of(content_tensor)
    resized = image.size != size
    if resized:
        at_its_own_size = checked_size(content.size, max(image.size), 1, "CONTENT")
        advice = f": --size {max(image.size)} judges it as it is" if at_its_own_size == image.size else ""
        note(
            f"{options.image} has {image.width} × {image.height} pixels and was scaled to "
            f"{size[0]} × {size[1]}{advice}."
        )
    image_tensor = to_tensor(image.resize(size) if resized else image)
    device = choose_device(options.device)
    check_memory_to_judge([size, *(size_of(style.image) for style in styling.styles)], device)
    with torch.no_grad():
        vgg = load_vgg16(config.vgg_weights, device)
        losses = Objective(vgg, content_tensor.to(device), styling.to(device), config)(image_tensor.to(device))
    print_json(
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
    """Prints the recipe inside a picture as JSON, with its masks in figures."""
    recipe = read_noted_recipe(options.picture)
    masks = {digest: described_mask(data) for digest, data in recipe.masks.items()}
    print_json(json.loads(recipe.to_json()) | ({"masks": masks} if masks else {}))
    return 0


def bench(options: argparse.Namespace) -> int:
    """Measures speed, memory and convergence on this machine."""
    from stylecore.cli.bench import BATCH, measure, pair, report

    device, config = choose_device(options.device), TransferConfig(size=options.size, lambdas=BATCH)
    content, style = pair()
    check_memory(content.size, [style.size], config, device)
    figures = measure(options.size, device)
    if options.json:
        print_json(figures)
    else:
        print_result(report(figures))
    return 0


def _checkpoints(options: argparse.Namespace, choices: Choices, sources: Sources) -> Checkpoints:
    path = checkpoint_path(options.checkpoint, options.output, choices.config.size)
    key = run_key(
        choices.config, sources.inputs, choices.steps, choices.changes, choices.levels, choices.weight_changes
    )
    return Checkpoints(path, key)
