"""What the machine has, and the limits that follow."""

import dataclasses
import re
from pathlib import Path

import pytest

from stylecore.engine import limits as module
from stylecore.engine.limits import Limits, available_memory, cores, machine_memory, read_limits

GB = 10**9
README = Path(__file__).parents[2] / "README.md"


@pytest.fixture
def cgroup(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_CGROUP", tmp_path)
    monkeypatch.setattr(module, "_meminfo", lambda name: {"MemTotal": 16 * GB, "MemAvailable": 9 * GB}[name])
    monkeypatch.setattr("os.sched_getaffinity", lambda _: set(range(8)), raising=False)

    def write(**files):
        for name, text in files.items():
            file = tmp_path / name.replace("__", "/").replace("_dot_", ".")
            file.parent.mkdir(exist_ok=True)
            file.write_text(text)

    return write


def test_without_a_cgroup_the_machine_counts(cgroup):
    assert machine_memory() == 16 * GB
    assert available_memory() == 9 * GB
    assert cores() == 8


def test_a_cgroup_of_version_2(cgroup):
    cgroup(memory_dot_max=f"{3 * GB}\n", memory_dot_current=f"{2 * GB}\n", cpu_dot_max="150000 100000\n")
    cgroup(memory_dot_stat=f"anon 5\ninactive_file {GB // 2}\n")
    assert machine_memory() == 3 * GB
    assert available_memory() == 3 * GB - 2 * GB + GB // 2
    assert cores() == 2


def test_a_quota_beyond_the_processors_gives_no_more_of_them(cgroup, monkeypatch):
    cgroup(cpu_dot_max="150000 100000\n")
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {3}, raising=False)
    assert cores() == 1


def test_a_cgroup_that_has_more_than_the_machine_sets_no_limit(cgroup):
    cgroup(memory_dot_max=f"{64 * GB}\n", memory_dot_current=f"{2 * GB}\n")
    assert machine_memory() == 16 * GB
    assert available_memory() == 9 * GB


def test_a_cgroup_that_is_full_has_nothing_left(cgroup):
    cgroup(memory_dot_max=f"{2 * GB}\n", memory_dot_current=f"{2 * GB + 4096}\n")
    assert available_memory() == 0


def test_a_cgroup_of_version_1(cgroup):
    cgroup(memory__memory_dot_limit_in_bytes=f"{2 * GB}", memory__memory_dot_usage_in_bytes=f"{GB}")
    cgroup(cpu__cpu_dot_cfs_quota_us="50000", cpu__cpu_dot_cfs_period_us="100000")
    assert machine_memory() == 2 * GB
    assert available_memory() == GB
    assert cores() == 1
    cgroup(memory__memory_dot_stat=f"inactive_file 4096\ntotal_cache 7\ntotal_inactive_file {GB // 4}\n")
    assert available_memory() == GB + GB // 4


@pytest.mark.parametrize(
    "files",
    [
        {"memory_dot_max": "max\n", "cpu_dot_max": "max 100000\n"},
        {
            "memory__memory_dot_limit_in_bytes": str(2**63 - 4096),
            "cpu__cpu_dot_cfs_quota_us": "-1",
            "cpu__cpu_dot_cfs_period_us": "100000",
        },
    ],
    ids=["version 2", "version 1"],
)
def test_a_cgroup_without_limits(cgroup, files):
    cgroup(**files)
    assert machine_memory() == 16 * GB
    assert available_memory() == 9 * GB
    assert cores() == 8


@pytest.mark.parametrize(
    ("memory", "size", "kept", "state"),
    [(1 * GB, 256, 50, 0), (27 * GB // 10, 512, 135, 315), (16 * GB, 1728, 400, 2000), (500 * GB, 2048, 400, 2000)],
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
    with pytest.raises(ValueError, match="STYLECORE_MAX_SIZE must be a whole number from 64 to 4096, not"):
        read_limits({"STYLECORE_MAX_SIZE": text}, GB)


def test_on_a_gpu_the_largest_size_and_the_states_follow_the_card(monkeypatch):
    monkeypatch.setattr(module, "total_memory", lambda device: {"cuda": 4 * 10**9, "cpu": 64 * 10**9}[device])
    host, card = module.read_limits({}, 64 * 10**9), module.read_limits({}, 64 * 10**9, device="cuda")
    assert card.max_size == module.read_limits({}, 4 * 10**9).max_size < host.max_size
    assert card.state_mb < host.state_mb
    assert card.kept_mb == host.kept_mb  # pictures are kept on the host


def test_what_is_free_is_asked_of_the_device_that_computes(monkeypatch):
    monkeypatch.setattr(module, "available_memory", lambda: 1)
    monkeypatch.setattr(module.torch.cuda, "mem_get_info", lambda: (500, 1000))
    monkeypatch.setattr(module.torch.cuda, "memory_reserved", lambda: 70)
    monkeypatch.setattr(module.torch.cuda, "memory_allocated", lambda: 30)
    assert module.free_memory("cpu") == 1
    assert module.free_memory("cuda") == 540
