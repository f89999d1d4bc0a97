"""Descriptions of style: what is kept of a layer's features once their places are forgotten."""

from collections.abc import Mapping

from stylecore.config import Statistic
from stylecore.transfer.statistics.description import Description
from stylecore.transfer.statistics.gram_moments import GRAM_MOMENTS
from stylecore.transfer.statistics.matrices import COVARIANCE, GRAM
from stylecore.transfer.statistics.moments import MOMENTS
from stylecore.transfer.statistics.sliced import SLICED
from stylecore.transfer.statistics.wasserstein import WASSERSTEIN

DESCRIPTIONS: Mapping[Statistic, Description] = {
    "gram": GRAM,
    "covariance": COVARIANCE,
    "moments": MOMENTS,
    "gram+moments": GRAM_MOMENTS,
    "wasserstein": WASSERSTEIN,
    "sliced": SLICED,
}
