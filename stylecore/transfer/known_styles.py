"""Descriptions of styles that several runs share: those of a batch, and those of the frames of an animation."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping

from torch import Tensor

from stylecore.transfer.encoder import Encoder
from stylecore.transfer.styling import Style

Description = Mapping[str, Tensor]


class KnownStyles:
    """Describes each style once, as long as there is room for what it has found.

    A description is known by all that it depends on: the network, layers, statistic, precision and tiles of the
    encoder, and the pixels of the picture and its mask. So a run gets the very bits that it would compute.
    """

    MOST_BYTES = 64 * 2**20  # that are kept; Gram matrices of one style take 2 MB, sorted features a hundred

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._found: dict[Hashable, Description] = {}

    def describe(self, encoder: Encoder, style: Style) -> Description:
        """The style layers' descriptions, (1, …) each, by layer; they must not be changed.

        Args:
            encoder: of the run.
            style: on the device of the network.
        """
        key = (encoder.identity, _digest(style.image), None if style.mask is None else _digest(style.mask))
        if key not in self._found:
            self._found[key] = encoder.describe(style.image, style.mask)
        self._found[key] = found = self._found.pop(key)  # the one that was used last is given up last
        while sum(map(_bytes, self._found.values())) > self.MOST_BYTES:
            del self._found[next(iter(self._found))]
        return found


def _digest(tensor: Tensor) -> tuple[object, ...]:
    """What a tensor holds, as a short key."""
    values = tensor.detach().cpu().contiguous()
    return tuple(values.shape), values.dtype, hashlib.sha256(values.numpy().tobytes()).digest()


def _bytes(description: Description) -> int:
    return sum(values.numel() * values.element_size() for values in description.values())
