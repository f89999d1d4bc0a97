"""Going on from a picture through several sizes: to make it large, or to end a run that was cut off."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Generator, Sequence
from typing import NamedTuple

import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.imaging.scaling import fit, fitted_size
from stylecore.imaging.tensors import to_tensor
from stylecore.transfer.likeness import Preview
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.preparation import prepare, prepare_initial
from stylecore.transfer.records import Steering, Step
from stylecore.transfer.style_pictures import StylePictures
from stylecore.transfer.styling import Styling
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16

LAST_STEPS = 10  # at the last size, unless the number of steps is named


class Level(NamedTuple):
    """One size of a way through several.

    Attributes:
        size: longer side, in pixels.
        steps: updates made at this size.
    """

    size: int
    steps: int


def sizes_between(first: int, last: int) -> list[int]:
    """The sizes from a picture to a larger one: each about twice the one before, by one and the same factor.

    Args:
        first: longer side of the picture, in pixels; not among the sizes.
        last: that of the larger one, which is the last size.
    """
    count = max(1, round(math.log2(last / first)))
    return [*(round(first * (last / first) ** (n / count)) for n in range(1, count)), last]


def levels_between(first: int, last: int, steps: int | None = None) -> tuple[Level, ...]:
    """The sizes from a picture to a larger one, with the updates at each.

    Each size has half as many as the one before: there, a step takes a quarter of the time.

    Args:
        first: longer side of the picture, in pixels.
        last: that of the larger one.
        steps: updates in all; None for `LAST_STEPS` at the last size, and so twice as many at the one before.
    """
    sizes = sizes_between(first, last)
    shares = [2 ** (len(sizes) - n) for n in range(1, len(sizes) + 1)]
    total = LAST_STEPS * sum(shares) if steps is None else steps
    ends = [round(total * sum(shares[:n]) / sum(shares)) for n in range(len(sizes) + 1)]
    return tuple(Level(size, end - start) for size, start, end in zip(sizes, ends, ends[1:], strict=False))


def remaining(levels: Sequence[Level], done: int) -> tuple[Level, ...]:
    """What is left of the levels after so many updates; at least the last one, if without an update."""
    left = []
    for level in levels:
        left.append(Level(level.size, max(0, level.steps - done)))
        done = max(0, done - level.steps)
    return (*(level for level in left[:-1] if level.steps), left[-1])


def carried(images: Tensor, before: Tensor, content: Tensor) -> Tensor:
    """Pictures at another size: what was changed of the content, scaled, on the content at that size.

    So the content's fine detail, which an enlarged picture would lack, is there from the start.

    Args:
        images: (K, 3, h, w), in [0, 1].
        before: (1, 3, h, w), the content at their size.
        content: (1, 3, H, W), the content at the other size.

    Returns:
        (K, 3, H, W), in [0, 1], on the device of the pictures.
    """
    if before.shape == content.shape:
        return images
    change = F.interpolate(images - before.to(images.device), content.shape[2:], mode="bicubic", antialias=True)
    return (content.to(images.device) + change).clamp(0, 1)


def paint_levels(
    vgg: VGG16,
    content: Image.Image,
    style: Image.Image | StylePictures,
    config: TransferConfig,
    levels: Sequence[Level],
    start: Image.Image | Tensor,
    *,
    preview: Image.Image | None = None,
    tile: int | None = None,
    done: int = 0,
    seconds: float = 0.0,
) -> Generator[Step, Steering | None, None]:
    """Goes on from a picture, at one size after another: `stylize` at each, from where the one before ended.

    Args:
        vgg: the network.
        content: RGB.
        style: RGB, or several with their masks.
        config: the settings, of which `size`, `steps`, `init` and `coarse_to_fine` give way to the levels.
        levels: sizes and updates.
        start: a picture of any size, or one for each λ, (K, 3, h, w), in [0, 1], in the content's shape.
        preview: what the picture shall look like when it is seen small; see `Preview`. None lets it drift.
        tile: as for `stylize`.
        done: updates that were made to it before; the steps are counted on from there.
        seconds: that those took.

    Yields:
        Steps as `stylize` does, counted through all levels, but with images at the size where the work is done.
        Changes of λ and of the mix are for all levels to come; more steps are made at the last one.
    """
    last = fitted_size(content.size, levels[-1].size)
    config = dataclasses.replace(config, precision=choose_precision(config.precision, vgg, *last))
    config = dataclasses.replace(config, init="image", coarse_to_fine="off")
    model = None if preview is None else Preview(vgg, content, style, config, preview)
    size = max(start.size) if isinstance(start, Image.Image) else max(start.shape[2:])
    before = to_tensor(fit(content, size))
    weights: tuple[float, ...] = ()
    images = prepare_initial(start, before) if isinstance(start, Image.Image) else start
    if model is not None:
        levels = [*levels, Level(levels[-1].size, 0)]  # for the losses of what it has been brought back to
    for number, level in enumerate(levels, 1):
        config = dataclasses.replace(config, size=level.size, steps=level.steps)
        content_tensor, style_tensors = prepare(content, style, config)
        if isinstance(style_tensors, Styling) and weights:
            style_tensors = dataclasses.replace(style_tensors, weights=weights)
        run = stylize(vgg, content_tensor, style_tensors, config, carried(images, before, content_tensor), tile)
        step = yield from _counted_on(run, done, seconds, ends=number == len(levels))
        config, weights = dataclasses.replace(config, lambdas=step.lambdas), step.losses.style_weights
        done, seconds = done + step.index, seconds + step.seconds
        images, before = step.images, content_tensor
        if model is not None and number < len(levels):
            images = model.bring_back(images, step.lambdas, weights)


def _counted_on(
    run: Generator[Step, Steering | None, None], done: int, seconds: float, *, ends: bool
) -> Generator[Step, Steering | None, Step]:
    """Yields a run's steps, counted from what was done before; where the run goes on at another size, all but its last.

    Returns:
        Its last step, counted from 0.
    """
    with contextlib.closing(run):
        step = next(run)
        while ends or not step.last:
            record = dataclasses.replace(step.losses, index=done + step.index)
            message = yield dataclasses.replace(step, losses=record, seconds=seconds + step.seconds)
            try:
                step = run.send(message)
            except StopIteration:
                break
    return step
