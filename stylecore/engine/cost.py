"""What a run will cost, estimated before it starts: work in pixels, memory in bytes."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from stylecore.config import TransferConfig
from stylecore.imaging.scaling import checked_size
from stylecore.language import Sentence
from stylecore.transfer.enlargement import Level
from stylecore.transfer.optimizers import ProjectedLBFGS
from stylecore.transfer.pyramid import stages
from stylecore.transfer.tiles import spans_of
from stylecore.transfer.vgg import minimum_side, multiplications

Size = tuple[int, int]  # width, height

# Measured with `python -m stylecore bench`, which prints the estimate beside the peak that the process really had.
PASS_BYTES = 2_500  # per pixel, of the features and their gradients down to relu5_1, in either precision
SLICED_BYTES = 2_400  # per pixel besides, of projections, their order and their gradients
GUIDED_BYTES = 500  # per pixel and region besides, of the features that its guide has weighed
GUIDED_SLICED_BYTES = 3_000  # the same of a sliced description
MOST_GUIDED = 2  # regions that count: each has only the features inside its bounds, and they share the picture
TARGET_BYTES = 900  # per pixel of the style picture, whose features need no gradients
PICTURE_BYTES = 240  # per pixel and λ, besides what the optimizer remembers
TILED_PICTURE_BYTES = 140  # the same where pictures are taken in tiles, and each block is given back at once
PAIR_BYTES = 24  # per pixel, of a pair that L-BFGS remembers; half of it where pairs are compact
TWO_PASSES = 1.5  # times the work of one, since the first of them needs no gradient
TILED_SHARE = 0.85  # of what is free: a picture of 4096 × 4096 took 12 % more than was estimated
TILES = range(1024, 127, -64)  # longest sides that are tried, in pixels
FORWARD_SHARE = 1 / 3  # of a forward and backward pass
BRING_BACK_SHARE = 0.3  # of a pass at a size, that bringing back to the small picture takes there: about ten resizings
FLAT_SHARE = 0.09  # of a step to relu5_1: the optimizer, the picture itself
USUAL_DEPTH = "relu5_1"  # a pixel of work is one that goes down to here; a shallow layer costs less


@dataclass(frozen=True, slots=True)
class Cost:
    """The price of one run.

    Attributes:
        setup: work before the first update, in pixels that go forward and backward, down to `USUAL_DEPTH`.
        stages: (updates, pixels of all pictures, counted alike) at each size, coarse to fine.
        memory: bytes at the peak, above what the server holds anyway.
        state: bytes that stay taken while the run is paused, or may still be extended.
        picture: pixels of one picture at full size, counted alike.
        tile: longest side of the pieces in which pictures are taken, in pixels; None takes them whole.
        between: work after the last update of each size, where that is no small part; empty where it is.
    """

    setup: float
    stages: tuple[tuple[int, int], ...]
    memory: int
    state: int
    picture: int
    tile: int | None = None
    between: tuple[float, ...] = ()

    def work(self, done: int = 0, steps: int | None = None) -> float:
        """Pixels that still have to go forward and backward.

        Args:
            done: updates made.
            steps: updates of the whole run, if that is no longer what it was set to.
        """
        planned = sum(updates for updates, _ in self.stages)
        left = 0.0 if done else self.setup
        for (updates, pixels), after in zip(self.stages, self.between or itertools.repeat(0.0), strict=False):
            left += max(0, updates - done) * pixels + after * (done < updates)
            done = max(0, done - updates)
        more = (steps or planned) - planned  # updates that came on top, of which `done` are made by now
        return left + max(0, more - done) * self.stages[-1][1]

    def pixels(self, index: int) -> int:
        """Pixels that the pass of step `index` sends through the network."""
        for updates, pixels in self.stages:
            if index < updates:
                return pixels
            index -= updates
        return self.stages[-1][1]


def used_sizes(
    contents: Sequence[Size], styles: Sequence[Size], config: TransferConfig
) -> tuple[list[Size], list[Size]]:
    """The sizes at which pictures of these original sizes are used.

    Args:
        contents: (width, height) of each content file.
        styles: (width, height) of each style file.
        config: the settings.

    Raises:
        ImageError: if one is too narrow for the layers.
    """
    shortest = minimum_side(config.layers)
    return (
        [checked_size(size, config.size, shortest, Sentence("The content picture")) for size in contents],
        [
            checked_size(size, config.size, shortest, Sentence("The style picture"), config.style_scale)
            for size in styles
        ],
    )


def cost_of(
    contents: Sequence[Size],
    styles: Sequence[Size],
    config: TransferConfig,
    device: str = "cpu",
    tile: int | None = None,
    regions: int = 0,
) -> Cost:
    """The cost of a run.

    Args:
        contents: (width, height) of each content file; the first one gives the result its shape.
        styles: (width, height) of each style file.
        config: the settings.
        device: "cpu", where the pictures of several λ go through the network one by one, or "cuda".
        tile: longest side of the pieces in which pictures are taken, in pixels; None takes them whole.
        regions: number of regions with a mask of their own, see `mask_files.guided_regions`.

    Raises:
        ImageError: if a picture is too narrow for the layers.
    """
    (content, *_), styles = used_sizes(contents, styles, config)
    pictures = len(config.lambdas)
    pixels = content[0] * content[1]
    remembered = pixels * _remembered(pixels, config, compact=tile is not None)
    of_picture = PICTURE_BYTES if tile is None else TILED_PICTURE_BYTES
    state = pictures * (pixels * of_picture + remembered) + 8 * 10**6
    together = 1 if device == "cpu" else pictures
    depth = depth_share(config)
    scaled = [
        (steps, (round(scale * content[0]), round(scale * content[1])))
        for scale, steps, _ in stages(config, content, *styles)
    ]
    return Cost(
        setup=depth
        * FORWARD_SHARE
        * ((1 + len(styles)) * _regions(content, tile, config) + sum(_regions(size, tile, config) for size in styles)),
        stages=tuple((steps, max(1, round(depth * _passed(size, tile, config))) * pictures) for steps, size in scaled),
        memory=state
        + max(
            together * _largest_region(content, tile, config) * _pass_bytes(config, regions),
            max(_largest_region(size, tile, config) for size in styles) * TARGET_BYTES,
        ),
        state=state,
        picture=max(1, round(depth * pixels)),
        tile=tile,
    )


def fitting_cost(
    contents: Sequence[Size], styles: Sequence[Size], config: TransferConfig, device: str, free: int, regions: int = 0
) -> Cost:
    """The cost of a run that takes its pictures whole if they fit, else in the largest tiles that do.

    A sliced description of style has to see the whole.

    Args:
        contents: (width, height) of each content file.
        styles: (width, height) of each style file.
        config: the settings.
        device: "cpu" or "cuda".
        free: bytes that the run may take; the cost is more where nothing fits.
        regions: number of regions with a mask of their own, see `mask_files.guided_regions`.

    Raises:
        ImageError: if a picture is too narrow for the layers.
    """
    cost = cost_of(contents, styles, config, device, regions=regions)
    for tile in () if config.statistic == "sliced" else TILES:
        if cost.memory <= (free if cost.tile is None else TILED_SHARE * free):
            break
        cost = cost_of(contents, styles, config, device, tile, regions)
    return cost


def through_levels(
    cost: Cost, content: Size, styles: Sequence[Size], config: TransferConfig, levels: Sequence[Level]
) -> Cost:
    """The cost of a run that makes a finished picture large, by that of its last size.

    There are few steps at a size, so what lies between two sizes counts: the pass that judges the last step, bringing
    the picture back to the small one, and the targets of the next size; at the end, those of the last size once more.

    Args:
        cost: of the last size; the memory and the tiles stay.
        content: width and height of the content file.
        styles: width and height of each style file.
        config: the settings.
        levels: the sizes, and the updates at each.
    """
    usual = dataclasses.replace(config, coarse_to_fine="off")
    each = [
        cost_of([content], styles, dataclasses.replace(usual, size=size, steps=steps), tile=cost.tile)
        for size, steps in (*levels, Level(levels[-1].size, 0))
    ]
    passes = [one.stages[-1][1] for one in each]
    between = [
        pixels + BRING_BACK_SHARE * here.picture * len(config.lambdas) + after.setup
        for here, after, pixels in zip(each, each[1:], passes, strict=False)
    ]
    between[-1] += passes[-1]  # the losses of what it has been brought back to
    stages = tuple((level.steps, pixels) for level, pixels in zip(levels, passes, strict=False))
    return dataclasses.replace(cost, setup=each[0].setup, stages=stages, between=tuple(between))


def _pass_bytes(config: TransferConfig, regions: int) -> int:
    guided = min(regions, MOST_GUIDED)
    if config.statistic == "sliced":
        return PASS_BYTES + SLICED_BYTES + guided * GUIDED_SLICED_BYTES
    return PASS_BYTES + guided * GUIDED_BYTES


def _remembered(pixels: int, config: TransferConfig, *, compact: bool) -> int:
    """Bytes per pixel that an optimizer remembers of a picture."""
    if config.optimizer == "adam":
        return PAIR_BYTES
    pairs = min(config.lbfgs_memory, config.steps)
    if not compact:
        return PAIR_BYTES * pairs
    return PAIR_BYTES // 2 * min(pairs, ProjectedLBFGS.compact_pairs(3 * pixels))


def _sides(size: Size, tile: int | None, config: TransferConfig) -> tuple[list[int], list[int]]:
    """The widths and the heights of the tiles, their margins included."""
    columns, rows = ([span.last - span.first for span in spans_of(side, tile, config.layers)] for side in size)
    return columns, rows


def _largest_region(size: Size, tile: int | None, config: TransferConfig) -> int:
    """Pixels of the largest tile."""
    widths, heights = _sides(size, tile, config)
    return max(widths) * max(heights)


def _regions(size: Size, tile: int | None, config: TransferConfig) -> int:
    """Pixels of all tiles, their margins included."""
    widths, heights = _sides(size, tile, config)
    return sum(widths) * sum(heights)


def _passed(size: Size, tile: int | None, config: TransferConfig) -> float:
    """Pixels that go through the network for one gradient, or as many as cost the same."""
    widths, heights = _sides(size, tile, config)
    return _regions(size, tile, config) * (TWO_PASSES if len(widths) * len(heights) > 1 else 1)


def depth_share(config: TransferConfig) -> float:
    """The work of one pass, by how deep it goes: 1 down to `USUAL_DEPTH`, never less than what no layer asks for."""
    return FLAT_SHARE + (1 - FLAT_SHARE) * multiplications(config.layers) / multiplications((USUAL_DEPTH,))
