"""The features as a normal distribution, and the work that it takes to move one into another."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from stylecore.transfer.statistics.description import Distance, of_sums, positions_of
from stylecore.transfer.statistics.matrices import covariance_from_sums, products_and_sums

RIDGE = 1e-3  # of the style's mean square, as if that much white noise lay over both pictures
NOISE = 1e-8  # of the traces: a distance below is rounding


class _Bures(torch.autograd.Function):
    """tr(Σ₁ + Σ₂ − 2 (Σ₂^½ Σ₁ Σ₂^½)^½), whose gradient by Σ₁ is I − T: one `eigh` serves both.

    T = Σ₂^½ (Σ₂^½ Σ₁ Σ₂^½)^(−½) Σ₂^½ is the linear map that takes the first distribution to the second. autograd's own
    way through `eigh` divides by differences of eigenvalues, and those may be equal.
    """

    @staticmethod
    def forward(
        ctx: Any,  # noqa: ANN401  # torch gives contexts no type that can be named
        covariance: Tensor,
        root: Tensor,
        least: Tensor,
    ) -> Tensor:
        """(K,), of Σ₁, (K, C, C), and Σ₂^½, (1, C, C), in float64; no eigenvalue of Σ₁ and Σ₂ is below the least."""
        middle = root @ covariance @ root
        values, vectors = torch.linalg.eigh((middle + middle.mT) / 2)
        values = values.clamp_min(least.square())
        half = root @ (vectors * values.pow(-0.25).unsqueeze(1))  # T = half · halfᵀ
        traces = covariance.diagonal(dim1=1, dim2=2).sum(1) + root.square().sum((1, 2))
        distance: Tensor = traces - 2 * values.sqrt().sum(1)
        known = distance > NOISE * traces
        identity = torch.eye(covariance.shape[1], dtype=covariance.dtype, device=covariance.device)
        ctx.save_for_backward((identity - half @ half.mT) * known.view(-1, 1, 1))
        return distance * known

    @staticmethod
    def backward(ctx: Any, *upstream: Tensor) -> tuple[Tensor, None, None]:  # noqa: ANN401  # as above
        return upstream[0].view(-1, 1, 1) * ctx.saved_tensors[0], None, None


def gaussian_from_sums(sums: Tensor, positions: int) -> Tensor:
    """Covariances Σ and means μ of the channels.

    Args:
        sums: `products_and_sums`, (K, C, C + 1), of all positions.
        positions: how many there are.

    Returns:
        (K, C, C + 1): Σ, and μ as its last column.
    """
    return torch.cat([covariance_from_sums(sums, positions), sums[:, :, -1:] / positions], dim=2)


def gaussian(features: Tensor) -> Tensor:
    """The normal distribution that the features of all positions are taken for.

    Args:
        features: (K, C, H, W), any range.

    Returns:
        (K, C, C + 1): Σ, and μ as its last column.
    """
    return gaussian_from_sums(products_and_sums(features), positions_of(features))


def _distance(target: Tensor, _: Tensor) -> Distance:
    """‖Δμ‖² + tr(Σ₁ + Σ₂ − 2 (Σ₂^½ Σ₁ Σ₂^½)^½), the squared 2-Wasserstein distance (Dowson & Landau 1982).

    Small pictures have fewer positions than channels, so Σ has a null space, which float32 fills with rounding, and the
    root of a small number is not small. So both Σ get the same small ridge, and roots are taken in float64.
    """
    covariance = target[:, :, :-1].double()
    square = covariance.diagonal(dim1=1, dim2=2).mean() + target[:, :, -1].double().square().mean()
    least = (RIDGE * square).clamp_min(1e-12)
    ridge = least * torch.eye(target.shape[1], dtype=torch.float64, device=target.device)
    root = _root(covariance + ridge)

    def distance(description: Tensor) -> Tensor:
        of_means = (description[:, :, -1] - target[:, :, -1]).square().sum(1)
        of_shapes: Tensor = _Bures.apply(description[:, :, :-1].double() + ridge, root, least)
        return of_means + of_shapes.to(of_means.dtype)

    return distance


def _root(covariance: Tensor) -> Tensor:
    """Σ^½ of (1, C, C)."""
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values.clamp_min(0).sqrt().unsqueeze(1)) @ vectors.mT
    return root


WASSERSTEIN = of_sums(of=gaussian, distance=_distance, sums=products_and_sums, from_sums=gaussian_from_sums)
