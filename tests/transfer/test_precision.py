"""The choice of precision: what is measured, when, and what follows from it."""

import pytest
import torch

from stylecore.transfer import precision as module
from stylecore.transfer.precision import Measurement, choose_precision, measure


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch):
    monkeypatch.setattr(module, "_measured", {})


@pytest.fixture
def measured(monkeypatch):
    """Records what is measured, and answers that bfloat16 pays."""
    sides = []
    monkeypatch.setattr(module, "measure", lambda _, side: sides.append(side) or Measurement(gain=1.9, agreement=0.998))
    return sides


@pytest.mark.parametrize(
    ("gain", "agreement", "best"),
    [(1.9, 0.998, "bfloat16"), (1.2, 0.998, "float32"), (0.1, 0.998, "float32"), (1.9, 0.9, "float32")],
)
def test_bfloat16_must_be_faster_and_agree(gain, agreement, best):
    assert Measurement(gain, agreement).best == best


@pytest.mark.parametrize("agreement", [float("nan"), -1.0])
def test_a_gradient_that_is_no_number_is_no_agreement(agreement):
    assert Measurement(2.0, agreement).best == "float32"


def test_auto_measures_once_for_pictures_of_about_a_size(toy, measured):
    assert [choose_precision("auto", toy, 256, 192) for _ in range(3)] == ["bfloat16"] * 3
    assert measured == [222]


def test_what_pays_for_smaller_pictures_pays_for_larger_ones(toy, measured):
    choose_precision("auto", toy, 256, 192)
    assert choose_precision("auto", toy, 2000, 1000) == "bfloat16"
    assert measured == [222]


def test_what_does_not_pay_for_smaller_pictures_is_measured_for_larger_ones(toy, monkeypatch):
    sides = []

    def gain(_, side):
        sides.append(side)
        return Measurement(gain=1.2 if side < 256 else 1.4, agreement=0.998)

    monkeypatch.setattr(module, "measure", gain)
    chosen = [choose_precision("auto", toy, side, side) for side in (200, 300, 200, 400)]
    assert chosen == ["float32", "bfloat16", "float32", "bfloat16"]
    assert sides == [200, 256]


def test_what_was_measured_is_told_and_logged(toy, measured, caplog):
    assert module.measured_precision("cpu") is None
    with caplog.at_level("INFO", logger=module.__name__):
        choose_precision("auto", toy, 512, 512)
    assert module.measured_precision("cpu") == "bfloat16"
    assert module.measured_precision("cuda") is None
    (record,) = caplog.records
    assert record.facts == {"device": "cpu", "side": 256, "gain": 1.9, "takes": "bfloat16"}


def test_a_small_picture_is_not_worth_a_measurement(toy, measured):
    assert choose_precision("auto", toy, 150, 80) == "float32"
    assert not measured


@pytest.mark.parametrize("choice", ["float32", "bfloat16"])
def test_what_the_settings_name_is_taken(toy, measured, choice):
    assert choose_precision(choice, toy, 256, 256) == choice
    assert not measured


def test_the_measurement_compares_two_gradients(vgg):
    found = measure(vgg, 64)
    assert found.gain > 0
    assert 0.99 < found.agreement < 1


def test_where_bfloat16_is_hopelessly_slow_one_pass_is_enough(toy, monkeypatch):
    passes = []
    forward = toy.forward

    def slow(images, layers, pooling="max", padding="zeros", dtype=None):
        passes.append(dtype)
        if dtype == torch.bfloat16:
            clock[0] += 10
        clock[0] += 1
        return forward(images, layers, pooling, padding)

    clock = [0.0]
    monkeypatch.setattr(module.time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(toy, "forward", slow)
    assert measure(toy, 32).gain == pytest.approx(1 / 11)
    assert passes[-2:] == [torch.float32, torch.bfloat16]  # after the targets of both, one pass of each
    assert len(passes) == 8
