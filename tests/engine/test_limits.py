"""The limits that follow from the machine, and those that an operator sets."""

import dataclasses
import re
from pathlib import Path

import pytest

from stylecore.engine import limits as module
from stylecore.engine.limits import Limits, read_limits

GB = 10**9
README = Path(__file__).parents[2] / "README.md"


@pytest.mark.parametrize(
    ("memory", "size", "kept", "state"),
    [(1 * GB, 256, 50, 0), (27 * GB // 10, 1152, 135, 315), (16 * GB, 4096, 400, 2000), (500 * GB, 4096, 400, 2000)],
)
def test_limits_follow_the_memory(memory, size, kept, state):
    limits = read_limits({}, memory)
    assert (limits.max_size, limits.kept_mb, limits.state_mb) == (size, kept, state)


def test_an_operator_sets_others():
    limits = read_limits(
        {"STYLECORE_MAX_SIZE": "640", "STYLECORE_MAX_WAITING": " 3 ", "STYLECORE_GRACE_SECONDS": ""}, GB
    )
    assert (limits.max_size, limits.max_waiting, limits.grace_seconds) == (640, 3, 25)


@pytest.mark.parametrize("field", dataclasses.fields(Limits), ids=lambda field: field.name)
def test_every_limit_has_its_variable_and_its_range(field):
    name = f"STYLECORE_{field.name.upper()}"
    with pytest.raises(ValueError, match=rf"{name} must be a whole number from \d+ to \d+, not '10000000'") as refusal:
        read_limits({name: "10000000"}, 16 * GB)
    least, most = map(int, re.search(r"from (\d+) to (\d+)", str(refusal.value)).groups())
    usual = read_limits({}, 16 * GB)
    assert least <= getattr(usual, field.name) <= most
    for value in (least, most):
        assert read_limits({name: str(value)}, 16 * GB) == dataclasses.replace(usual, **{field.name: value})
    assert name in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("text", ["big", "-1", "0", "99999", "1e3", "64.5", "²"])
def test_a_wrong_limit_is_told(text):
    with pytest.raises(ValueError, match="STYLECORE_MAX_SIZE must be a whole number from 64 to 8192, not"):
        read_limits({"STYLECORE_MAX_SIZE": text}, GB)


def test_on_a_gpu_the_largest_size_and_the_states_follow_the_card(monkeypatch):
    monkeypatch.setattr(module, "total_memory", lambda device: {"cuda": 4 * 10**9, "cpu": 64 * 10**9}[device])
    host, card = module.read_limits({}, 64 * 10**9), module.read_limits({}, 64 * 10**9, device="cuda")
    assert card.max_size == module.read_limits({}, 4 * 10**9).max_size < host.max_size
    assert card.state_mb < host.state_mb
    assert card.kept_mb == host.kept_mb  # pictures are kept on the host


def test_what_is_free_is_asked_of_the_device_that_computes(monkeypatch):
    monkeypatch.setattr(module, "available_memory", lambda: 1)
    monkeypatch.setattr(module.torch.cuda, "mem_get_info", lambda device: (500, 1000))
    monkeypatch.setattr(module.torch.cuda, "memory_reserved", lambda device: 70)
    monkeypatch.setattr(module.torch.cuda, "memory_allocated", lambda device: 30)
    assert module.free_memory("cpu") == 1
    assert module.free_memory("cuda") == module.free_memory("cuda:1") == 540
