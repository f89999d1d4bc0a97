"""A run over an animation on the command line: shows progress, and keeps what was painted if it is cut short."""

from __future__ import annotations

import argparse
import contextlib
import time
from dataclasses import dataclass

from stylecore.artifacts.animated import PaintedFrames
from stylecore.cli.animating import AnimationRun, check_animation
from stylecore.cli.choices import Choices, note_differences
from stylecore.cli.estimate import check_memory, spoken_estimate
from stylecore.cli.failures import ended_by
from stylecore.cli.run import log_lines
from stylecore.cli.signals import Signals
from stylecore.cli.sources import Sources
from stylecore.cli.terminal import DONE, leave_progress, note, say, show_line
from stylecore.engine.cost import used_sizes
from stylecore.engine.spoken import spoken_time
from stylecore.imaging.animations import Animation
from stylecore.imaging.mask_files import guided_regions
from stylecore.transfer.devices import choose_device
from stylecore.transfer.frames import FrameStep
from stylecore.transfer.vgg import load_vgg16


@dataclass(frozen=True, slots=True)
class AnimatedRun:
    """A run over an animation that has ended.

    Attributes:
        pictures: the frames of each λ.
        reached: how many of them are painted.
        log: a line of JSON for each frame, step and λ.
        trouble: why the run ended early, in one sentence; empty if it didn't.
        status: what the command exits with, unless the files can't be written.
    """

    pictures: list[PaintedFrames]
    reached: str
    log: list[str]
    trouble: str
    status: int


def run_animation(
    options: argparse.Namespace, choices: Choices, sources: Sources, animation: Animation, signals: Signals
) -> AnimatedRun:
    """Stylises all frames. If anything cuts the run short, the result is the frames that were finished.

    Args:
        options: those of the command line that name device and tiles, and ask for tracebacks.
        choices: what to do.
        sources: the pictures and masks.
        animation: the content.
        signals: that stop the run; once a frame is finished, they must not cost it any more.

    Raises:
        KeyboardInterrupt: if the user stopped the run before there was any frame.
        OutOfMemory: if there is too little memory for the run.
        ImageError: if an input can't be used, or the first frame can't.
        SettingError: if what is asked for can't be done with an animation.
    """
    check_animation(options, choices, animation)
    config, device = choices.config, choose_device(options.device)
    if choices.recipe:
        note_differences(choices.recipe, sources.inputs)
    sizes = sources.content.size, sources.style_sizes
    cost = check_memory(*sizes, config, device, options.tile, guided_regions(sources.inputs))
    vgg = load_vgg16(config.vgg_weights, device)
    run = AnimationRun(vgg, animation, sources, choices, cost.tile)
    (size,), _ = used_sizes([sizes[0]], sizes[1], config)
    estimate = spoken_estimate(cost, vgg, config, size, 0, run.updates)
    say(f"{animation.count} frames of {estimate}")
    log: list[str] = []
    trouble, status = "", DONE
    began = time.perf_counter()
    try:
        with contextlib.closing(run.steps()) as steps:
            for updates, step in enumerate(steps):
                signals.check()
                log += log_lines(step.step, frame=step.frame)
                _show(step, animation.count, updates / max(1, run.updates), time.perf_counter() - began)
        signals.ignore()
    except (Exception, KeyboardInterrupt) as error:
        signals.ignore()
        if not run.done:
            raise
        trouble, status = ended_by(error, config.size, options.debug)
    leave_progress()
    return AnimatedRun(run.painted, f"{run.done} of {animation.count} frames", log, trouble, status)


def _show(step: FrameStep, count: int, share: float, seconds: float) -> None:
    """Shows how far the run is.

    Args:
        step: the newest one.
        count: of the frames.
        share: of the work that is done, about.
        seconds: that it took.
    """
    if step.step.notice:
        note(step.step.notice)
    left = f"about {spoken_time(seconds / share * max(0.0, 1 - share))} left" if share > 0 else "measuring …"
    show_line(f"frame {step.frame + 1} of {count} · step {step.step.index}/{step.steps} · {left}")
