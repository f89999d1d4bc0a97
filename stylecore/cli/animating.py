"""Animations on the command line: which inputs are painted frame by frame, and how their frames become one file."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
from collections.abc import Generator, Iterator

from torch import Tensor

from stylecore.artifacts.animated import PaintedFrames
from stylecore.artifacts.export import finish
from stylecore.cli.choices import Choices
from stylecore.cli.saving import Painted
from stylecore.cli.sources import Sources
from stylecore.cli.terminal import note
from stylecore.config import FileFormat, TransferConfig
from stylecore.errors import ImageError, SettingError
from stylecore.imaging.animations import FORMATS, Animation, frames_of, open_animation
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.mask_files import alpha_of
from stylecore.imaging.scaling import checked_size
from stylecore.transfer.frames import FrameStep, frame_steps, stylize_frames
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.preparation import prepare, prepare_initial, sides
from stylecore.transfer.styling import Styling
from stylecore.transfer.vgg import VGG16

MOST_PAINTED = 300_000_000  # pixels of all frames, which wait in memory as PNG until the last one is painted


def chosen_animation(options: argparse.Namespace, data: bytes, kind: FileFormat, name: str) -> Animation | None:
    """The animation that is to be painted frame by frame; None if the content is a picture, or is taken for one.

    Args:
        options: of the command line.
        data: bytes of the content file.
        kind: format of the output.
        name: of the content file.

    Raises:
        ImageError: if it is an animation that can't be used.
        SettingError: if the format is for animations alone and it is none.
    """
    if kind not in FORMATS.values():
        with contextlib.suppress(ImageError):  # of which nothing matters for its first frame
            if options.frames == "all" and open_animation(data, name):
                note(f"{name} is an animation, and {kind} holds one picture: its first frame is painted.")
        return None
    animation = open_animation(data, name) if options.frames == "all" else None
    if animation is None and kind == "gif":
        raise SettingError(
            f"GIF is written for animations, and {name} is taken as one picture: choose PNG, JPEG, WebP or TIFF"
        )
    return animation


def check_animation(options: argparse.Namespace, choices: Choices, animation: Animation) -> None:
    """Checks that what is asked for can be done with an animation.

    Raises:
        SettingError: if it can't.
    """
    if options.enlarged or choices.levels:
        raise SettingError("an animation can't be made large with --from: choose a larger --size")
    if options.checkpoint == "on":
        raise SettingError("there are no checkpoints of animations: leave out --checkpoint on")
    if choices.changes or choices.weight_changes:
        raise SettingError(
            "λ or the mix was changed while the picture of the recipe was made: name the settings instead"
        )
    width, height = checked_size(animation.size, choices.config.size)
    if animation.count * len(choices.config.lambdas) * width * height > MOST_PAINTED:
        raise SettingError(
            f"{animation.count} frames of {width} × {height} pixels are more than {MOST_PAINTED // 10**6} million "
            "in all: choose a smaller --size, or fewer frames"
        )


class AnimationRun:
    """The work on an animation, and what has come of it so far.

    Attributes:
        painted: the finished frames of each λ.
        updates: that the whole work takes.
    """

    def __init__(self, vgg: VGG16, animation: Animation, sources: Sources, choices: Choices, tile: int | None) -> None:
        """Paints nothing yet.

        Args:
            vgg: the network, on the device that shall do the work.
            animation: the content.
            sources: as they were read for its first frame.
            choices: settings and postprocessing.
            tile: as for `stylize`.
        """
        self._vgg, self._animation, self._sources = vgg, animation, sources
        self._choices, self._tile = choices, tile
        self._png, self._milliseconds = b"", 0.0  # of the frame in work
        self.painted = [PaintedFrames(animation.plays) for _ in choices.config.lambdas]
        self.updates = frame_steps(choices.config, 0) + (animation.count - 1) * frame_steps(choices.config, 1)

    @property
    def done(self) -> int:
        """How many frames are finished."""
        return len(self.painted[0].pngs)

    def steps(self, known: KnownStyles | None = None) -> Generator[FrameStep, None, None]:
        """Paints, and yields each step.

        Args:
            known: descriptions of styles that are shared with other runs.

        Raises:
            ImageError: if a frame is damaged.
            ValueError, TransferError: as `stylize_frames` does.
        """
        config = dataclasses.replace(self._choices.config, precision=self._choices.precision)
        initial = None
        if self._sources.init is not None:
            content, _ = prepare(self._sources.content.picture, self._sources.painted_in, config)
            initial = prepare_initial(self._sources.init.picture, content)
        run = stylize_frames(self._vgg, self._frames(config), config, initial, self._tile, known)
        with contextlib.closing(run):
            for step in run:
                if step.step.last:
                    self._keep(step)
                yield step

    def _frames(self, config: TransferConfig) -> Iterator[tuple[Tensor, Styling]]:
        longest, _ = sides(config)
        for frame in frames_of(self._animation, longest, "The content"):
            self._png, self._milliseconds = encode_png(frame.image, compress=1), frame.milliseconds
            painted_in = dataclasses.replace(self._sources.painted_in, alpha=alpha_of(self._png, longest))
            yield prepare(decode(self._png, "The content"), painted_in, config)

    def _keep(self, step: FrameStep) -> None:
        device = self._vgg.mean.device.type
        pictures = finish(step.step, self._choices.config, device, self._sources.inputs)
        for painted, picture in zip(self.painted, pictures, strict=True):
            frame = dataclasses.replace(picture.postprocessed(self._choices.postprocess), content=self._png)
            painted.add(frame, Painted(frame).encoded("png"), self._milliseconds)
