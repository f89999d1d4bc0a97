"""The size at which the Studio begins: as large as this machine paints while a visitor likes to wait."""

from __future__ import annotations

from stylecore.config import TransferConfig
from stylecore.engine.cost import cost_of
from stylecore.engine.limits import Limits
from stylecore.engine.throughput import ThroughputEstimator

WAIT_SECONDS = 45.0  # from Run to Done
SIZES = range(512, 128, -32)  # pixels
SHAPE = 3 / 4  # of most cameras and telephones


def usual_size(throughput: ThroughputEstimator, limits: Limits, device: str) -> int:
    """Longer side of the largest photograph that is painted within `WAIT_SECONDS` with usual settings.

    A photograph is taken to be `SHAPE` as high as wide.

    Args:
        throughput: as measured at the start; where nothing is known, the settings' own default is taken.
        limits: of this server; no size is more than they allow.
        device: "cpu" or "cuda".
    """
    for size in SIZES:
        photograph = (size, round(SHAPE * size))
        cost = cost_of([photograph], [photograph], TransferConfig(size=size), device)
        per_pixel = throughput.of(cost.picture)
        if per_pixel is None:
            return min(TransferConfig().size, limits.max_size)
        if size <= limits.max_size and cost.work() * per_pixel <= WAIT_SECONDS:
            return size
    return min(SIZES[-1], limits.max_size)
