"""Control groups: the limits on memory and processors that containers and systemd set for this process on Linux.

Groups are nested, each may have limits, and all of them count. Where they lie is read from /proc/self, since only some
containers see their own group as the root of /sys/fs/cgroup. Versions 1 and 2 are read, also side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

_SELF = Path("/proc/self")


@dataclass(frozen=True, slots=True)
class _MemoryFiles:
    limit: str
    used: str
    cached: str  # line of memory.stat: file pages, which are given up as soon as they are needed


_MEMORY = {
    1: _MemoryFiles("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    2: _MemoryFiles("memory.max", "memory.current", "inactive_file"),
}


def memory_limits() -> list[int]:
    """Bytes of memory that each group above this process may use; without those that set no limit."""
    return [limit for _, _, limit in _limited_memory()]


def memory_left() -> list[int]:
    """Bytes that each of these groups can still take, not below 0: what it uses counts, but not its cache of files."""
    left = []
    for folder, files, limit in _limited_memory():
        used = _number(folder / files.used) or 0
        left.append(max(0, limit - used + _statistic(folder / "memory.stat", files.cached)))
    return left


def processor_quotas() -> list[float]:
    """Processors that each group above this process may keep busy; without those that set no limit."""
    quotas = []
    for folder, version in _groups("cpu"):
        files = ("cpu.max",) if version == 2 else ("cpu.cfs_quota_us", "cpu.cfs_period_us")
        words = [word for file in files for word in _words(folder / file)]
        if len(words) == 2 and all(map(str.isdigit, words)) and int(words[1]):  # not "max", and not -1
            quotas.append(int(words[0]) / int(words[1]))
    return quotas


def _limited_memory() -> Iterator[tuple[Path, _MemoryFiles, int]]:
    for folder, version in _groups("memory"):
        files = _MEMORY[version]
        if (limit := _number(folder / files.limit)) is not None:
            yield folder, files, limit


def _groups(controller: str) -> Iterator[tuple[Path, int]]:
    """Folders of this process's own group and those above it, with their version, as far as they can be seen.

    Args:
        controller: "memory" or "cpu".
    """
    mounts = list(_mounts(controller))
    for line in _lines(_SELF / "cgroup"):  # "4:memory:/docker/1a2b", or "0::/user.slice" of version 2
        _, controllers, path = line.split(":", 2)
        version = 1 if controllers else 2
        if version == 1 and controller not in controllers.split(","):
            continue
        for mounted, root, point in mounts:
            if mounted == version:
                own = PurePosixPath(path)  # lies outside of what is mounted in a container without a view of its own
                seen = own.is_relative_to(root) and ".." not in own.parts
                inside = own.relative_to(root) if seen else PurePosixPath()
                yield from ((point / folder, version) for folder in (inside, *inside.parents))


def _mounts(controller: str) -> Iterator[tuple[int, str, Path]]:
    """Version, root within the hierarchy, and mount point of what is mounted for a controller."""
    for line in _lines(_SELF / "mountinfo"):  # see proc_pid_mountinfo(5)
        ours, _, theirs = line.partition(" - ")
        match ours.split(), theirs.split():
            case [_, _, _, root, point, *_], ["cgroup2", *_]:
                yield 2, root, Path(point)
            case [_, _, _, root, point, *_], ["cgroup", _, options] if controller in options.split(","):
                yield 1, root, Path(point)


def _lines(file: Path) -> list[str]:
    """The lines of a file; none where it is not there, as on other systems than Linux."""
    try:
        return file.read_text().splitlines()
    except OSError:
        return []


def _words(file: Path) -> list[str]:
    return " ".join(_lines(file)).split()


def _number(file: Path) -> int | None:
    """The number in a file; None if there is none, or it says "max"."""
    words = _words(file)
    return int(words[0]) if words and words[0].isdigit() else None


def _statistic(file: Path, name: str) -> int:
    return next((int(value) for key, value in map(str.split, _lines(file)) if key == name), 0)
