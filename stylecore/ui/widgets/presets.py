"""Presets: settings of systems that the lecture builds on, chosen by name."""

from __future__ import annotations

import dataclasses

import streamlit as st

from stylecore.config import PRESETS, TransferConfig
from stylecore.engine.limits import Limits
from stylecore.language import Sentence, _
from stylecore.ui.page_errors import guarded_callback
from stylecore.ui.widgets.settings import (
    ChosenSettings,
    chosen_settings,
    chosen_values,
    load_settings,
    size_and_steps_input,
)

CUSTOM = "custom"
PRESET_NAMES = {
    "studio": Sentence("Studio"),
    "gatys": Sentence("Gatys et al. 2015"),
    "notebook": Sentence("Lecture notebook"),
    "johnson": Sentence("Johnson et al. 2016"),
    CUSTOM: Sentence("Your own"),
}
KEPT = ("size", "steps", "seed", "style_scale")  # what a preset leaves as the visitor has it

_KEY = "preset"


def usual_inputs(limits: Limits) -> ChosenSettings:
    """Preset, size and steps. Returns all settings, those of other widgets included."""
    preset_input()
    size_and_steps_input(limits)
    return chosen_settings()


def preset_input() -> str:
    """The presets; shows which one the settings are. Returns its name, `CUSTOM` for none."""
    config = chosen_settings().config
    st.session_state[_KEY] = preset_of(config) if config is not None else CUSTOM
    names = {preset: _(name) for preset, name in PRESET_NAMES.items()}
    return st.selectbox(
        _("Preset"),
        list(names),
        format_func=names.__getitem__,
        key=_KEY,
        on_change=guarded_callback(_load_preset),
        help=_("The systems that the lecture builds on. In Studio, λ means the same on every pair."),
    )


def preset_of(config: TransferConfig) -> str:
    """The preset that these settings are, whatever their λ, size, steps, seed and stroke size."""
    for name, preset in PRESETS.items():
        if dataclasses.replace(_adapted(preset, config), lambdas=config.lambdas) == config:
            return name
    return CUSTOM


def _load_preset() -> None:
    preset = PRESETS.get(st.session_state[_KEY])
    if preset is not None:
        load_settings(_adapted(preset, TransferConfig(**chosen_values(KEPT))))


def _adapted(preset: TransferConfig, config: TransferConfig) -> TransferConfig:
    """A preset with what it leaves as the visitor has it."""
    return dataclasses.replace(preset, **{name: getattr(config, name) for name in KEPT})
