"""Calibrated layer weights: chosen from the pair, so that λ means the same on every pair and at every size.

The papers' fixed weights let one loss outweigh the other by orders of magnitude, and by how many depends on the pair.
"""

from __future__ import annotations

from collections.abc import Mapping

# Relative losses below this are the rounding of two equal pictures, not a difference to calibrate by.
FLOOR = 1e-6


def calibrated_weights(
    weights: Mapping[str, float], sizes: Mapping[str, float], distances: Mapping[str, float]
) -> dict[str, float]:
    """Weights that make the weighted sum of distances 1, each layer relative to the size of its target.

    A layer whose target is zero (of a black picture, say) is taken relative to its distance; a pair without any
    distance (the same picture twice) keeps the relative weights without the common factor.

    Args:
        weights: of the layers, as the settings give them.
        sizes: unweighted loss of an all-zero description, by layer.
        distances: unweighted loss of the opposite picture, by layer; their weighted sum is to become 1.

    Returns:
        By layer, at least 0.
    """
    relative = {}
    for layer, weight in weights.items():
        relative[layer] = weight / max(sizes[layer], FLOOR * distances[layer], 1e-30)
    common = sum(relative[layer] * distances[layer] for layer in weights)
    return {layer: value / common if common > FLOOR else value for layer, value in relative.items()}
