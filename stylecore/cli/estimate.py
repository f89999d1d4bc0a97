"""What a run will need, said before it starts; what does not fit is refused, with what would."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

from stylecore.config import SETTINGS, TransferConfig
from stylecore.engine.cost import TARGET_BYTES, TILES, Cost, Size, cost_of, fitting_cost
from stylecore.engine.limits import free_memory
from stylecore.engine.spoken import spoken_bytes, spoken_time
from stylecore.engine.throughput import measure_throughput
from stylecore.errors import ImageError, SettingError
from stylecore.transfer.devices import OutOfMemory
from stylecore.transfer.vgg import VGG16

LARGEST_TILE = 8192  # pixels
MEASURED_SIDE = 160  # pixels; less where the run is smaller, as small pictures take longer per pixel


def check_memory(
    content: Size,
    styles: Sequence[Size],
    config: TransferConfig,
    device: str,
    wanted: str = "auto",
    regions: int = 0,
    memory: int | None = None,
) -> Cost:
    """The cost of a run, if there is memory for it now.

    Args:
        content: width and height of the content file.
        styles: width and height of each style file.
        config: the settings.
        device: "cpu" or "cuda".
        wanted: longest side of the pieces, in pixels; "auto" takes pictures whole where they fit, "off" always.
        regions: number of regions with a mask of their own.
        memory: bytes that it may take; None for all that are free.

    Raises:
        OutOfMemory: if there is not; the message says what would fit.
        ImageError: if a picture is too narrow for the layers.
    """
    free = free_memory(device) if memory is None else memory

    def of(config: TransferConfig) -> Cost:
        if wanted == "auto":
            return fitting_cost([content], styles, config, device, free, regions)
        return cost_of([content], styles, config, device, tile_from_text(wanted), regions)

    cost = of(config)
    if cost.memory > free:
        advice = " or ".join(_fitting(of, config, free)) or "close other programs first"
        raise OutOfMemory(
            f"This run needs about {spoken_bytes(cost.memory)} of memory, and {spoken_bytes(free)} are free: {advice}."
        )
    return cost


def tile_from_text(text: str) -> int | None:
    """The tile that an option names.

    Raises:
        SettingError: if it is neither "off" nor a whole number in range.
    """
    if text == "off":
        return None
    if not text.isdecimal() or not TILES[-1] <= int(text) <= LARGEST_TILE:
        raise SettingError(f"--tile must be auto, off, or from {TILES[-1]} to {LARGEST_TILE} pixels, not {text!r:.40}")
    return int(text)


def check_memory_to_judge(sizes: Sequence[Size], device: str) -> None:
    """Checks that there is memory for the losses of a picture, which need no gradients.

    Args:
        sizes: width and height of the content and the style picture, as they are used.
        device: "cpu" or "cuda".

    Raises:
        OutOfMemory: if there is not.
    """
    needed, free = max(width * height for width, height in sizes) * TARGET_BYTES, free_memory(device)
    if needed > free:
        raise OutOfMemory(
            f"This needs about {spoken_bytes(needed)} of memory, and {spoken_bytes(free)} are free: "
            "choose a smaller --size."
        )


def spoken_estimate(cost: Cost, vgg: VGG16, config: TransferConfig, size: Size, done: int, steps: int) -> str:
    """Size, steps, memory and time of a run, in one line.

    Args:
        cost: of the run.
        vgg: the network, whose speed on its device is measured in less than a second.
        config: the settings.
        size: width and height of the result.
        done: updates that have been made.
        steps: updates of the whole run.
    """
    per_pixel = measure_throughput(vgg, min(MEASURED_SIDE, config.size)).of(cost.picture) or 0.0
    several = f" of {len(config.lambdas)} λ" if len(config.lambdas) > 1 else ""
    pieces = f" in tiles of {cost.tile} pixels" if cost.tile else ""
    left = f"{steps - done} step{'s' * (steps - done != 1)}"
    return (
        f"{size[0]} × {size[1]} pixels{pieces}, {left}{several} on {vgg.mean.device.type}: "
        f"about {spoken_bytes(cost.memory)} of memory and {spoken_time(cost.work(done, steps) * per_pixel)}"
    )


def _fitting(cost: Callable[[TransferConfig], Cost], config: TransferConfig, free: int) -> Sequence[str]:
    """What would fit into the free memory: the largest smaller size, and the largest number of λ."""

    def fits(smaller: TransferConfig) -> bool:
        try:
            return cost(smaller).memory <= free
        except ImageError:  # too narrow at this size
            return False

    sizes = range((config.size - 1) // 32 * 32, int(SETTINGS["size"].low) - 1, -32)
    size = next((size for size in sizes if fits(dataclasses.replace(config, size=size))), None)
    counts = range(len(config.lambdas) - 1, 0, -1)
    fewer = (count for count in counts if fits(dataclasses.replace(config, lambdas=config.lambdas[:count])))
    count = next(fewer, None)
    return [f"--size {size} would fit"] * (size is not None) + [f"{count} λ at a time would fit"] * (count is not None)
