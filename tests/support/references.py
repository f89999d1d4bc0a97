"""Formulas in NumPy and plain loops, written apart from the package, for tests to compare with."""

import numpy as np


def gram_by_loops(features: np.ndarray, centred: bool = False) -> np.ndarray:
    """(C, C): the Gram matrix of features (C, H, W), summed over positions."""
    channels, height, width = features.shape
    rows = [[features[c, y, x] for y in range(height) for x in range(width)] for c in range(channels)]
    if centred:
        rows = [[value - sum(row) / len(row) for value in row] for row in rows]
    return np.array([[sum(a * b for a, b in zip(p, q, strict=True)) for q in rows] for p in rows])
