"""Finished pictures as files, each with the recipe that made it."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence

from PIL import Image

from stylecore.artifacts.postprocess import postprocess
from stylecore.artifacts.recipe import CHUNK, Recipe, current_versions, describe_inputs, read_recipe
from stylecore.config import OutputFormat, Postprocess, TransferConfig, with_lambda
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.inputs import Inputs
from stylecore.imaging.output_formats import encode
from stylecore.imaging.tensors import to_image
from stylecore.transfer.devices import describe_device
from stylecore.transfer.records import Step


def finished_pictures(
    step: Step,
    config: TransferConfig,
    device: str,
    inputs: Inputs,
    changes: Sequence[tuple[int, Sequence[float]]] = (),
) -> list[bytes]:
    """PNG bytes of each picture of a step. Each has a recipe of its own, as if its λ had been the only one of the run.

    Args:
        step: where the run ended.
        config: the settings that the run started with.
        device: "cpu" or "cuda".
        inputs: the files that the pictures were made from.
        changes: each change of λ during the run: (step, all λ from then on).
    """
    shared = Recipe(
        config=config,
        device=describe_device(device),
        versions=current_versions(),
        steps_done=step.index,
        losses={},
        precision=step.precision,
        **describe_inputs(inputs),
    )
    pictures = []
    for k, lam in enumerate(config.lambdas):
        recipe = dataclasses.replace(
            shared,
            config=with_lambda(config, lam),
            losses={"content": step.losses.content[k], "style": step.losses.style[k], "total": step.losses.total[k]},
            changes=tuple((index, lambdas[k]) for index, lambdas in changes),
        )
        pictures.append(encode_png(to_image(step.images[k]), {CHUNK: recipe.to_json()}))
    return pictures


def postprocessed(png: bytes, content: bytes, settings: Postprocess) -> bytes:
    """PNG bytes of a finished picture after postprocessing, with a recipe that includes it.

    Args:
        png: one of `finished_pictures`, not postprocessed before.
        content: bytes of the content file that it was made from.
        settings: what to do; with the defaults, `png` itself is returned.

    Raises:
        RecipeError: if there is no recipe in the picture.
        ImageError: if the content file can't be decoded.
    """
    if settings == Postprocess():
        return png
    recipe = dataclasses.replace(read_recipe(png), postprocess=settings)
    with Image.open(io.BytesIO(png)) as image:  # not `decode`: our own results may exceed its limits
        original = decode(content, "The content picture", max(image.size))
        picture = postprocess(image.convert("RGB"), original, settings)
    return encode_png(picture, {CHUNK: recipe.to_json()})


def converted(png: bytes, kind: OutputFormat) -> bytes:
    """Bytes of a finished picture, or of a sheet, in another format and with the same recipe.

    Args:
        png: with a recipe.
        kind: the format; "png" gives `png` itself.

    Raises:
        RecipeError: if there is no recipe in the picture.
        ValueError: if the picture has longer sides than the format allows.
    """
    if kind == "png":
        return png
    with Image.open(io.BytesIO(png)) as image:
        return encode(image.convert("RGB"), kind, CHUNK, read_recipe(png).to_json())
