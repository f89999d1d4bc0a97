"""Finished pictures as files, each with the recipe that made it."""

from __future__ import annotations

import dataclasses
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image
from torch import Tensor

from stylecore.artifacts.left_alone import LeftAlone
from stylecore.artifacts.postprocess import postprocess, postprocess_tensor
from stylecore.artifacts.recipe import CHUNK, NO_POSTPROCESS, Recipe, current_versions, describe_inputs, read_recipe
from stylecore.config import OutputFormat, Postprocess, TransferConfig, with_lambda
from stylecore.imaging.colour import on_paper
from stylecore.imaging.images import decode
from stylecore.imaging.inputs import Inputs
from stylecore.imaging.output_formats import LONGEST_JPEG_TEXT, encode, encode_deep
from stylecore.imaging.tensors import to_deep_levels, to_image
from stylecore.transfer.devices import describe_device
from stylecore.transfer.enlargement import Level
from stylecore.transfer.pyramid import size_of
from stylecore.transfer.records import Step


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class FinishedPicture:
    """A picture as its run left it, not rounded to levels yet.

    Attributes:
        image: (3, H, W), in [0, 1], before any postprocessing.
        recipe: what made it, and how it is postprocessed.
        content: bytes of the content file that it was made from.
    """

    image: Tensor
    recipe: Recipe
    content: bytes

    def encoded(self, kind: OutputFormat) -> bytes:
        """Bytes of a file with the recipe inside, the picture postprocessed as it says.

        A TIFF has 16 bits a channel, nothing being rounded before. All other formats have 8, to which the picture is
        rounded before its postprocessing: so it is, to the bit, what the dashboard makes of its PNG.

        Raises:
            ImageError: if the content file is needed and can't be decoded.
            ValueError: if the picture has longer sides than the format allows.
        """
        settings, text = self.recipe.postprocess, self.recipe.to_json()
        if kind == "jpeg" and len(text) > LONGEST_JPEG_TEXT:  # then the masks stay behind, not the recipe
            text = dataclasses.replace(self.recipe, masks={}).to_json()
        content = self._content() if settings != NO_POSTPROCESS else None
        stays = LeftAlone(content=self.content, leave=self.recipe.leave, size=size_of(self.image.unsqueeze(0)))
        if kind == "tiff":
            images = self.image.unsqueeze(0)
            if content is not None:
                images = postprocess_tensor(images, content, settings)
            levels = stays.kept(to_deep_levels(images[0]), processed=content is not None)
            return encode_deep(levels, CHUNK, text)
        picture = _kept(to_image(self.image), stays)
        if content is not None:
            picture = _kept(postprocess(on_paper(picture), content, settings), stays, processed=True)
        return encode(picture, kind, CHUNK, text)

    def postprocessed(self, settings: Postprocess) -> FinishedPicture:
        """The same picture, to be postprocessed in this way."""
        return dataclasses.replace(self, recipe=dataclasses.replace(self.recipe, postprocess=settings))

    def _content(self) -> Image.Image:
        return decode(self.content, "The content picture", max(self.image.shape[1:]))


def finish(
    step: Step,
    config: TransferConfig,
    device: str,
    inputs: Inputs,
    changes: Sequence[tuple[int, Sequence[float]]] = (),
    levels: Sequence[Level] = (),
    weight_changes: Sequence[tuple[int, tuple[float, ...]]] = (),
) -> list[FinishedPicture]:
    """Each picture of a step. Each has a recipe of its own, as if its λ had been the only one of the run.

    Args:
        step: where the run ended.
        config: the settings that the run started with.
        device: "cpu" or "cuda".
        inputs: the files that the pictures were made from, the masks as they were used.
        changes: each change of λ during the run: (step, all λ from then on).
        levels: the sizes through which a finished picture was made large; those that it has reached are in the recipe.
        weight_changes: each change of the mix of styles: (step, the weights of all styles from then on).
    """
    if levels:
        config = dataclasses.replace(config, size=max(step.images.shape[2:]))
    shared = Recipe(
        config=config,
        device=describe_device(device),
        versions=current_versions(),
        steps_done=step.index,
        losses={},
        precision=step.precision,
        weight_changes=tuple(weight_changes),
        enlargement=tuple(level for level in levels if level.size <= config.size),
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
        pictures.append(FinishedPicture(image=step.images[k], recipe=recipe, content=inputs.content.data))
    return pictures


def finished_pictures(
    step: Step,
    config: TransferConfig,
    device: str,
    inputs: Inputs,
    changes: Sequence[tuple[int, Sequence[float]]] = (),
    levels: Sequence[Level] = (),
    weight_changes: Sequence[tuple[int, tuple[float, ...]]] = (),
) -> list[bytes]:
    """PNG bytes of each picture of a step; takes what `finish` does."""
    return [picture.encoded("png") for picture in finish(step, config, device, inputs, changes, levels, weight_changes)]


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
        picture = postprocess(on_paper(image), original, settings)
    stays = LeftAlone(content=content, leave=recipe.leave, size=picture.size)
    return encode(_kept(picture, stays, processed=True), "png", CHUNK, recipe.to_json())


def converted(png: bytes, kind: OutputFormat) -> bytes:
    """Bytes of a PNG, such as a sheet, in another format, with 8 bits a channel and the same recipe.

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
        return encode(image if image.mode == "RGBA" else image.convert("RGB"), kind, CHUNK, read_recipe(png).to_json())


def _kept(picture: Image.Image, stays: LeftAlone, *, processed: bool = False) -> Image.Image:
    """A picture with what was left alone, RGB or RGBA."""
    return picture if stays.is_nothing else Image.fromarray(stays.kept(np.asarray(picture), processed=processed))
