"""The settings of a run in this tab's session: read, set, and the widgets of λ, size and steps. Owner of `set_*`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from stylecore.config import SETTINGS, LossWeighting, TransferConfig, paper_lambda
from stylecore.engine.limits import Limits
from stylecore.errors import UserError
from stylecore.language import Sentence, _
from stylecore.settings import Setting
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.widgets.number_input import number_input, slider_format
from stylecore.ui.widgets.setting_input import setting_input

SIZES = (
    128,
    160,
    192,
    256,
    320,
    384,
    448,
    512,
    640,
    768,
    896,
    1024,
    1280,
    1536,
    2048,
    3072,
    4096,
    6144,
    8192,
)  # pixels
RATIO = (-8.0, 4.0)  # powers of ten of α / β
PAPER_RATIO = -3.0  # of Gatys et al.; where the slider stands that has not been used

_LAM, _RATIO = "set_lam", "set_ratio"  # keys of the two scales of λ; only one is shown


@dataclass(frozen=True, slots=True)
class ChosenSettings:
    """What the widgets say.

    Attributes:
        config: the settings; None if they make no sense.
        problem: why they make none, in a `Sentence`; else empty.
    """

    config: TransferConfig | None
    problem: str = ""


def settings_loaded() -> bool:
    """Whether this tab has settings; a new one has not."""
    return _key("size") in st.session_state


def load_settings(config: TransferConfig) -> None:
    """Sets all widgets; only before they are drawn, or in a callback."""
    lam = config.lambdas[0]
    st.session_state[_LAM] = lam
    ratio = math.log10(max(lam, 1e-12) / max(1 - lam, 1e-12))
    paper = config.loss_weighting == "paper"
    st.session_state[_RATIO] = min(max(ratio, RATIO[0]), RATIO[1]) if paper else PAPER_RATIO
    for name, declared in SETTINGS.items():
        if declared.kind != "lambdas":
            value = getattr(config, name)
            st.session_state[_key(name)] = declared.to_text(value) if declared.kind == "layers" else value


def keep_settings() -> None:
    """Carries all values to another page, whose widgets would begin anew; only before they are drawn."""
    for key in (_LAM, _RATIO, *map(_key, SETTINGS)):
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]


def current_settings() -> TransferConfig:
    """What the widgets say.

    Raises:
        UserError: naming the setting and its range.
    """
    values: dict[str, Any] = {}
    for name, declared in SETTINGS.items():
        if declared.kind != "lambdas":
            value = st.session_state[_key(name)]
            values[name] = declared.from_text(value) if declared.kind == "layers" else value
    return TransferConfig(lambdas=(chosen_lambda(),), **values)


def chosen_settings() -> ChosenSettings:
    """What the widgets say, or what is wrong with it."""
    try:
        return ChosenSettings(current_settings())
    except UserError as error:
        return ChosenSettings(None, error.sentence)


def chosen_values(names: Iterable[str]) -> dict[str, Any]:
    """Some settings by name, λ and layers aside: they are known even where others are half-written."""
    return {name: st.session_state[_key(name)] for name in names}


def chosen_weighting() -> LossWeighting:
    """The layer weights, which decide the scale of λ."""
    weighting: LossWeighting = st.session_state[_key("loss_weighting")]
    return weighting


def need_settings() -> None:
    """Ends a page that needs the settings of the Studio where they make no sense, and says where to mend them."""
    if problem := chosen_settings().problem:
        told = Sentence("The settings of the Studio can't be used: {problem}.", problem=problem)
        st.warning(_(told), icon=":material/warning:")
        st.page_link("app.py", label=_("Correct them in the Studio, under Advanced"), icon=":material/brush:")
        st.stop()


def chosen_lambda() -> float:
    """What the slider says, of the scale that is chosen."""
    if chosen_weighting() == "paper":
        return paper_lambda(10 ** float(st.session_state[_RATIO]))
    lam: float = st.session_state[_LAM]
    return lam


def lambda_input(on_change: Callable[[], None], told: str = "") -> float:
    """λ, with the formula and words at both ends.

    Args:
        on_change: called when λ has been moved.
        told: what is said between the two ends.

    Returns:
        λ.
    """
    with st.container(horizontal=True, vertical_alignment="center", key="formula"):
        st.markdown("**λ**", width="content")
        st.markdown(r"$L = \lambda\,L_\text{content} + (1-\lambda)\,L_\text{style}$", width="content")
    if chosen_weighting() == "paper":
        ratio = st.slider(
            _("log₁₀ of α / β: content weight over style weight"),
            *RATIO,
            step=0.1,
            key=_RATIO,
            on_change=guarded_callback(on_change),
            persist_state="session",
            help=_("The paper's own scale: λ = α / (α + β). Useful values differ from pair to pair."),
        )
        lam = paper_lambda(10**ratio)
    else:
        lam = st.slider(
            _("λ: how much of the photograph to keep"),
            0.0,
            1.0,
            step=0.01,
            key=_LAM,
            on_change=guarded_callback(on_change),
            label_visibility="collapsed",
            persist_state="session",
            format=slider_format("%g"),
        )
    with st.container(horizontal=True, horizontal_alignment="distribute", gap="small"):
        st.caption(_("◀ Closer to the style"), width="content")
        if told:
            st.caption(told, width="content")
        st.caption(_("Closer to the photo ▶"), width="content")
    return lam


def size_and_steps_input(limits: Limits) -> tuple[int, int]:
    """Size and steps, side by side. Returns both."""
    size, steps = SETTINGS["size"], SETTINGS["steps"]
    sizes = sorted({side for side in SIZES if side <= limits.max_size} | {st.session_state[_key("size")]})
    left, right = st.columns(2, wrap=False)
    side = left.select_slider(_(size.label), sizes, key=_key("size"), persist_state="session", help=_(size.help))
    with right:
        count = number_input(
            _(steps.label),
            0,
            limits.max_steps,
            step=int(steps.step),
            key=_key("steps"),
            help=" ".join((_(steps.help), _("Up to {most}; more can be added after the end.", most=limits.max_steps))),
        )
    return side, count


def advanced_inputs(start_input: Callable[[], object]) -> ChosenSettings:
    """A widget for every setting that is declared as advanced.

    Args:
        start_input: draws what chooses the picture to start from.

    Returns:
        All settings, those of other widgets included.
    """
    for name, declared in SETTINGS.items():
        if declared.place == "advanced" and _has_meaning(declared):
            value = setting_input(declared, _key(name), problem=_problem(declared))
            if (name, value) == ("init", "image"):
                start_input()
    return chosen_settings()


def _problem(declared: Setting) -> str:
    """Why the layers that are set can't be used, in one sentence; empty if they can, and for settings of other kinds.

    Widgets of the other kinds let nothing through that can't be used.
    """
    if declared.kind != "layers":
        return ""
    try:
        layers = declared.from_text(st.session_state[_key(declared.name)])
        TransferConfig(lambdas=(chosen_lambda(),), **{declared.name: layers})
    except UserError as error:
        return error.sentence
    return ""


def _has_meaning(declared: Setting) -> bool:
    """Whether the setting that another one needs has the value that it needs."""
    if declared.needs is None:
        return True
    other, value = declared.needs
    return bool(st.session_state[_key(other)] == value)


def _key(name: str) -> str:
    return f"set_{name}"
