"""A style is described once for all runs that share it, and nothing in a picture tells that it was."""

import dataclasses

import pytest
import torch

from stylecore.config import TransferConfig
from stylecore.transfer.encoder import Encoder
from stylecore.transfer.known_styles import KnownStyles
from stylecore.transfer.styling import Region, Style, Styling
from stylecore.transfer.stylize import stylize

LAYERS = (("relu1_1", 1.0),)
CONFIG = TransferConfig(steps=3, content_layers=LAYERS, style_layers=LAYERS, coarse_to_fine="off")
MASK = torch.zeros(1, 1, 18, 26).index_fill_(3, torch.arange(13), 1.0)


@pytest.fixture
def described(monkeypatch):
    """The pictures that were described, one after the other."""
    seen = []
    before = Encoder.describe
    monkeypatch.setattr(Encoder, "describe", lambda self, *pair: seen.append(pair) or before(self, *pair))
    return seen


def last(network, content, style, config=CONFIG, known=None):
    *_, step = stylize(network, content, style, config, known=known)
    return step.images


def test_photographs_of_any_size_and_all_lambdas_share_a_style(toy, tensors, described):
    known = KnownStyles()
    contents = tensors[0], torch.rand(1, 3, 26, 17, generator=torch.Generator().manual_seed(5))
    for content in contents:
        for lam in (0.1, 0.7):
            config = dataclasses.replace(CONFIG, lambdas=(lam,))
            shared = last(toy, content, tensors[1].clone(), config, known)  # another tensor of the same pixels
            assert torch.equal(shared, last(toy, content, tensors[1], config))
    assert len(described) == 1 + 4  # and one for each run that shares with none


@pytest.mark.parametrize("statistic", ["gram", "covariance", "moments", "gram+moments", "wasserstein", "sliced"])
def test_a_run_leaves_what_it_shares_as_it_was(toy, tensors, statistic):
    known, config = KnownStyles(), dataclasses.replace(CONFIG, statistic=statistic)
    first, second = (last(toy, *tensors, config, known) for _ in range(2))
    assert torch.equal(first, second)


@pytest.mark.parametrize(
    "changes",
    [
        {"statistic": "moments"},
        {"pooling": "average"},
        {"padding": "replicate"},
        {"precision": "bfloat16"},
        {"style_layers": (("relu2_1", 1.0),)},
    ],
)
def test_what_changes_a_description_is_described_anew(toy, tensors, described, changes):
    known, style = KnownStyles(), Style(tensors[1])
    known.describe(Encoder(toy, CONFIG), style)
    known.describe(Encoder(toy, dataclasses.replace(CONFIG, **changes)), style)
    assert len(described) == 2


def test_one_pixel_a_mask_tiles_and_the_network_count(toy, vgg, tensors, described):
    known, other = KnownStyles(), tensors[1].clone()
    other[0, 0, 0, 0] += 1 / 255
    for style in (Style(tensors[1]), Style(other), Style(tensors[1], MASK), Style(tensors[1], 1 - MASK)):
        known.describe(Encoder(toy, CONFIG), style)
    known.describe(Encoder(toy, CONFIG, tile=128), Style(tensors[1]))
    known.describe(Encoder(vgg, CONFIG), Style(tensors[1]))
    assert len(described) == 6


def test_a_mix_with_regions_is_the_same_with_what_is_known(toy, tensors):
    content, image = tensors
    where = torch.zeros(1, 1, *content.shape[2:])
    where[..., :12] = 1
    mixed = Styling(
        styles=(Style(image, MASK), Style(image.flip(3)), Style(image.flip(2))),
        weights=(1.0, 2.0, 1.0),
        regions=(Region((0, 1), 0.5, where), Region((2,), 0.5, 1 - where)),
    )
    known = KnownStyles()
    for _ in range(2):
        assert torch.equal(last(toy, content, mixed, known=known), last(toy, content, mixed))


def test_there_is_a_bound_to_what_is_kept(toy, tensors, described, monkeypatch):
    monkeypatch.setattr(KnownStyles, "MOST_BYTES", 2 * 8 * 8 * 4)  # two Gram matrices of 8 channels
    known, encoder = KnownStyles(), Encoder(toy, CONFIG)
    one, two, three = (Style(tensors[1] * share) for share in (1.0, 0.5, 0.25))
    for style in (one, two, one, three):  # the third one takes the place of two, which was not used again
        known.describe(encoder, style)
    assert len(described) == 3
    known.describe(encoder, one)
    assert len(described) == 3
    known.describe(encoder, two)
    assert len(described) == 4
