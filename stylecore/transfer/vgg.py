"""VGG16's convolutions as named layers, and where their weights come from."""

from __future__ import annotations

import hashlib
import io
import pickle
from collections.abc import Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from stylecore.config import Padding, Pooling, VggWeights
from stylecore.errors import SettingError, UserError
from stylecore.layers import BLOCKS, CHANNELS, LAYERS

BUNDLED = Path(__file__).parents[1] / "weights" / "vgg16_features_fp16-ed0a40eb.pth"
BUNDLED_SHA256 = "ed0a40eb22056542d818d5839c125f6648413ae95b0b35130d9a4f57efced62a"

# Input normalisation (mean, standard deviation), as torchvision documents it for each set of weights.
_CAFFE = ((0.48235, 0.45882, 0.40784), (1 / 255, 1 / 255, 1 / 255))
_IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


def exact_convolutions() -> AbstractContextManager[None]:
    """Where cuDNN computes in full float32, and always the same: targets and pictures must be taken alike."""
    return torch.backends.cudnn.flags(enabled=True, deterministic=True, allow_tf32=False)


class WeightsError(UserError, RuntimeError):
    """The weights of VGG16 could not be had; the message says why, and what to do, in one sentence."""


class VGG16(nn.Module):
    """VGG16 (Simonyan & Zisserman 2014, configuration D), frozen, as a function from pictures to named features.

    Pooling and padding are arguments of the call and not of the network: one copy in memory serves every visitor.
    """

    mean: Tensor
    deviation: Tensor
    _kernels_of: dict[torch.dtype, list[tuple[Tensor, Tensor]]]

    def __init__(
        self,
        state: Mapping[str, Tensor],
        mean: tuple[float, float, float],
        deviation: tuple[float, float, float],
    ) -> None:
        """Takes the state dict of torchvision's `vgg16().features`, and the input normalisation it was trained with."""
        super().__init__()
        with torch.device("meta"):  # neither allocates nor initialises
            features = _torchvisions_order()
        try:
            features.load_state_dict({name: value.float() for name, value in state.items()}, assign=True)
        except (RuntimeError, AttributeError) as error:
            raise WeightsError("The weights are not those of VGG16's 13 convolutions.") from error
        self.convolutions = nn.ModuleList(layer for layer in features if isinstance(layer, nn.Conv2d))
        self.register_buffer("mean", torch.tensor(mean).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor(deviation).view(1, 3, 1, 1))
        self.eval().requires_grad_(False)
        self._kernels_of = {}

    def forward(
        self,
        images: Tensor,
        layers: Collection[str],
        pooling: Pooling = "max",
        padding: Padding = "zeros",
        dtype: torch.dtype | None = None,
    ) -> dict[str, Tensor]:
        """Features after the ReLU of each named layer; nothing deeper than the deepest of them is computed.

        Args:
            images: (K, 3, H, W), in [0, 1].
            layers: names out of `config.LAYERS`.
            pooling: "max", or "average", which is not rescaled: Gatys et al. replace one by the other and leave
                all else alone, and calibrated weights make up for the fainter features.
            padding: what surrounds the picture before the first convolution.
            dtype: in which the convolutions and their gradients are computed; that of the weights if None.

        Returns:
            For each layer (K, C, H / 2^b, W / 2^b), b poolings before it, at least 0, in the weights' own dtype.

        Raises:
            ValueError: if a side is too short to be pooled down to the deepest layer, or a layer is unknown.
        """
        if unknown := set(layers) - set(LAYERS):
            raise SettingError(
                "no layer {layer!r}; the layers are {layers}", layer=min(unknown), layers=", ".join(LAYERS)
            )
        shortest = minimum_side(layers)
        if min(images.shape[2:]) < shortest:
            raise SettingError("each side must be at least {shortest} pixels for these layers", shortest=shortest)
        with exact_convolutions():
            x = (images - self.mean) / self.deviation
            return self._features(x, layers, pooling, padding, dtype or self.mean.dtype)

    def _features(
        self, x: Tensor, layers: Collection[str], pooling: Pooling, padding: Padding, dtype: torch.dtype
    ) -> dict[str, Tensor]:
        found: dict[str, Tensor] = {}
        x = x.to(dtype)
        for name, (weight, bias) in zip(LAYERS, self._kernels(dtype), strict=True):
            if len(found) == len(set(layers)):
                break
            if name.endswith("_1") and name != LAYERS[0]:
                x = F.max_pool2d(x, 2) if pooling == "max" else F.avg_pool2d(x, 2)
            if padding == "replicate" and name == LAYERS[0]:
                # The convolution adds its zeros all the same; what they touch is cut off again.
                x = F.pad(x, (1, 1, 1, 1), mode="replicate")
                x = F.conv2d(x, weight, bias, padding=1)[:, :, 1:-1, 1:-1].contiguous()
            else:
                x = F.conv2d(x, weight, bias, padding=1)
            x = F.relu_(x)  # in place: split the memory of the activations
            if name in layers:
                found[name] = x.to(self.mean.dtype)
        return found

    def _kernels(self, dtype: torch.dtype) -> list[tuple[Tensor, Tensor]]:
        """Weights and biases of the convolutions, shallow to deep; a second dtype is made once and kept."""
        own: list[tuple[Tensor, Tensor]] = [(w, b) for w, b in (layer.parameters() for layer in self.convolutions)]
        if dtype == self.mean.dtype:
            return own
        if dtype not in self._kernels_of:
            # Reduced precision is fast with the channels innermost, on processors and graphics cards alike.
            self._kernels_of[dtype] = [
                (weight.to(dtype, memory_format=torch.channels_last), bias.to(dtype)) for weight, bias in own
            ]
        return self._kernels_of[dtype]


@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What a layer of VGG16 is, by arithmetic alone.

    Attributes:
        channels: d_i.
        stride: pixels of the picture between two neighbouring positions.
        receptive_field: side of the square of pixels that one position sees.
        size: width and height of its features, w_i and h_i.
    """

    channels: int
    stride: int
    receptive_field: int
    size: tuple[int, int]


def layer_facts(width: int, height: int) -> dict[str, LayerFacts]:
    """Facts of all 13 layers, shallow to deep, for a picture of this size.

    A 3 × 3 convolution widens the receptive field by two positions, a 2 × 2 pooling by one and doubles the stride
    (Simonyan & Zisserman 2014, configuration D).
    """
    facts = {}
    field, stride = 1, 1
    for block, (count, channels) in enumerate(zip(BLOCKS, CHANNELS, strict=True), 1):
        if block > 1:
            field, stride = field + stride, 2 * stride
        for i in range(1, count + 1):
            field += 2 * stride
            facts[f"relu{block}_{i}"] = LayerFacts(channels, stride, field, (width // stride, height // stride))
    return facts


def multiplications(layers: Collection[str]) -> float:
    """Multiplications for each pixel of the picture, down to the deepest of these layers."""
    deepest = max(LAYERS.index(layer) for layer in layers)
    total, before = 0.0, 3
    for facts in list(layer_facts(1, 1).values())[: deepest + 1]:
        total += 9 * before * facts.channels / facts.stride**2
        before = facts.channels
    return total


def minimum_side(layers: Collection[str]) -> int:
    """The shortest side, in pixels, that survives the poolings before the deepest of these layers."""
    deepest = max(LAYERS.index(layer) for layer in layers)
    poolings = sum(deepest >= sum(BLOCKS[:block]) for block in range(1, len(BLOCKS)))
    return int(2**poolings)


@cache
def load_vgg16(weights: VggWeights = "bundled", device: str = "cpu") -> VGG16:
    """VGG16 with the named weights on a device, float32; loaded once a process.

    Args:
        weights: "bundled" (in this package, no network needed), or torchvision's name for its own download.
        device: anything that `torch.device` takes.

    Raises:
        WeightsError: if the file is missing or damaged, or the download failed.
    """
    state = read_bundled(BUNDLED) if weights == "bundled" else _download(weights)
    vgg = VGG16(state, *(_IMAGENET if weights == "IMAGENET1K_V1" else _CAFFE)).to(device)
    # On a CPU, convolution, pooling and Gram matrices together are 15 % faster with the channels innermost: `bench`.
    return vgg.to(memory_format=torch.channels_last) if device == "cpu" else vgg


def read_bundled(path: Path) -> dict[str, Tensor]:
    """The state dict in a file of ours: its SHA-256 is checked before anything is unpickled.

    Raises:
        WeightsError: if the file can't be read or is not, byte for byte, the one that belongs here.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError("The weights {name} can't be read: clone the repository again.", name=path.name) from error
    if hashlib.sha256(data).hexdigest() != BUNDLED_SHA256:
        raise WeightsError("The weights {name} are damaged: clone the repository again.", name=path.name)
    state: dict[str, Tensor] = torch.load(io.BytesIO(data), weights_only=True)
    return state


def _download(weights: VggWeights) -> dict[str, Tensor]:
    try:
        state = _torchvision_state(weights)
    except OSError as error:
        reason = getattr(error, "reason", error)
        raise WeightsError(
            'The weights {weights} could not be downloaded ({reason}): connect, or use "bundled", which is here.',
            weights=weights,
            reason=reason,
        ) from error
    except (RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise WeightsError(
            "The weights {weights} arrived damaged: delete {folder}/checkpoints and try again.",
            weights=weights,
            folder=torch.hub.get_dir(),
        ) from error
    prefix = "features."
    return {name.removeprefix(prefix): value for name, value in state.items() if name.startswith(prefix)}


def _torchvisions_order() -> nn.Sequential:
    """The modules in the order of torchvision's `vgg16().features`, so that the names in its state dict fit.

    They are built here because importing torchvision costs 170 MB and more than a second.
    """
    modules: list[nn.Module] = []
    before = 3
    for count, channels in zip(BLOCKS, CHANNELS, strict=True):
        for _ in range(count):
            modules += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
            before = channels
        modules.append(nn.MaxPool2d(2))
    return nn.Sequential(*modules)


def _torchvision_state(weights: VggWeights) -> Mapping[str, Tensor]:
    from torchvision.models import VGG16_Weights  # only here: see `_torchvisions_order`

    state: Mapping[str, Tensor] = VGG16_Weights[weights].get_state_dict(
        progress=False, check_hash=True, weights_only=True
    )
    return state
