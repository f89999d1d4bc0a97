"""The clouds of the theory page: the features that they are, and the core's numbers of them against NumPy's."""

import numpy as np
import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.engine.view_pictures import ViewPictures
from stylecore.imaging.images import decode
from stylecore.imaging.scaling import fit
from stylecore.imaging.tensors import to_tensor
from stylecore.transfer.statistics import DESCRIPTIONS
from stylecore.transfer.statistics.sliced import directions_of
from stylecore.ui.theory.cloud_query import CHANNELS, POINTS, CloudQuery
from stylecore.ui.theory.worked_descriptions import distance_along, distance_of, kept_of

CONTENT = np.array([[3.0, 1.0, 0.0, 2.0], [1.0, 0.0, 2.0, 2.0]])
STYLE = np.array([[0.0, 4.0, 0.0, 4.0, 2.0], [0.0, 3.0, 1.0, 3.0, 3.0]])


def gram(points):
    return points @ points.T / points.shape[1]


def square(values):
    return np.square(values).sum()


def answer(work):
    """What a query's work returns when all of it is done."""
    try:
        while True:
            next(work)
    except StopIteration as end:
        return end.value


def test_distances_are_those_of_the_formulas():
    def found(statistic):
        return distance_of(CONTENT, STYLE, statistic)

    of_means = square(CONTENT.mean(1) - STYLE.mean(1))
    of_deviations = square(CONTENT.std(1) - STYLE.std(1))
    covariances = np.cov(CONTENT, bias=True), np.cov(STYLE, bias=True)
    assert found("gram") == pytest.approx(square(gram(CONTENT) - gram(STYLE)) / 16)
    assert found("covariance") == pytest.approx(square(covariances[0] - covariances[1]) / 16)
    assert found("moments") == pytest.approx(of_means + of_deviations)
    assert found("gram+moments") == pytest.approx(1)  # relative to the photograph, which this is
    roots = np.sqrt(np.linalg.eigvals(covariances[0] @ covariances[1]).real).sum()  # tr (Σ₂^½ Σ₁ Σ₂^½)^½
    assert found("wasserstein") == pytest.approx(
        of_means + np.trace(covariances[0] + covariances[1]) - 2 * roots, rel=5e-3
    )


def test_the_sliced_distance_is_the_mean_of_those_along_its_directions():
    along = [distance_along(v @ CONTENT, v @ STYLE) for v in directions_of(2).double().numpy()]
    assert distance_of(CONTENT, STYLE, "sliced") == pytest.approx(np.mean(along))
    one, other = CONTENT[0], STYLE[0, :4]
    assert distance_along(one, other) == pytest.approx(np.square(np.sort(one) - np.sort(other)).mean())


def test_every_cloud_is_at_no_distance_from_itself():
    for statistic in DESCRIPTIONS:
        assert distance_of(STYLE, STYLE, statistic) == pytest.approx(0, abs=1e-6)


def test_what_is_kept_is_written_out():
    assert kept_of(CONTENT, "c", "gram") == r"$G(c) = \begin{pmatrix} 3.5 & 1.75 \\ 1.75 & 2.25 \end{pmatrix}$"
    assert kept_of(CONTENT, "c", "moments") == (
        r"$\mu(c) = \begin{pmatrix} 1.5 \\ 1.25 \end{pmatrix}$ &ensp; "
        r"$\sigma(c) = \begin{pmatrix} 1.12 \\ 0.829 \end{pmatrix}$"
    )
    assert r"\Sigma(s) = " in kept_of(STYLE, "s", "wasserstein")
    assert kept_of(STYLE, "s", "gram+moments").count("pmatrix") == 6  # G, μ and σ
    assert kept_of(STYLE, "s", "sliced") == ""


def test_clouds_are_positions_of_the_layer(vgg, pair):
    config = TransferConfig(size=96)
    found = answer(CloudQuery(*pair, "relu1_2", config).work(vgg, ViewPictures()))
    assert found.content.shape == found.style.shape == (CHANNELS, POINTS)
    with torch.no_grad():
        content, style = (
            vgg.forward(to_tensor(fit(decode(data), 96)), ["relu1_2"])["relu1_2"][0].flatten(1).numpy() for data in pair
        )
    assert found.channels[0] == style.mean(1).argmax()
    for drawn, whole in ((found.content, content), (found.style, style)):
        positions = {column.tobytes() for column in whole[list(found.channels)].T}
        assert all(column.tobytes() in positions for column in drawn.T)
