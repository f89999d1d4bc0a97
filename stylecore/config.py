"""Every setting of a transfer: its range, its default, and the presets built from them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

BLOCKS = (2, 2, 3, 3, 3)  # convolutions per block of VGG16 (Simonyan & Zisserman 2014, configuration D)
LAYERS = tuple(f"relu{block}_{i}" for block, count in enumerate(BLOCKS, 1) for i in range(1, count + 1))
CHANNELS = (64, 128, 256, 512, 512)  # of every convolution of a block

Optimizer = Literal["lbfgs", "adam"]
Init = Literal["content", "style", "noise", "image"]
Pooling = Literal["max", "average"]
Padding = Literal["zeros", "replicate"]
Statistic = Literal["gram", "covariance"]
Weighting = Literal["calibrated", "paper"]
Network = Literal["bundled", "IMAGENET1K_FEATURES", "IMAGENET1K_V1"]
CoarseToFine = Literal["auto", "on", "off"]
Colours = Literal["style", "luminance", "statistics"]
DeviceChoice = Literal["auto", "cpu", "cuda"]  # where a run is made is no setting of the picture

LayerWeights = tuple[tuple[str, float], ...]

GATYS_STYLE: LayerWeights = tuple((f"relu{block}_1", 1.0) for block in range(1, 6))

RANGES: dict[str, tuple[float, float]] = {
    "size": (16, 4096),
    "steps": (0, 10_000),
    "seed": (0, 2**53 - 1),  # what every reader of JSON, and every browser, counts exactly
    "style_scale": (0.25, 4.0),
    "total_variation": (0.0, 100.0),
    "learning_rate": (1e-4, 1.0),
    "learning_rate_decay": (0.01, 1.0),
    "decay_every": (1, 10_000),
    "history": (1, 200),
}
MAX_LAMBDAS = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferConfig:
    """The settings of one transfer.

    Attributes:
        lambdas: the λ of L = λ·L_content + (1 − λ)·L_style, one picture for each; each in [0, 1].
        size: longer side of the result, in pixels.
        steps: updates of the picture, those at a coarser size included.
        optimizer: box-constrained L-BFGS, or Adam with the pixels clamped after every step.
        init: what the optimisation starts from; "image" takes a picture handed to `stylize`.
        seed: of the noise that `init="noise"` starts from.
        weights: "calibrated" measures the layers' weights on the pair, "paper" takes them as they are.
        statistic: what describes style: Gram matrix F·Fᵀ, or covariance (channels centred first).
        content_layers: (layer, weight) pairs of the content loss; may be empty where λ = 0 leaves nothing of it.
        style_layers: (layer, weight) pairs of the style loss; may be empty where λ = 1 leaves nothing of it.
        pooling: of VGG16; "average" is what Gatys et al. prefer to the network's own maximum.
        padding: of the first convolution; "replicate" removes the dark border that zeros suggest to it.
        style_scale: size of the style picture relative to `size`: larger means larger strokes.
        total_variation: weight of the smoothness term; with calibrated weights, of the content's own roughness.
        coarse_to_fine: start at a smaller size; "auto" does so from `transfer.COARSE_FROM` pixels on.
        learning_rate: of Adam, in units of the pixel range.
        learning_rate_decay: factor on Adam's learning rate every `decay_every` steps; 1 keeps it.
        decay_every: steps between two decays of the learning rate.
        history: pairs of changes that L-BFGS remembers.
        network: which weights VGG16 has; "bundled" needs no network connection.

    Raises:
        ValueError: naming the setting and its range.
    """

    lambdas: tuple[float, ...] = (0.2,)
    size: int = 256
    steps: int = 120
    optimizer: Optimizer = "lbfgs"
    init: Init = "content"
    seed: int = 0
    weights: Weighting = "calibrated"
    statistic: Statistic = "gram"
    content_layers: LayerWeights = (("relu4_2", 1.0),)
    style_layers: LayerWeights = GATYS_STYLE
    pooling: Pooling = "max"
    padding: Padding = "zeros"
    style_scale: float = 1.0
    total_variation: float = 0.0
    coarse_to_fine: CoarseToFine = "auto"
    learning_rate: float = 0.05
    learning_rate_decay: float = 1.0
    decay_every: int = 50
    history: int = 20
    network: Network = "bundled"

    def __post_init__(self) -> None:
        for name, choices in _CHOICES.items():
            _check_choice(name, getattr(self, name), choices)
        for name, (low, high) in RANGES.items():
            _check_range(name, getattr(self, name), low, high, whole=_FIELD_TYPES[name] == "int")
        if not isinstance(self.lambdas, tuple) or not 1 <= len(self.lambdas) <= MAX_LAMBDAS:
            raise ValueError(f"lambdas must be 1 to {MAX_LAMBDAS} numbers, not {self.lambdas!r}")
        for lam in self.lambdas:
            _check_range("λ", lam, 0.0, 1.0)
        for name, idle in (("content_layers", 0.0), ("style_layers", 1.0)):
            if getattr(self, name) != () or set(self.lambdas) != {idle}:
                _check_layers(name, getattr(self, name))

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that the losses look at, shallow to deep."""
        used = {layer for layer, _ in (*self.content_layers, *self.style_layers)}
        return tuple(layer for layer in LAYERS if layer in used)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values that JSON can hold."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TransferConfig:
        """Settings from plain values, checked as if a stranger wrote them.

        Args:
            values: any of the settings by name; those that are missing keep their defaults.

        Raises:
            ValueError: for a name that is no setting, or a value of the wrong kind or out of range.
        """
        if unknown := sorted(set(values) - set(_FIELD_TYPES)):
            raise ValueError(f"unknown setting {unknown[0]!r}; the settings are {', '.join(_FIELD_TYPES)}")
        plain = dict(values)
        for name in ("lambdas", "content_layers", "style_layers"):
            if isinstance(plain.get(name), list):
                plain[name] = tuple(tuple(v) if isinstance(v, list) else v for v in plain[name])
        return cls(**plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """What is done to a picture after its run.

    Attributes:
        colours: "style" leaves them; "luminance" takes the result's light and dark and the content's colours, and
            "statistics" gives the result the mean and covariance of the content's colours (both are ideas of
            Gatys et al. 2016, "Preserving Color in Neural Artistic Style Transfer").
        blend: share of the content laid over the result, in [0, 1].

    Raises:
        ValueError: naming the setting and its range.
    """

    colours: Colours = "style"
    blend: float = 0.0

    def __post_init__(self) -> None:
        if self.colours not in get_args(Colours):
            raise ValueError(f"colours must be one of {', '.join(get_args(Colours))}, not {self.colours!r}")
        number = isinstance(self.blend, (int, float)) and not isinstance(self.blend, bool)
        if not number or not 0 <= self.blend <= 1:
            raise ValueError(f"blend must be a number from 0 to 1, not {self.blend!r}")

    def to_dict(self) -> dict[str, Any]:
        """The touches as plain values that JSON can hold."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Finish:
        """Touches from plain values, checked as if a stranger wrote them.

        Raises:
            ValueError: for an unknown name, or a value out of range.
        """
        if unknown := sorted(set(values) - {"colours", "blend"}):
            raise ValueError(f"unknown finishing touch {unknown[0]!r}; there are colours and blend")
        return cls(**values)


def with_lambda(config: TransferConfig, lam: float) -> TransferConfig:
    """The same settings for one λ alone."""
    return dataclasses.replace(config, lambdas=(lam,))


def paper_lambda(ratio: float) -> float:
    """λ = α / (α + β) for a given α / β, the paper's content and style weights (Gatys et al. 2015, equation 7)."""
    return ratio / (1.0 + ratio)


_FIELD_TYPES = {field.name: field.type for field in dataclasses.fields(TransferConfig)}
_CHOICES: dict[str, tuple[str, ...]] = {
    "optimizer": get_args(Optimizer),
    "init": get_args(Init),
    "weights": get_args(Weighting),
    "statistic": get_args(Statistic),
    "pooling": get_args(Pooling),
    "padding": get_args(Padding),
    "coarse_to_fine": get_args(CoarseToFine),
    "network": get_args(Network),
}


def _check_choice(name: str, value: object, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def _check_range(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]  # checked by `number`
        kind = "a whole number" if whole else "a number"
        raise ValueError(f"{name} must be {kind} from {low:g} to {high:g}, not {value!r}")


def _check_layers(name: str, layers: object) -> None:
    if not isinstance(layers, tuple) or not layers:
        raise ValueError(f"{name} must name at least one layer of {LAYERS[0]} … {LAYERS[-1]}")
    for entry in layers:
        if not isinstance(entry, tuple) or len(entry) != 2:
            raise ValueError(f"{name} must be pairs of layer and weight, not {entry!r}")
        _check_choice(f"each layer of {name}", entry[0], LAYERS)
        _check_range(f"the weight of {entry[0]} in {name}", entry[1], 0.0, 1e6)
    if len({layer for layer, _ in layers}) < len(layers):
        raise ValueError(f"{name} names a layer twice")
    if not any(weight for _, weight in layers):
        raise ValueError(f"{name} must give at least one layer a weight above 0")


PRESETS: dict[str, TransferConfig] = {
    "studio": TransferConfig(),
    # Gatys et al. 2015: average pooling and L-BFGS, α/β = 1e-3 with unit layer weights.
    "gatys": TransferConfig(pooling="average", weights="paper", lambdas=(paper_lambda(1e-3),)),
    # The lecture's notebook: Adam from the content, the learning rate × 0.7 every so many steps.
    "notebook": TransferConfig(
        weights="paper",
        lambdas=(paper_lambda(1e-3),),
        style_layers=tuple((layer, w) for (layer, _), w in zip(GATYS_STYLE, (1.0, 0.8, 0.5, 0.3, 0.1), strict=True)),
        optimizer="adam",
        learning_rate_decay=0.7,
        decay_every=30,
    ),
    # The lecture's loss-network diagram: the layers of Johnson et al. 2016, VGG-16.
    "johnson": TransferConfig(
        weights="paper",
        lambdas=(paper_lambda(1e-3),),
        style_layers=(("relu1_2", 1.0), ("relu2_2", 1.0), ("relu3_3", 1.0), ("relu4_3", 1.0)),
        content_layers=(("relu3_3", 1.0),),
    ),
}
