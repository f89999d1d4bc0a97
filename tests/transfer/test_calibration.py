"""Calibrated weights as arithmetic; what they promise of pictures is in test_objective.py."""

import pytest

from stylecore.transfer.calibration import calibrated_weights


def test_the_weighted_distances_sum_to_one_and_layers_are_relative_to_their_targets():
    weights = calibrated_weights({"a": 1.0, "b": 2.0}, sizes={"a": 4.0, "b": 10.0}, distances={"a": 2.0, "b": 5.0})
    assert weights["a"] * 2 + weights["b"] * 5 == pytest.approx(1)
    assert weights["b"] * 10 == pytest.approx(2 * weights["a"] * 4)


def test_a_target_of_zero_is_taken_relative_to_its_distance():
    weights = calibrated_weights({"a": 1.0}, sizes={"a": 0.0}, distances={"a": 8.0})
    assert weights["a"] * 8 == pytest.approx(1)


def test_no_distance_leaves_the_common_factor_out():
    assert calibrated_weights({"a": 3.0}, sizes={"a": 4.0}, distances={"a": 0.0}) == {"a": 0.75}
    assert calibrated_weights({"a": 3.0}, sizes={"a": 4.0}, distances={"a": 1e-9}) == {"a": 0.75}


def test_no_layers_need_no_weights():
    assert calibrated_weights({}, {}, {}) == {}
