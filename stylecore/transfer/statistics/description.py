"""What a description of style consists of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from torch import Tensor

Distance = Callable[[Tensor], Tensor]  # the description of a layer, (K, …) → (K,), at least 0, and 0 at its target


@dataclass(frozen=True, slots=True)
class Description:
    """What is kept of a layer's features once their places are forgotten, and how far two of these are apart.

    Attributes:
        of: features (K, C, H, W), any range → their description, (K, …), per position, so that pictures of different
            sizes compare.
        distance: descriptions of the style and the content picture, (1, …) each → the distance from the style's. The
            content's is what the terms of a distance, if it has several, are balanced by.
        sums: features → what the description follows from and adds up over positions, so that a picture can be taken in
            tiles; a `SettingError` if there is no such thing.
        from_sums: the sums of all tiles and the number of positions of the whole → the description, equal to that of
            the whole but for rounding.
    """

    of: Callable[[Tensor], Tensor]
    distance: Callable[[Tensor, Tensor], Distance]
    sums: Callable[[Tensor], Tensor]
    from_sums: Callable[[Tensor, int], Tensor]


def positions_of(features: Tensor) -> int:
    """The number of positions, H · W, of features (K, C, H, W)."""
    return features.shape[2] * features.shape[3]
