"""Animations: each frame is painted from where the one before ended, and stays as it is where nothing moves."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.config import TransferConfig
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.precision import choose_precision
from stylecore.transfer.pyramid import size_of
from stylecore.transfer.records import Step
from stylecore.transfer.styling import Styling
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import VGG16

STEPS_SHARE = 4  # how many times fewer steps a frame gets that goes on from the one before
NEW_SHARE = 0.5  # of a frame, from which it counts as another scene, and gets all steps
STILL, MOVING = 4 / 255, 16 / 255  # largest change of a channel that counts as none, and least that counts in full
EDGE = 2  # pixels by which what moves is widened, and again by which it fades


@dataclass(frozen=True, eq=False, slots=True)
class FrameStep:
    """A step of the work on one frame.

    Attributes:
        frame: its index, from 0.
        step: of its run.
        steps: updates that the frame will have.
    """

    frame: int
    step: Step
    steps: int


def stylize_frames(
    vgg: VGG16,
    frames: Iterable[tuple[Tensor, Styling]],
    config: TransferConfig,
    initial: Tensor | None = None,
    tile: int | None = None,
    known: KnownStyles | None = None,
) -> Generator[FrameStep, None, None]:
    """Paints frames one after the other, as `stylize` does with the first.

    What the frame before has changed of its content is carried over to the next content, which the run begins with.
    Where the content has not moved, the picture is held as it was: to go on there would change it without need, which
    is what flickers. What moves or is uncovered gets a quarter of the steps; a new scene gets all of them.

    Args:
        vgg: the network, on the device that shall do the work.
        frames: content and styling of each, as `prepare` makes them; all of one size. Taken one at a time.
        config: the settings.
        initial: for the first frame, as for `stylize`.
        tile: as for `stylize`.
        known: descriptions of styles that are shared with other runs.

    Yields:
        The steps of each frame; the images of its last one are the frame.

    Raises:
        ValueError, TransferError: as `stylize` does.
    """
    device, known = vgg.mean.device, known or KnownStyles()
    content = painted_from = torch.empty(0)  # of the frame before; and what each of its pixels was painted from
    last: FrameStep | None = None
    for index, (next_content, styling) in enumerate(frames):
        before, content = content, next_content.to(device)
        styling = styling.to(device)
        if last is None:
            precision = choose_precision(config.precision, vgg, *size_of(content))
            config = dataclasses.replace(config, precision=precision)
            settings, start, painted_from = config, initial, content
        else:
            if torch.equal(before, content):
                last = dataclasses.replace(last, frame=index)
                yield last
                continue
            moved = movement(painted_from, content)  # so that slow changes, too, are painted when they have added up
            painted_from = torch.where(moved > 0, content, painted_from)
            start = (last.step.images + (content - before)).clamp(0, 1)  # where both are equal, to the bit as it was
            styling = held(styling, start, content, moved)
            steps = config.steps if moved.mean() > NEW_SHARE else frame_steps(config, index)
            settings = dataclasses.replace(config, init="image", steps=steps if moved.any() else 0)
        for step in stylize(vgg, content, styling, settings, start, tile, known):
            last = FrameStep(index, step, settings.steps)
            yield last


def frame_steps(config: TransferConfig, index: int) -> int:
    """Updates that a frame gets, unless it is of another scene.

    Args:
        config: `steps` is read.
        index: of the frame, from 0.
    """
    return -(-config.steps // STEPS_SHARE) if index else config.steps


def movement(before: Tensor, content: Tensor) -> Tensor:
    """Where a picture has changed, with soft edges.

    Args:
        before: (1, 3, H, W), in [0, 1].
        content: (1, 3, H, W), in [0, 1].

    Returns:
        (1, 1, H, W), in [0, 1].
    """
    change = (content - before).abs().amax(1, keepdim=True)
    moved = ((change - STILL) / (MOVING - STILL)).clamp(0, 1)
    side = 2 * EDGE + 1
    widened = F.max_pool2d(moved, side, 1, EDGE)
    return F.avg_pool2d(widened, side, 1, EDGE, count_include_pad=False).clamp(0, 1)


def held(styling: Styling, start: Tensor, content: Tensor, moved: Tensor) -> Styling:
    """A styling that holds the picture to begin with where nothing moves, and leaves alone what it did before.

    Args:
        styling: of the frame, with K where the content is left alone.
        start: s, (N, 3, H, W), in [0, 1].
        content: c, (1, 3, H, W), in [0, 1].
        moved: M, (1, 1, H, W), in [0, 1].

    Returns:
        One whose `shown` is K·c + (1 − K)·((1 − M)·s + M·x).
    """
    if styling.leave is None:
        return dataclasses.replace(styling, leave=1 - moved, held=start)
    k = styling.leave
    share = 1 - (1 - k) * moved
    mixed = (k * content + (1 - k) * (1 - moved) * start) / share.clamp_min(1e-6)
    return dataclasses.replace(styling, leave=share, held=mixed.clamp(0, 1))
