"""All settings, each declared once with its type, default, range, names and help; and the presets."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stylecore.errors import SettingError
from stylecore.language import Sentence
from stylecore.layers import GATYS_STYLE, LAYERS, LayerWeights
from stylecore.settings import Setting, check_settings, setting, settings_of, with_current_names

Optimizer = Literal["lbfgs", "adam"]
Init = Literal["content", "style", "noise", "image"]
Pooling = Literal["max", "average"]
Padding = Literal["zeros", "replicate"]
Statistic = Literal["gram", "covariance", "moments", "gram+moments", "wasserstein", "sliced"]
LossWeighting = Literal["calibrated", "paper"]
VggWeights = Literal["bundled", "IMAGENET1K_FEATURES", "IMAGENET1K_V1"]
CoarseToFine = Literal["auto", "on", "off"]
Precision = Literal["auto", "float32", "bfloat16"]
Colours = Literal["style", "luminance", "statistics"]
DeviceChoice = Literal["auto", "cpu", "cuda"]  # not a setting: it says where to compute, not what
OutputFormat = Literal["png", "jpeg", "webp", "tiff"]  # nor is it: a recipe says nothing of the file around it
FileFormat = OutputFormat | Literal["gif"]  # of all files that are written; GIF holds animations alone


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferConfig:
    """The settings of one transfer.

    Each field is declared with `setting`, and nothing else needs to know its range, its names or its help: the check of
    its values, its widget, its option on the command line, and how links and recipes write it are derived from the
    declaration. `SETTINGS` has the declarations by name.

    Raises:
        SettingError: naming the setting and its range.
    """

    lambdas: tuple[float, ...] = setting(
        (0.2,),
        kind="lambdas",
        label="λ",
        help=Sentence(
            "The λ of L = λ·L_content + (1 − λ)·L_style: 1 is all content, 0 all style; one picture for each."
        ),
        place="main",
        flag="--lambda",
        query="lam",
    )
    size: int = setting(
        256,
        kind="int",
        label=Sentence("Size, pixels"),
        help=Sentence("Longer side of the result."),
        low=16,
        high=8192,
        place="main",
    )
    steps: int = setting(
        120,
        kind="int",
        label=Sentence("Steps"),
        help=Sentence("Updates of the picture, those at a coarser size included."),
        low=0,
        high=10_000,
        step=20,
        place="main",
    )
    style_scale: float = setting(
        1.0,
        kind="float",
        label=Sentence("Stroke size"),
        help=Sentence(
            "Size of the style picture relative to the result, never stretched: larger means larger strokes."
        ),
        low=0.25,
        high=4.0,
        step=0.05,
        slider_high=4.0,
    )
    init: Init = setting(
        "content",
        kind="choice",
        label=Sentence("Start from"),
        help=Sentence("What is repainted: the photograph, the style, noise, or another picture."),
        labels={
            "content": Sentence("The photograph"),
            "style": Sentence("Style"),
            "noise": Sentence("Noise"),
            "image": Sentence("Another picture"),
        },
    )
    seed: int = setting(
        0,
        kind="int",
        label=Sentence("Seed"),
        help=Sentence("The same seed gives the same noise."),
        low=0,
        high=2**53 - 1,  # what every reader of JSON, and every browser, counts exactly
        step=1,
        needs=("init", "noise"),
    )
    optimizer: Optimizer = setting(
        "lbfgs",
        kind="choice",
        label=Sentence("Optimiser"),
        help=Sentence("L-BFGS ends lower and cleaner; Adam is what the lecture's notebook uses."),
        labels={"lbfgs": "L-BFGS", "adam": "Adam"},
    )
    learning_rate: float = setting(
        0.05,
        kind="float",
        label=Sentence("Learning rate"),
        help=Sentence("Learning rate of Adam, in units of the pixel range."),
        low=1e-4,
        high=1.0,
        step=0.01,
        needs=("optimizer", "adam"),
    )
    learning_rate_decay: float = setting(
        1.0,
        kind="float",
        label=Sentence("Learning rate decay"),
        help=Sentence("Factor on Adam's learning rate, every so many steps; 1 keeps it."),
        low=0.01,
        high=1.0,
        step=0.05,
        needs=("optimizer", "adam"),
    )
    decay_every: int = setting(
        50,
        kind="int",
        label=Sentence("… every so many steps"),
        help=Sentence("Steps between two decays of the learning rate."),
        low=1,
        high=10_000,
        step=10,
        needs=("optimizer", "adam"),
    )
    lbfgs_memory: int = setting(
        20,
        kind="int",
        label=Sentence("L-BFGS memory"),
        help=Sentence("Pairs (s, y) that L-BFGS remembers; more of them take more memory."),
        low=1,
        high=200,
        step=5,
        needs=("optimizer", "lbfgs"),
        old_names=("history",),
    )
    lbfgs_scales: int = setting(
        6,
        kind="int",
        label=Sentence("L-BFGS scales"),
        help=Sentence(
            "Sizes of blocks (2, 4, 8 … pixels) that may change their colour in one step; 0 is the ordinary method."
        ),
        low=0,
        high=8,
        step=1,
        needs=("optimizer", "lbfgs"),
        formerly=0,
    )
    loss_weighting: LossWeighting = setting(
        "calibrated",
        kind="choice",
        label=Sentence("Layer weights"),
        help=Sentence("Calibrated weights are measured on the pair; the paper's are taken as they are, for comparing."),
        labels={"calibrated": Sentence("Calibrated"), "paper": Sentence("Paper")},
        old_names=("weights",),
        old_flags=("--weights",),
    )
    statistic: Statistic = setting(
        "gram",
        kind="choice",
        label=Sentence("Style is described by"),
        help=Sentence(
            "What of a layer's features is compared: the paper's Gram matrix F·Fᵀ, covariances, each channel's mean "
            "and deviation, or their whole distribution; sliced can't be taken in tiles."
        ),
        labels={
            "gram": Sentence("Gram matrix"),
            "covariance": Sentence("Covariance"),
            "moments": Sentence("Mean and deviation"),
            "gram+moments": Sentence("Gram + moments"),
            "wasserstein": Sentence("Wasserstein"),
            "sliced": Sentence("Sliced"),
        },
    )
    content_layers: LayerWeights = setting(
        (("relu4_2", 1.0),),
        kind="layers",
        label=Sentence("Content layers"),
        help=Sentence(
            "Of the content loss: names from {first} to {last}, each with a weight after a colon if not 1.",
            first=LAYERS[0],
            last=LAYERS[-1],
        ),
    )
    style_layers: LayerWeights = setting(
        GATYS_STYLE,
        kind="layers",
        label=Sentence("Style layers"),
        help=Sentence(
            "Of the style loss: names from {first} to {last}, each with a weight after a colon if not 1.",
            first=LAYERS[0],
            last=LAYERS[-1],
        ),
    )
    pooling: Pooling = setting(
        "max",
        kind="choice",
        label=Sentence("Pooling"),
        help=Sentence("Average is what Gatys et al. prefer; maximum is VGG16's own."),
        labels={"max": Sentence("Max"), "average": Sentence("Average")},
    )
    padding: Padding = setting(
        "zeros",
        kind="choice",
        label=Sentence("Padding"),
        help=Sentence("Replicate removes the dark border that zeros suggest to the first layer."),
        labels={"zeros": Sentence("Zeros"), "replicate": Sentence("Replicate")},
    )
    total_variation: float = setting(
        0.0,
        kind="float",
        label=Sentence("Smoothness"),
        help=Sentence("Weight of total variation: 0.05 calms noise, more blurs."),
        low=0.0,
        high=100.0,
        step=0.01,
        slider_high=1.0,
        flag="--tv",
    )
    coarse_to_fine: CoarseToFine = setting(
        "auto",
        kind="choice",
        label=Sentence("Coarse to fine"),
        help=Sentence("Begin at a smaller size, where a step costs less and reaches further; Auto does if it helps."),
        labels={"auto": Sentence("Auto"), "on": Sentence("On"), "off": Sentence("Off")},
    )
    levels: int = setting(
        0,
        kind="int",
        label=Sentence("Sizes, coarse to fine"),
        help=Sentence(
            "How many sizes a run that begins coarse goes through, with a quarter of the steps below the largest; "
            "0 makes four at half of it."
        ),
        low=0,
        high=6,
        step=1,
        formerly=2,
    )
    precision: Precision = setting(
        "auto",
        kind="choice",
        label=Sentence("Precision"),
        help=Sentence("Of the convolutions: auto takes bfloat16 if this machine was measured to be faster with it."),
        labels={"auto": Sentence("Auto"), "float32": "float32", "bfloat16": "bfloat16"},
        formerly="float32",
    )
    vgg_weights: VggWeights = setting(
        "bundled",
        kind="choice",
        label=Sentence("Weights of VGG16"),
        help=Sentence("The bundled ones are here already; torchvision's own are downloaded when first used."),
        labels={
            "bundled": Sentence("Bundled"),
            "IMAGENET1K_FEATURES": "IMAGENET1K_FEATURES",
            "IMAGENET1K_V1": "IMAGENET1K_V1",
        },
        old_names=("network",),
        old_flags=("--network",),
    )

    def __post_init__(self) -> None:
        check_settings(self)
        for name, idle in (("content_layers", 0.0), ("style_layers", 1.0)):
            if not getattr(self, name) and set(self.lambdas) != {idle}:
                raise SettingError(
                    "{name} must name at least one layer of {first} … {last}",
                    name=name,
                    first=LAYERS[0],
                    last=LAYERS[-1],
                )

    @property
    def layers(self) -> tuple[str, ...]:
        """The layers that the two losses use, from shallow to deep."""
        used = {layer for layer, _ in (*self.content_layers, *self.style_layers)}
        return tuple(layer for layer in LAYERS if layer in used)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values that JSON can represent."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> TransferConfig:
        """Settings from plain values, which need not be trusted.

        Args:
            values: some or all settings, by today's name or that of an earlier version; the others get their defaults.

        Raises:
            SettingError: for an unknown name, or a value of the wrong type or out of range.
        """
        plain = with_current_names(cls, values)
        if unknown := sorted(set(plain) - set(SETTINGS)):
            raise SettingError(
                "unknown setting {name!r}; the settings are {names}", name=unknown[0], names=", ".join(SETTINGS)
            )
        for name, declared in SETTINGS.items():
            if declared.kind in ("lambdas", "layers") and isinstance(plain.get(name), list):
                plain[name] = tuple(tuple(v) if isinstance(v, list) else v for v in plain[name])
        return cls(**plain)


@dataclass(frozen=True, slots=True, kw_only=True)
class Postprocess:
    """What is done to a picture after its run, without a new one.

    Raises:
        SettingError: naming the setting and its range.
    """

    colours: Colours = setting(
        "style",
        kind="choice",
        label=Sentence("Colours"),
        help=Sentence(
            "Luminance takes light and dark from the result and colours from the content; statistics moves the "
            "result's colours to the content's mean and spread (Gatys et al. 2016)."
        ),
        labels={
            "style": Sentence("As painted"),
            "luminance": Sentence("Photograph's colours"),
            "statistics": Sentence("Matched colours"),
        },
        place="result",
    )
    blend: float = setting(
        0.0,
        kind="float",
        label=Sentence("Blend in the photograph"),
        help=Sentence("Share of the content laid over the result."),
        low=0.0,
        high=1.0,
        step=0.05,
        slider_high=1.0,
        place="result",
    )

    def __post_init__(self) -> None:
        check_settings(self)

    def to_dict(self) -> dict[str, Any]:
        """The settings as plain values that JSON can represent."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Postprocess:
        """Settings from plain values, which need not be trusted.

        Raises:
            SettingError: for an unknown name, or a value of the wrong type or out of range.
        """
        if unknown := sorted(set(values) - set(settings_of(cls))):
            raise SettingError("unknown postprocessing {name!r}; there are colours and blend", name=unknown[0])
        return cls(**values)


SETTINGS: Mapping[str, Setting] = settings_of(TransferConfig)


def with_lambda(config: TransferConfig, lam: float) -> TransferConfig:
    """The same settings for one λ alone."""
    return dataclasses.replace(config, lambdas=(lam,))


def paper_lambda(ratio: float) -> float:
    """λ = α / (α + β) for a given α / β, the paper's content and style weights (Gatys et al. 2015, equation 7)."""
    return ratio / (1.0 + ratio)


PRESETS: dict[str, TransferConfig] = {
    "studio": TransferConfig(),
    # Gatys et al. 2015: average pooling and L-BFGS, α/β = 1e-3 with unit layer weights.
    "gatys": TransferConfig(pooling="average", loss_weighting="paper", lambdas=(paper_lambda(1e-3),)),
    # The lecture's notebook: Adam from the content, the learning rate × 0.7 every so many steps.
    "notebook": TransferConfig(
        loss_weighting="paper",
        lambdas=(paper_lambda(1e-3),),
        style_layers=tuple((layer, w) for (layer, _), w in zip(GATYS_STYLE, (1.0, 0.8, 0.5, 0.3, 0.1), strict=True)),
        optimizer="adam",
        learning_rate_decay=0.7,
        decay_every=30,
    ),
    # The lecture's loss-network diagram: the layers of Johnson et al. 2016, VGG-16.
    "johnson": TransferConfig(
        loss_weighting="paper",
        lambdas=(paper_lambda(1e-3),),
        style_layers=(("relu1_2", 1.0), ("relu2_2", 1.0), ("relu3_3", 1.0), ("relu4_3", 1.0)),
        content_layers=(("relu3_3", 1.0),),
    ),
}
