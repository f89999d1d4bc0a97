"""VGG16 against torchvision's own modules with the same weights, and against files that are not what they should be."""

import urllib.error

import pytest
import torch
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torchvision.models import VGG16_Weights, vgg16

from stylecore.layers import LAYERS
from stylecore.transfer import vgg as module
from stylecore.transfer.vgg import (
    BUNDLED,
    VGG16,
    WeightsError,
    layer_facts,
    load_vgg16,
    minimum_side,
    multiplications,
    read_bundled,
)

MEAN, DEVIATION = (0.48235, 0.45882, 0.40784), 1 / 255
VGG16_SHAPES = {name: tuple(w.shape) for name, w in torch.load(BUNDLED, weights_only=True).items()}


@pytest.fixture(scope="module")
def plain() -> nn.Sequential:
    network = vgg16(weights=None, init_weights=False).features
    network.load_state_dict({name: w.float() for name, w in torch.load(BUNDLED, weights_only=True).items()})
    for layer in network:
        if isinstance(layer, nn.ReLU):
            layer.inplace = False
    return network.eval().requires_grad_(False)


def picture(height=35, width=50, batch=2):
    return torch.rand(batch, 3, height, width, generator=torch.Generator().manual_seed(0))


def plain_features(network: nn.Sequential, images: torch.Tensor) -> dict[str, torch.Tensor]:
    x = (images - torch.tensor(MEAN).view(1, 3, 1, 1)) / DEVIATION
    names, found = iter(LAYERS), {}
    for layer in network:
        x = layer(x)
        if isinstance(layer, nn.ReLU):
            found[next(names)] = x
    return found


def test_every_layer_equals_torchvisions(vgg, plain):
    ours, theirs = vgg(picture(), LAYERS), plain_features(plain, picture())
    assert list(ours) == list(LAYERS)
    for layer in LAYERS:
        torch.testing.assert_close(ours[layer], theirs[layer], rtol=1e-5, atol=1e-5 * theirs[layer].max().item())


@pytest.mark.parametrize("size", [(32, 48), (35, 50), (33, 47)])
def test_gradient_equals_torchvisions(vgg, plain, size):
    ours, theirs = (picture(*size).requires_grad_() for _ in range(2))
    (vgg(ours, ("relu5_1",))["relu5_1"] ** 2).sum().backward()
    (plain_features(plain, theirs)["relu5_1"] ** 2).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-3, atol=1e-4 * theirs.grad.abs().max().item())


def test_average_pooling_is_not_rescaled(vgg, plain):
    network = nn.Sequential(*[nn.AvgPool2d(2) if isinstance(layer, nn.MaxPool2d) else layer for layer in plain])
    expected = plain_features(network, picture())["relu3_1"]
    got = vgg(picture(), ("relu3_1",), "average")["relu3_1"]
    torch.testing.assert_close(got, expected, rtol=1e-5, atol=1e-5 * expected.max().item())


def test_replication_padding_changes_the_border_alone(vgg, plain):
    x = (picture() - torch.tensor(MEAN).view(1, 3, 1, 1)) / DEVIATION
    expected = torch.relu(
        nn.functional.conv2d(nn.functional.pad(x, (1,) * 4, mode="replicate"), plain[0].weight, plain[0].bias)
    )
    replicated = vgg(picture(), ("relu1_1",), padding="replicate")["relu1_1"]
    zeros = vgg(picture(), ("relu1_1",))["relu1_1"]
    torch.testing.assert_close(replicated, expected, rtol=1e-5, atol=1e-3)
    torch.testing.assert_close(replicated[..., 1:-1, 1:-1], zeros[..., 1:-1, 1:-1])
    assert not torch.allclose(replicated, zeros)


def test_a_grey_picture_has_no_border_with_replication(vgg):
    flat = vgg(torch.full((1, 3, 16, 16), 0.7), ("relu1_1",), padding="replicate")["relu1_1"]
    torch.testing.assert_close(flat.amax((2, 3)), flat.amin((2, 3)))


def test_nothing_deeper_than_the_deepest_layer_is_computed(vgg, monkeypatch):
    channels = []
    convolve = torch.nn.functional.conv2d
    monkeypatch.setattr(
        torch.nn.functional,
        "conv2d",
        lambda x, weight, *a, **k: channels.append(len(weight)) or convolve(x, weight, *a, **k),
    )
    vgg(picture(), ("relu2_2", "relu1_1"))
    assert channels == [64, 64, 128, 128]


@pytest.mark.parametrize("padding", ["zeros", "replicate"])
def test_bfloat16_gives_nearly_the_same_features_and_gradient_in_float32(vgg, padding):
    found = []
    for dtype in (None, torch.bfloat16):
        image = picture().requires_grad_()
        features = vgg(image, LAYERS, padding=padding, dtype=dtype)
        sum(layer.square().mean() for layer in features.values()).backward()
        found.append((features, image.grad))
    (exact, exact_gradient), (fast, fast_gradient) = found
    for layer in LAYERS:
        assert fast[layer].dtype == torch.float32
        assert 0 < (fast[layer] - exact[layer]).norm() < 0.02 * exact[layer].norm()  # 8 bits of mantissa
    assert torch.nn.functional.cosine_similarity(exact_gradient.flatten(), fast_gradient.flatten(), dim=0) > 0.99


def test_the_weights_in_bfloat16_are_made_once(vgg):
    first, second = (vgg._kernels(torch.bfloat16) for _ in range(2))
    assert first is second
    assert first[0][0].dtype == torch.bfloat16
    assert vgg.convolutions[0].weight.dtype == torch.float32


def test_bfloat16_on_a_graphics_card_keeps_its_layout_and_answers_in_float32():
    with FakeTensorMode(), torch.device("cuda"):  # shapes, devices and layouts, without a card
        state = {name: torch.empty(shape) for name, shape in VGG16_SHAPES.items()}
        card = VGG16(state, MEAN, (DEVIATION,) * 3)
        features = card(torch.empty(2, 3, 35, 50), ("relu1_1", "relu5_1"), dtype=torch.bfloat16)
        weight, _ = card._kernels(torch.bfloat16)[3]
        assert weight.device.type == "cuda"
        assert weight.is_contiguous(memory_format=torch.channels_last)
        assert {(f.device.type, f.dtype) for f in features.values()} == {("cuda", torch.float32)}


@pytest.mark.parametrize(("layer", "side"), [("relu1_2", 1), ("relu2_1", 2), ("relu4_3", 8), ("relu5_1", 16)])
def test_minimum_side(vgg, layer, side):
    assert minimum_side((layer, "relu1_1")) == side
    assert min(vgg(torch.zeros(1, 3, side, side), (layer,))[layer].shape) == 1
    if side > 1:
        with pytest.raises(ValueError, match=f"at least {side} pixels"):
            vgg(torch.zeros(1, 3, side - 1, 40), (layer,))


def test_unknown_layer(vgg):
    with pytest.raises(ValueError, match="relu9_9"):
        vgg(picture(), ("relu9_9",))


def test_weights_are_frozen_float32(vgg):
    assert {p.dtype for p in vgg.parameters()} == {torch.float32}
    assert not any(p.requires_grad for p in vgg.parameters())


@pytest.mark.parametrize("damage", [b"", b"not weights", None])
def test_damaged_weights_are_refused_before_they_are_read(tmp_path, damage, monkeypatch):
    monkeypatch.setattr(torch, "load", lambda *_, **__: pytest.fail("unpickled"))
    data = bytearray(BUNDLED.read_bytes()) if damage is None else damage
    if damage is None:
        data[len(data) // 2] ^= 1
    (tmp_path / "w.pth").write_bytes(data)
    with pytest.raises(WeightsError, match="damaged"):
        read_bundled(tmp_path / "w.pth")


def test_missing_weights(tmp_path):
    with pytest.raises(WeightsError, match="can't be read"):
        read_bundled(tmp_path / "none.pth")


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (urllib.error.URLError("no route"), "could not be downloaded"),
        (RuntimeError('invalid hash value (expected "397923af", got "0")'), "arrived damaged"),
        (EOFError("Ran out of input"), "arrived damaged"),
    ],
)
@pytest.mark.parametrize("name", ["IMAGENET1K_FEATURES", "IMAGENET1K_V1"])
def test_a_failed_download_is_one_sentence(monkeypatch, name, problem, words):
    def fail(*_args, **_kwargs):
        raise problem

    monkeypatch.setattr(module, "_torchvision_state", fail)
    load_vgg16.cache_clear()
    with pytest.raises(WeightsError, match=words) as caught:
        load_vgg16(name)
    assert "\n" not in str(caught.value)


def test_torchvisions_weights_bring_their_own_scaling(monkeypatch):
    state = {f"features.{name}": w for name, w in torch.load(BUNDLED, weights_only=True).items()}
    monkeypatch.setattr(module, "_torchvision_state", lambda _name: {**state, "classifier.0.weight": torch.zeros(1)})
    load_vgg16.cache_clear()
    found = {name: load_vgg16(name) for name in ("IMAGENET1K_FEATURES", "IMAGENET1K_V1")}
    load_vgg16.cache_clear()
    for name, network in found.items():
        preset = VGG16_Weights[name].transforms()
        torch.testing.assert_close(network.mean.flatten(), torch.tensor(preset.mean))
        torch.testing.assert_close(network.deviation.flatten(), torch.tensor(preset.std))


def test_a_state_of_another_network_is_refused():
    with pytest.raises(WeightsError):
        VGG16({"0.weight": torch.zeros(1)}, MEAN, (DEVIATION,) * 3)


def test_layer_facts_are_what_the_network_does(vgg):
    """Sizes of real features; receptive fields as counted from the pixels that a position's gradient reaches."""
    facts = layer_facts(70, 52)
    for layer, features in vgg.forward(torch.rand(1, 3, 52, 70), LAYERS).items():
        assert features.shape[1:] == (facts[layer].channels, *facts[layer].size[::-1])
    for layer in ("relu1_2", "relu2_1", "relu3_3", "relu4_1"):
        x = torch.zeros(1, 1, 128, 128, dtype=torch.float64, requires_grad=True)
        out = x
        for name in LAYERS[: LAYERS.index(layer) + 1]:
            if name.endswith("_1") and name != LAYERS[0]:
                out = torch.nn.functional.avg_pool2d(out, 2)  # unlike a maximum it lets every pixel through
            out = torch.nn.functional.conv2d(out, torch.ones(1, 1, 3, 3, dtype=torch.float64), padding=1)
        middle = out.shape[2] // 2
        (gradient,) = torch.autograd.grad(out[0, 0, middle, middle], x)
        assert (gradient[0, 0] > 0).any(0).sum() == facts[layer].receptive_field


def test_multiplications_are_those_of_the_convolutions(vgg):
    expected = sum(
        weight.numel() / facts.stride**2
        for weight, facts in zip((c.weight for c in vgg.convolutions), layer_facts(64, 64).values(), strict=True)
    )
    assert multiplications(["relu5_3", "relu1_1"]) == expected
    assert multiplications(["relu1_1"]) == 3 * 9 * 64
