"""The settings of a run as widgets: λ first and largest, the usual ones beside it, everything else under Advanced."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from typing import Any, get_args

import streamlit as st

from stylecore.config import (
    PRESETS,
    SETTINGS,
    CoarseToFine,
    Init,
    LossWeighting,
    Optimizer,
    Padding,
    Pooling,
    Statistic,
    TransferConfig,
    VggWeights,
    paper_lambda,
)
from stylecore.engine.limits import Limits
from stylecore.errors import UserError
from stylecore.layers import LAYERS
from stylecore.settings import layers_from_text, layers_to_text

SIZES = (128, 160, 192, 256, 320, 384, 448, 512, 640, 768, 896, 1024, 1280, 1536, 2048, 3072, 4096)
RATIO = (-8.0, 4.0)  # powers of ten of α / β
CUSTOM = "custom"
PRESET_NAMES = {
    "studio": "Studio",
    "gatys": "Gatys et al. 2015",
    "notebook": "Lecture notebook",
    "johnson": "Johnson et al. 2016",
    CUSTOM: "Your own",
}
_PRESET_KEEPS = ("lambdas", "size", "steps", "seed", "style_scale")  # what a preset leaves as the visitor has it


def load_settings(config: TransferConfig) -> None:
    """Sets all widgets; only before they are drawn, or in a callback."""
    lam = config.lambdas[0]
    st.session_state.set_lam = lam
    ratio = math.log10(max(lam, 1e-12) / max(1 - lam, 1e-12))
    st.session_state.set_ratio = min(max(ratio, RATIO[0]), RATIO[1]) if config.loss_weighting == "paper" else -3.0
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if field.name.endswith("_layers"):
            value = layers_to_text(value)
        if field.name != "lambdas":
            st.session_state[f"set_{field.name}"] = value


def keep_settings() -> None:
    """Carries all widgets' values to another page, whose widgets would begin anew; only before they are drawn."""
    for name in [str(name) for name in st.session_state if str(name).startswith("set_")]:
        st.session_state[name] = st.session_state[name]


def current_settings() -> TransferConfig:
    """What the widgets say.

    Raises:
        UserError: naming the setting and its range.
    """
    values: dict[str, Any] = {}
    for field in dataclasses.fields(TransferConfig):
        if field.name != "lambdas":
            value = st.session_state[f"set_{field.name}"]
            values[field.name] = layers_from_text(value) if field.name.endswith("_layers") else value
    paper = values["loss_weighting"] == "paper"
    lam = paper_lambda(10 ** float(st.session_state.set_ratio)) if paper else st.session_state.set_lam
    return TransferConfig(lambdas=(lam,), **values)


def need_settings() -> None:
    """Ends a page that needs the settings of the Studio where they make no sense, and says where to mend them."""
    try:
        current_settings()
    except UserError as error:
        st.warning(f"The settings of the Studio can't be used: {error}.", icon=":material/warning:")
        st.page_link("app.py", label="Correct them in the Studio, under Advanced", icon=":material/brush:")
        st.stop()


def lambda_input(on_change: Callable[[], None], steering: bool) -> None:
    """λ, with the formula and words at both ends.

    Args:
        on_change: called when λ has been moved.
        steering: whether a picture is on its way that will follow.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="formula"):
        st.markdown("### λ", width="content")
        st.markdown(r"$L = \lambda\,L_\text{content} + (1-\lambda)\,L_\text{style}$", width="content")
    if st.session_state.set_loss_weighting == "paper":
        st.slider(
            "log₁₀ of α / β: content weight over style weight",
            *RATIO,
            step=0.1,
            key="set_ratio",
            on_change=on_change,
            persist_state="session",
            help="The paper's own scale: λ = α / (α + β). Useful values differ from pair to pair.",
        )
    else:
        st.slider(
            "λ: how much of the photograph to keep",
            0.0,
            1.0,
            step=0.01,
            key="set_lam",
            on_change=on_change,
            label_visibility="collapsed",
            persist_state="session",
            format="%g",
        )
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        st.caption("◀ more style", width="content")
        if steering:
            st.caption(":primary[**● steering live**]", width="content")
        st.caption("more photograph ▶", width="content")


def usual_inputs(limits: Limits) -> None:
    """Preset, size and steps."""
    try:
        st.session_state.preset = preset_of(current_settings())
    except UserError:
        st.session_state.preset = CUSTOM
    sizes = sorted({size for size in SIZES if size <= limits.max_size} | {st.session_state.set_size})
    st.selectbox(
        "Preset",
        list(PRESET_NAMES),
        format_func=PRESET_NAMES.__getitem__,
        key="preset",
        on_change=_load_preset,
        help="The systems that the lecture builds on. In Studio, λ means the same on every pair.",
    )
    left, right = st.columns(2, wrap=False)
    left.select_slider("Size, pixels", sizes, key="set_size", persist_state="session", help="The longer side.")
    right.number_input(
        f"Steps, up to {limits.max_steps}",
        0,
        limits.max_steps,
        step=20,
        key="set_steps",
        persist_state="session",
        help="Updates of the picture. More can be added after the end.",
    )


def advanced_inputs(start_input: Callable[[], None]) -> None:
    """Every other setting, each with a sentence of help.

    Args:
        start_input: draws what chooses the picture to start from.
    """
    _scale(
        "style_scale", "Stroke size", 0.05, "Size of the style picture: larger means larger strokes. Never stretched."
    )
    _choice("init", "Start from", Init, "What is repainted: the photograph, the style, noise, or another picture.")
    if st.session_state.set_init == "image":
        start_input()
    if st.session_state.set_init == "noise":
        _number("seed", "Seed", 1, "The same seed gives the same noise.")
    _choice(
        "optimizer", "Optimizer", Optimizer, "L-BFGS ends lower and cleaner; Adam is what the lecture's notebook uses."
    )
    if st.session_state.set_optimizer == "adam":
        _number("learning_rate", "Learning rate", 0.01, "Of Adam, in units of the pixel range.")
        _number("learning_rate_decay", "Learning rate decay", 0.05, "Factor on the learning rate, every so many steps.")
        _number("decay_every", "… every so many steps", 10, "Steps between two decays.")
    else:
        _number("lbfgs_memory", "History", 5, "Changes that L-BFGS remembers: more need more memory.")
    _choice(
        "weights",
        "Layer weights",
        LossWeighting,
        "Calibrated: measured on the pair. Paper: as they are, for comparing.",
    )
    _choice("statistic", "Style is described by", Statistic, "The Gram matrix of the paper, or the covariance.")
    _layers("content_layers", "Content layers")
    _layers("style_layers", "Style layers")
    _choice("pooling", "Pooling", Pooling, "Average is what Gatys et al. prefer; maximum is VGG16's own.")
    _choice("padding", "Padding", Padding, "Replicate removes the dark border that zeros suggest to the first layer.")
    _scale("total_variation", "Smoothness", 0.01, "Weight of total variation: 0.05 calms noise, more blurs.", most=1.0)
    _choice("coarse_to_fine", "Coarse to fine", CoarseToFine, "Begin at half the size: for large pictures.")
    _choice(
        "vgg_weights",
        "Weights of VGG16",
        VggWeights,
        "Bundled is here; torchvision's own are downloaded when first used.",
    )


def preset_of(config: TransferConfig) -> str:
    """The preset that these settings are, whatever their λ, size, steps, seed and stroke size."""
    for name, preset in PRESETS.items():
        if _kept(preset, config) == config:
            return name
    return CUSTOM


def _load_preset() -> None:
    preset = PRESETS.get(st.session_state.preset)
    if preset is None:
        return
    mine = {name: st.session_state[f"set_{name}"] for name in ("size", "steps", "seed")}
    kept = _kept(preset, TransferConfig(**mine))
    load_settings(dataclasses.replace(kept, lambdas=preset.lambdas, style_scale=st.session_state.set_style_scale))


def _kept(preset: TransferConfig, config: TransferConfig) -> TransferConfig:
    return dataclasses.replace(preset, **{name: getattr(config, name) for name in _PRESET_KEEPS})


def _choice(name: str, label: str, options: Any, help: str) -> None:  # noqa: ANN401  # a Literal
    texts = {"lbfgs": "L-BFGS", "gram": "Gram matrix", "content": "The photograph", "image": "Another picture"}
    st.selectbox(
        label,
        get_args(options),
        key=f"set_{name}",
        persist_state="session",
        help=help,
        format_func=lambda value: texts.get(value, value if value.isupper() or "1K" in value else value.capitalize()),
    )


def _scale(name: str, label: str, step: float, help: str, most: float | None = None) -> None:
    low, high = (SETTINGS[name].low, SETTINGS[name].high)
    high = max(most or high, st.session_state[f"set_{name}"])
    st.slider(label, low, high, step=step, key=f"set_{name}", persist_state="session", help=help, format="%g")


def _number(name: str, label: str, step: float, help: str) -> None:
    low, high = (type(step)(bound) for bound in (SETTINGS[name].low, SETTINGS[name].high))
    high = min(high, type(step)(2**53 - 1))  # what JavaScript can count
    st.number_input(
        label,
        low,
        high,
        step=step,
        key=f"set_{name}",
        persist_state="session",
        help=help,
        format="%g" if isinstance(step, float) else None,
    )


def _layers(name: str, label: str) -> None:
    st.text_input(
        label,
        key=f"set_{name}",
        persist_state="session",
        help=f"Names from {LAYERS[0]} to {LAYERS[-1]} (after ReLU), each with a weight after a colon if it is not 1.",
    )
