"""What a description of style consists of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
        sums: features, and a guide or None → what the description follows from and adds up over positions, so that a
            picture can be taken in tiles; a `SettingError` if there is no such thing.
        from_sums: the sums of all tiles and the number of positions of the whole, which is 1 where a guide has divided
            them → the description, equal to that of the whole but for rounding.
        guided: features and a guide T, (1, 1, H, W) with Σ T² = 1 → the description of the part where T is not 0, each
            position counting T² (Gatys et al. 2017, "Controlling Perceptual Factors", equation 4).
        blended: descriptions of several styles, their shares, which add up to 1, and the content's description → that
            of the mix, at which a distance can be 0.
    """

    of: Callable[[Tensor], Tensor]
    distance: Callable[[Tensor, Tensor], Distance]
    sums: Callable[[Tensor, Tensor | None], Tensor]
    from_sums: Callable[[Tensor, int], Tensor]
    guided: Callable[[Tensor, Tensor], Tensor]
    blended: Callable[[Sequence[Tensor], Sequence[float], Tensor], Tensor]


def of_sums(
    of: Callable[[Tensor], Tensor],
    distance: Callable[[Tensor, Tensor], Distance],
    sums: Callable[[Tensor, Tensor | None], Tensor],
    from_sums: Callable[[Tensor, int], Tensor],
) -> Description:
    """A description that follows from sums over positions, so that guides and mixes follow as well."""
    return Description(
        of=of,
        distance=distance,
        sums=sums,
        from_sums=from_sums,
        guided=lambda features, guide: from_sums(sums(features, guide), 1),
        blended=lambda descriptions, shares, _: weighted_sum(descriptions, shares),
    )


def weighted_sum(descriptions: Sequence[Tensor], shares: Sequence[float]) -> Tensor:
    """Σ share · description."""
    total = shares[0] * descriptions[0]
    for description, share in zip(descriptions[1:], shares[1:], strict=True):
        total = total + share * description
    return total


def positions_of(features: Tensor) -> int:
    """The number of positions, H · W, of features (K, C, H, W)."""
    return features.shape[2] * features.shape[3]
