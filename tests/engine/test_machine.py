"""What a machine leaves to this process, under control groups of both versions, nested ones too."""

from types import SimpleNamespace

import psutil
import pytest

from stylecore.engine import cgroups
from stylecore.engine.machine import available_memory, cores, machine_memory, share_of_cores
from stylecore.errors import SettingError

GB = 10**9
TOTAL, AVAILABLE, PROCESSORS = 16 * GB, 9 * GB, 8
UNLIMITED = 2**63 - 4096  # as version 1 writes "no limit"


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """A machine of 16 GB and 8 processors on which this process has the control groups that a test writes."""
    monkeypatch.setattr(cgroups, "_SELF", tmp_path)
    memory = SimpleNamespace(total=TOTAL, available=AVAILABLE)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: memory)
    monkeypatch.setattr(psutil.Process, "cpu_affinity", lambda _: list(range(PROCESSORS)))
    return tmp_path


@pytest.fixture
def version_2(machine):
    """Writes files of groups by path; the process is in the one that is called first."""

    def write(groups, *, own=None, root="/"):
        own = own if own is not None else max(groups)
        (machine / "cgroup").write_text(f"0::{own}\n")
        (machine / "mountinfo").write_text(
            f"22 1 0:20 / /proc rw - proc proc rw\n30 23 0:26 {root} {machine}/fs rw,nosuid - cgroup2 cgroup2 rw\n"
        )
        write_files(machine / "fs", groups)

    return write


@pytest.fixture
def version_1(machine):
    def write(memory=None, cpu=None, own="/"):
        (machine / "cgroup").write_text(f"9:name=systemd:/\n4:memory:{own}\n3:cpu,cpuacct:{own}\n0::/\n")
        (machine / "mountinfo").write_text(
            f"33 31 0:30 / {machine}/memory rw - cgroup cgroup rw,memory\n"
            f"34 31 0:31 / {machine}/cpu rw,relatime shared:12 - cgroup cgroup rw,cpu,cpuacct\n"
            f"35 31 0:32 / {machine}/unified rw - cgroup2 cgroup2 rw\n"
        )
        write_files(machine / "memory", memory or {})
        write_files(machine / "cpu", cpu or {})

    return write


def write_files(root, groups):
    for path, files in groups.items():
        folder = root / path.strip("/")
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (folder / name).write_text(f"{text}\n")


def memory(limit, used, cached=0):
    return {"memory.max": limit, "memory.current": used, "memory.stat": f"anon 5\ninactive_file {cached}"}


def memory_1(limit, used, cached=0):
    return {
        "memory.limit_in_bytes": limit,
        "memory.usage_in_bytes": used,
        "memory.stat": f"inactive_file 4096\ntotal_cache 7\ntotal_inactive_file {cached}",
    }


def whole(total=TOTAL, available=AVAILABLE, processors=PROCESSORS):
    return machine_memory() == total and available_memory() == available and cores() == processors


def test_without_control_groups_the_machine_counts(machine):
    assert whole()


def test_a_system_without_affinity_counts_its_processors(machine, monkeypatch):
    monkeypatch.delattr(psutil.Process, "cpu_affinity")
    monkeypatch.setattr(psutil, "cpu_count", lambda: 3)
    assert cores() == 3


def test_a_group_of_version_2_as_a_container_sees_its_own(version_2):
    version_2({"/": {**memory(3 * GB, 2 * GB, GB // 2), "cpu.max": "150000 100000"}})
    assert whole(3 * GB, GB + GB // 2, 2)


def test_a_group_of_version_1(version_1):
    version_1({"/": memory_1(2 * GB, GB, GB // 4)}, {"/": {"cpu.cfs_quota_us": "50000", "cpu.cfs_period_us": "100000"}})
    assert whole(2 * GB, GB + GB // 4, 1)


def test_of_nested_groups_the_least_counts(version_2):
    """As systemd's MemoryMax and CPUQuota of a slice, and of a service in it."""
    version_2(
        {
            "/web.slice": {**memory(4 * GB, 4 * GB - 1000), "cpu.max": "200000 100000"},
            "/web.slice/one.service": {**memory(2 * GB, GB), "cpu.max": "max 100000"},
            "/web.slice/two.service": memory(GB, GB),  # a neighbour
        },
        own="/web.slice/one.service",
    )
    assert whole(2 * GB, 1000, 2)


def test_of_nested_groups_of_version_1_the_least_counts(version_1):
    quota = {"cpu.cfs_quota_us": "300000", "cpu.cfs_period_us": "100000"}
    version_1(
        {"/": memory_1(UNLIMITED, 9 * GB), "/docker": memory_1(3 * GB, GB), "/docker/1a2b": memory_1(5 * GB, GB)},
        {"/docker": quota, "/docker/1a2b": {"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}},
        own="/docker/1a2b",
    )
    assert whole(3 * GB, 2 * GB, 3)


def test_a_container_that_sees_the_hosts_path_of_its_group(version_2):
    """Without a name space of its own, what is mounted is the container's group, and its path is the host's."""
    version_2({"/": memory(GB, 0), "/inner": memory(2 * GB, 0)}, own="/docker/1a2b/inner", root="/docker/1a2b")
    assert machine_memory() == GB
    version_2({"/": memory(GB, 0)}, own="/elsewhere", root="/docker/1a2b")
    assert machine_memory() == GB
    version_2({"/": memory(GB, 0)}, own="/../../elsewhere")
    assert machine_memory() == GB


def test_a_group_that_has_more_than_the_machine_sets_no_limit(version_2):
    version_2({"/": {**memory(64 * GB, 2 * GB), "cpu.max": "6400000 100000"}})
    assert whole()


def test_a_group_that_is_full_has_nothing_left(version_2):
    version_2({"/": memory(2 * GB, 2 * GB + 4096)})
    assert available_memory() == 0


@pytest.mark.parametrize("period", ["0", "-1", ""])
def test_a_quota_that_makes_no_sense_is_none(version_2, period):
    version_2({"/": {"cpu.max": f"1000 {period}"}})
    assert cores() == PROCESSORS


def test_groups_of_version_2_without_limits(version_2):
    version_2({"/": {"memory.max": "max", "cpu.max": "max 100000"}, "/a": {}})
    assert whole()


def test_groups_of_version_1_without_limits(version_1):
    version_1(
        {"/": memory_1(UNLIMITED, GB)},
        {"/": {"cpu.cfs_quota_us": "-1", "cpu.cfs_period_us": "100000"}},
    )
    assert whole()


def test_this_machine_has_something():
    assert 0 < available_memory() <= machine_memory()
    assert cores() >= 1


def test_a_process_stays_within_what_it_is_told(machine, monkeypatch):
    monkeypatch.setenv("STYLECORE_MEMORY_MB", "1500")
    assert machine_memory() == 1500 * 10**6
    taken = psutil.Process().memory_info().rss
    assert available_memory() == pytest.approx(max(0, 1500 * 10**6 - taken), abs=50e6)
    monkeypatch.setenv("STYLECORE_MEMORY_MB", "1")
    assert available_memory() == 0


@pytest.mark.parametrize("text", ["0", "-5", "much", "1.5"])
def test_what_is_told_must_be_a_number_of_megabytes(machine, monkeypatch, text):
    monkeypatch.setenv("STYLECORE_MEMORY_MB", text)
    with pytest.raises(SettingError, match="STYLECORE_MEMORY_MB must be a whole number of megabytes above 0"):
        machine_memory()


@pytest.mark.parametrize(
    ("machines", "count", "share"),
    [([8], 2, 4), ([8, 8, 8], 3, 8), ([8, 4], 2, 4), ([8, 4], 3, 4), ([8, 1], 2, 4), ([2], 4, 0.5), ([4, 4], 1, 4)],
)
def test_processes_have_as_many_cores_as_let_all_of_them_find_a_place(machines, count, share):
    assert share_of_cores(machines, count) == share
