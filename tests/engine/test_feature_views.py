"""Short questions: answers against numbers computed without them."""

import io

import pytest
import torch
from PIL import Image

from stylecore.config import TransferConfig
from stylecore.engine.feature_views import (
    MAPS,
    MATRIX,
    CalibrationQuery,
    FeatureMapsQuery,
    ShuffleQuery,
    StatisticsQuery,
)
from stylecore.engine.view_pictures import ViewPictures
from stylecore.errors import ImageError
from stylecore.imaging.files import read
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.scaling import fit
from stylecore.imaging.tensors import to_image, to_tensor
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.objective import Objective
from stylecore.transfer.preparation import prepare

CONFIG = TransferConfig(size=64)
CONTENT, STYLE = read(sample_contents()["Coffee"]), read(sample_styles()["Embroidery"])


def answer(query, vgg):
    work = query.work(vgg, ViewPictures())
    passes = 0
    while True:
        try:
            next(work)
            passes += 1
        except StopIteration as end:
            assert passes > 0  # others had a turn
            return end.value


def features(vgg, data, layer):
    with torch.no_grad():
        return vgg.forward(to_tensor(fit(decode(data), 64)), [layer])[layer][0]


def test_feature_maps_are_those_of_the_layer(vgg):
    found = answer(FeatureMapsQuery(CONTENT, "relu2_2", CONFIG), vgg)
    maps = features(vgg, CONTENT, "relu2_2")
    means = maps.mean((1, 2))
    assert len(found.channels) == len(found.maps) == MAPS
    assert found.channels[0] == means.argmax()
    assert list(found.means) == sorted(found.means, reverse=True)
    assert found.means == pytest.approx(means[list(found.channels)].tolist())
    assert found.silent == (means == 0).sum()
    assert found.size == (32, 21) == maps.shape[:0:-1]
    picture = Image.open(io.BytesIO(found.maps[0]))
    assert picture.width / picture.height == pytest.approx(32 / 21, rel=0.02)


@pytest.mark.parametrize("statistic", ["gram", "covariance"])
def test_matrices_are_those_of_the_layer_and_the_way_ends_at_its_result(vgg, statistic):
    config = TransferConfig(size=64, statistic=statistic)
    query = StatisticsQuery(CONTENT, STYLE, CONTENT, ((0, CONTENT), (9, STYLE)), "relu1_2", config)
    found = answer(query, vgg)

    def matrix(data):
        rows = features(vgg, data, "relu1_2").flatten(1).double()
        if statistic == "covariance":
            rows = rows - rows.mean(1, keepdim=True)
        return rows @ rows.T / rows.shape[1]

    style, content = matrix(STYLE), matrix(CONTENT)
    order = style.diagonal().argsort(descending=True)[:MATRIX]
    assert found.channels == tuple(order.tolist())
    for name, wanted in (("style", style), ("content", content), ("result", content)):
        shown = torch.tensor(found.matrices[name], dtype=torch.float64)
        assert torch.allclose(shown, wanted[order][:, order], rtol=1e-3, atol=1e-3 * style.max().item())
    relative = ((content - style).norm() / style.norm()).item()
    assert found.distances == pytest.approx({"style": 0, "content": relative, "result": relative}, rel=1e-4)
    assert [step for step, _, _ in found.trajectory] == [0, 9]
    assert [distance for _, distance, _ in found.trajectory] == pytest.approx([relative, 0], rel=1e-4)
    assert torch.tensor(found.trajectory[1][2]).abs().max() == 0


def test_calibrated_weights_make_both_losses_1_at_the_opposite_picture(vgg):
    found = answer(CalibrationQuery(CONTENT, STYLE, CONFIG), vgg)
    for kind in ("content", "style"):
        weights, distances = getattr(found, f"{kind}_weights"), getattr(found, f"{kind}_distances")
        assert sum(weights[layer] * distances[layer] for layer in weights) == pytest.approx(1, rel=1e-5)
    plain = TransferConfig(size=64, loss_weighting="paper")
    objective = Objective(vgg, *prepare(decode(CONTENT), decode(STYLE), plain), plain)
    with torch.no_grad():
        losses = objective(to_tensor(fit(decode(CONTENT), 64)))
    assert found.style_distances == pytest.approx({k: v.item() for k, v in losses.style_layers.items()}, rel=1e-4)
    relative = {layer: found.style_weights[layer] * size for layer, size in found.style_sizes.items()}
    assert max(relative.values()) == pytest.approx(min(relative.values()), rel=1e-4)  # each relative to its target


def test_shuffled_positions_are_nothing_to_style(vgg):
    found = answer(ShuffleQuery(CONTENT, "relu3_1", 5, CONFIG), vgg)
    assert found.style < 1e-5
    assert found.content > 0.1
    assert found.before != found.after


def test_equal_questions_are_one_question():
    one, other = (FeatureMapsQuery(bytes(CONTENT), "relu2_2", TransferConfig(size=64)) for _ in range(2))
    assert one == other
    assert hash(one) == hash(other)
    assert one != FeatureMapsQuery(CONTENT, "relu2_1", CONFIG)


def test_a_large_size_is_looked_at_smaller(vgg):
    found = answer(FeatureMapsQuery(CONTENT, "relu4_1", TransferConfig(size=2048)), vgg)
    assert found.size == (48, 32)


def test_pictures_that_cannot_be_used_are_told(vgg):
    with pytest.raises(ImageError, match="isn't a picture we can read"):
        answer(FeatureMapsQuery(b"nothing", "relu1_1", CONFIG), vgg)
    stripe = encode_png(to_image(torch.zeros(3, 4, 200)))
    with pytest.raises(ImageError, match="too narrow for these layers"):
        answer(FeatureMapsQuery(stripe, "relu5_1", CONFIG), vgg)
