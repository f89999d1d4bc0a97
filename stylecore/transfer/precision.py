"""In which precision the convolutions are computed: bfloat16 where this machine is faster with it, and agrees.

Convolutions and their gradients may run in bfloat16, which keeps float32's range and 8 bits of its mantissa; losses,
matrices, pixels and the optimizer are float32 always. Processors and graphics cards with units for bfloat16 need half
the time; those without emulate it, many times slower. Which is the case here is measured, never guessed from a name.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from stylecore.config import Precision, TransferConfig
from stylecore.transfer.objective import Objective
from stylecore.transfer.vgg import VGG16

Computed = Literal["float32", "bfloat16"]

GAIN = 1.3  # how many times faster bfloat16 must be
AGREEMENT = 0.99  # the least cosine of the two gradients; 0.998 is usual
LARGEST_MEASURED = 256  # pixels a side: what holds there holds for larger pictures
SMALLEST_MEASURED = 128  # pixels a side: below, a step takes milliseconds, and float32 is taken unmeasured
ROUNDS = 3  # passes of each, of which the fastest counts
HOPELESS = 2  # times slower in the first round: no further one follows


@dataclass(frozen=True, slots=True)
class Measurement:
    """What bfloat16 is worth on a device.

    Attributes:
        gain: seconds of a pass in float32, over those in bfloat16.
        agreement: cosine of the two gradients.
    """

    gain: float
    agreement: float

    @property
    def best(self) -> Computed:
        """What to compute in."""
        return "bfloat16" if self.gain >= GAIN and self.agreement >= AGREEMENT else "float32"


def choose_precision(choice: Precision, vgg: VGG16, width: int, height: int) -> Computed:
    """The precision of a run.

    With "auto" the machine is measured once a process for pictures of about this size, which takes a second or two.
    What pays for smaller pictures pays for larger ones, too: where that is known nothing is measured again.

    Args:
        choice: as the settings have it.
        vgg: the network, on the device that shall compute.
        width: of the picture, in pixels.
        height: of the picture, in pixels.
    """
    if choice != "auto":
        return choice
    side = min(round((width * height) ** 0.5), LARGEST_MEASURED)
    if side < SMALLEST_MEASURED:
        return "float32"
    key = (vgg.mean.device.type, side // SMALLEST_MEASURED)
    with _lock:  # two runs that begin together must not time each other
        if key not in _measured:
            smaller = [found.best for (device, size), found in _measured.items() if device == key[0] and size < key[1]]
            if "bfloat16" in smaller:
                return "bfloat16"
            _measured[key] = found = measure(vgg, side)
            facts = {"device": key[0], "side": side, "gain": round(found.gain, 2), "takes": found.best}
            _log.info("precision_measured", extra={"facts": facts})
        return _measured[key].best


def measured_precision(device: str) -> Computed | None:
    """What "auto" takes for pictures of usual size, if it has been measured.

    Args:
        device: "cpu" or "cuda".
    """
    found = [measurement.best for (name, _), measurement in sorted(_measured.items()) if name == device]
    return found[-1] if found else None


def measured_for(config: TransferConfig, vgg: VGG16, threads: int) -> dict[tuple[str, int], Measurement]:
    """Measures what runs with these settings would measure, so that several processes can take the same precision.

    Args:
        config: `size` and `precision` are read; nothing is measured unless the latter is "auto".
        vgg: the network, on the device that shall compute.
        threads: of torch, that each of the processes has; this one keeps as many.

    Returns:
        For `take_measurements`.
    """
    torch.set_num_threads(threads)
    for side in (SMALLEST_MEASURED, LARGEST_MEASURED):
        if side <= config.size:
            choose_precision(config.precision, vgg, side, side)
    return measurements()


def measurements() -> dict[tuple[str, int], Measurement]:
    """All that has been measured in this process, for `take_measurements` of a later one."""
    return dict(_measured)


def take_measurements(found: Mapping[tuple[str, int], Measurement]) -> None:
    """Takes what an earlier process has measured on this machine, so that its runs can be repeated to the bit."""
    with _lock:
        _measured.update(found)


_lock = threading.Lock()
_log = logging.getLogger(__name__)
_measured: dict[tuple[str, int], Measurement] = {}


def measure(vgg: VGG16, side: int) -> Measurement:
    """Times one pass in each precision, forward and backward, on noise.

    Args:
        vgg: the network, on the device to be measured.
        side: of the picture, in pixels.
    """
    device = vgg.mean.device
    image, content, style = torch.rand(3, 1, 3, side, side, generator=torch.Generator().manual_seed(0)).to(device)
    lambdas = torch.full((1,), 0.5, device=device)
    passes: dict[Computed, Callable[[], Tensor]] = {}
    for name in ("float32", "bfloat16"):
        objective = Objective(vgg, content, style, TransferConfig(precision=name))
        passes[name] = lambda objective=objective: objective.gradient(image, lambdas)[1]  # type: ignore[misc]
    best = dict.fromkeys(passes, float("inf"))
    gradients: dict[Computed, Tensor] = {}
    for _ in range(ROUNDS):
        for name, run in passes.items():
            began = time.perf_counter()
            gradients[name] = run().cpu().flatten()  # waits for the device
            best[name] = min(best[name], time.perf_counter() - began)
        if best["bfloat16"] > HOPELESS * best["float32"]:
            break
    agreement = F.cosine_similarity(gradients["float32"], gradients["bfloat16"], dim=0).item()
    return Measurement(best["float32"] / best["bfloat16"], agreement)
