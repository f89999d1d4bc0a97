"""Two channels of a layer as a cloud of points, and the lines that say what each description keeps of it; pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stylecore.config import Statistic

Array = NDArray[np.float64]

TURN = np.linspace(0, 2 * np.pi, 65)  # angles at which an outline is drawn


@dataclass(frozen=True, eq=False, slots=True)
class Cloud:
    """The features of one picture in two channels.

    Attributes:
        name: of the picture.
        points: (2, N), a column for each position.
    """

    name: str
    points: Array

    @property
    def mean(self) -> Array:
        """μ, (2,)."""
        mean: Array = self.points.mean(1)
        return mean

    @property
    def gram(self) -> Array:
        """G per position, (2, 2)."""
        gram: Array = self.points @ self.points.T / self.points.shape[1]
        return gram

    @property
    def covariance(self) -> Array:
        """Σ per position, (2, 2)."""
        return np.cov(self.points, bias=True)

    @property
    def deviation(self) -> Array:
        """σ of each channel, (2,)."""
        deviation: Array = self.points.std(1)
        return deviation

    def along(self, degrees: float) -> Array:
        """Projections of the points, (N,), on the direction at an angle to the first channel's axis."""
        projections: Array = direction(degrees) @ self.points
        return projections


def direction(degrees: float) -> Array:
    """The unit vector, (2,), at an angle to the x axis."""
    return np.array([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))])


def ellipse(centre: Array, matrix: Array) -> Array:
    """The ellipse that reaches, in every direction u, √(uᵀ M u) far from its centre.

    Args:
        centre: (2,).
        matrix: M, (2, 2), symmetric with eigenvalues of at least 0.

    Returns:
        (2, points), closed.
    """
    outline: Array = centre[:, None] + root(matrix) @ np.stack([np.cos(TURN), np.sin(TURN)])
    return outline


def box(mean: Array, deviation: Array) -> Array:
    """The rectangle of one deviation to each side of the mean, (2, 5), closed."""
    corners = np.array([[-1, 1, 1, -1, -1], [-1, -1, 1, 1, -1]])
    outline: Array = mean[:, None] + deviation[:, None] * corners
    return outline


def transported(points: Array, one: Cloud, other: Cloud) -> Array:
    """Where points go when one cloud, taken for a normal distribution, is moved into another with the least work.

    x ↦ μ₂ + T (x − μ₁) with T = Σ₂^½ (Σ₂^½ Σ₁ Σ₂^½)^(−½) Σ₂^½ (Dowson & Landau 1982).

    Args:
        points: (2, N).
        one: where they come from.
        other: where they go.
    """
    half = root(other.covariance)
    linear = half @ np.linalg.pinv(root(half @ one.covariance @ half), hermitian=True) @ half
    moved: Array = other.mean[:, None] + linear @ (points - one.mean[:, None])
    return moved


def root(matrix: Array) -> Array:
    """The symmetric root of a symmetric matrix, (2, 2), whose eigenvalues are at least 0 but for rounding."""
    values, vectors = np.linalg.eigh(matrix)
    symmetric: Array = (vectors * np.sqrt(values.clip(0))) @ vectors.T
    return symmetric


def outlines(cloud: Cloud, statistic: Statistic) -> list[Array]:
    """What a description keeps of a cloud, as closed lines, (2, points) each; nothing for sliced."""
    of_gram = ellipse(np.zeros(2), cloud.gram)
    of_moments = box(cloud.mean, cloud.deviation)
    of_covariance = ellipse(cloud.mean, cloud.covariance)
    kept: dict[Statistic, list[Array]] = {
        "gram": [of_gram],
        "covariance": [of_covariance],
        "moments": [of_moments],
        "gram+moments": [of_gram, of_moments],
        "wasserstein": [of_covariance],
        "sliced": [],
    }
    return kept[statistic]
