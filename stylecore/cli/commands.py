"""The commands of the command line: each takes the parsed options and returns the exit status."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path

import torch

from stylecore.artifacts.contact_sheet import contact_sheet
from stylecore.cli.choices import choose, read_noted_recipe
from stylecore.cli.outputs import check_writable, output_paths
from stylecore.cli.run import input_paths, report_run, run_transfer
from stylecore.cli.terminal import note, print_json
from stylecore.config import TransferConfig
from stylecore.experiments.lambdas import DEFAULT_LAMBDAS
from stylecore.imaging.files import read, write_whole
from stylecore.imaging.images import decode
from stylecore.imaging.scaling import checked_size
from stylecore.imaging.tensors import to_tensor
from stylecore.transfer.devices import choose_device
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare
from stylecore.transfer.vgg import load_vgg16


def transfer(options: argparse.Namespace) -> int:
    """Writes the picture of each λ, also when Ctrl-C cuts the run short."""
    choices = choose(options)
    outputs = output_paths(options.output, choices.config.lambdas)
    check_writable(outputs, options.log, input_paths(options).values())
    run = run_transfer(options, choices)
    for path, png in zip(outputs, run.pictures, strict=True):
        write_whole(path, png)
    if options.log:
        write_whole(Path(options.log), "".join(run.log).encode())
    return report_run(run, outputs)


def sheet(options: argparse.Namespace) -> int:
    """Writes one labelled picture of all λ, with a recipe that makes them again."""
    choices = choose(options)
    if len(choices.config.lambdas) < 2:
        choices = dataclasses.replace(choices, config=dataclasses.replace(choices.config, lambdas=DEFAULT_LAMBDAS))
    outputs = output_paths(options.output, choices.config.lambdas[:1])
    check_writable(outputs, None, input_paths(options).values())
    if choices.recipe and choices.recipe.changes:
        note("λ was changed while the picture of the recipe was made; each λ of a sheet stays as it is.")
        choices = dataclasses.replace(choices, recipe=dataclasses.replace(choices.recipe, changes=()))
    run = run_transfer(options, choices)
    cells = [(f"λ = {lam:g}", png) for lam, png in zip(choices.config.lambdas, run.pictures, strict=True)]
    write_whole(outputs[0], contact_sheet([("", cells)]))
    return report_run(run, outputs)


def evaluate(options: argparse.Namespace) -> int:
    """Prints content and style loss of a picture as JSON."""
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
        note(
            f"{options.image} has {image.width} × {image.height} pixels and was scaled to "
            f"{size[0]} × {size[1]}{advice}."
        )
    image_tensor = to_tensor(image.resize(size) if resized else image)
    device = choose_device(options.device)
    with torch.no_grad():
        vgg = load_vgg16(config.vgg_weights, device)
        losses = Objective(vgg, content_tensor.to(device), style_tensor.to(device), config)(image_tensor.to(device))
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
    """Prints the recipe inside a picture as JSON."""
    print(read_noted_recipe(options.picture).to_json())
    return 0


def bench(options: argparse.Namespace) -> int:
    """Measures speed, memory and convergence on this machine."""
    from stylecore.cli.bench import measure, report

    figures = measure(options.size, choose_device(options.device))
    if options.json:
        print_json(figures)
    else:
        print(report(figures))
    return 0
