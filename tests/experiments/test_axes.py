"""The second axis of a grid: every value is a setting, and has a name in plain words."""

import dataclasses

import pytest

from stylecore.config import SETTINGS, TransferConfig
from stylecore.experiments.axes import AXES, MIX, along, weights_along
from stylecore.layers import GATYS_STYLE, LAYERS


@pytest.mark.parametrize("axis", [axis for axis in AXES if axis != MIX])
def test_every_value_changes_its_setting_and_no_other(axis):
    base = TransferConfig(lambdas=(0.3,), size=64, seed=5)
    configs = [along(base, axis, value) for value in AXES[axis].values]
    assert len(set(configs)) == len(configs) > 1
    for config in configs:
        setting = AXES[axis].setting
        assert dataclasses.replace(config, **{setting: getattr(base, setting)}) == base
    assert axis == "precision" or base in configs  # the usual value is among them; "auto" is one of the others


@pytest.mark.parametrize("axis", AXES)
def test_names_can_stand_in_a_link_and_some_are_compared_at_first(axis):
    declared = AXES[axis]
    assert not [name for name in declared.values if "|" in name or name != name.strip() or not name]
    assert set(declared.usual) <= set(declared.values)
    assert 2 <= len(declared.usual) <= 6


def test_axes_offer_what_is_declared():
    assert {axis.setting for name, axis in AXES.items() if name != MIX} <= set(SETTINGS)
    assert list(AXES["statistic"].values.values()) == list(SETTINGS["statistic"].labels)
    assert AXES["pooling"].values == {"Max": "max", "Average": "average"}
    assert AXES["precision"].values == {"float32": "float32", "bfloat16": "bfloat16"}
    assert list(AXES["init"].values.values()) == ["content", "style", "noise"]
    assert list(AXES["style_scale"].values) == ["stroke × 0.5", "stroke × 1", "stroke × 1.5", "stroke × 2"]
    assert next(iter(AXES["steps"].values)) == "20 steps"
    assert AXES["style_layers"].values["up to relu2_1"] == (("relu1_1", 1.0), ("relu2_1", 1.0))
    assert list(AXES["content_layers"].values) == list(LAYERS)


def test_weights_are_of_the_same_layers():
    names = [layer for layer, _ in GATYS_STYLE]
    assert all([layer for layer, _ in value] == names for value in AXES["style_weights"].values.values())


def test_the_mix_changes_weights_and_no_setting():
    config = TransferConfig(lambdas=(0.3,), size=64)
    assert [along(config, MIX, value) for value in AXES[MIX].values] == [config] * 5
    weights = [weights_along(MIX, value) for value in AXES[MIX].values]
    assert weights == [(1, 0), (0.75, 0.25), (0.5, 0.5), (0.25, 0.75), (0, 1)]
    assert weights_along("steps", "20 steps") is None
