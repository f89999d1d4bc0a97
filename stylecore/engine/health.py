"""How the server is: what it holds of the machine, and of its visitors; a line for people, an event for the log."""

from __future__ import annotations

import dataclasses
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from stylecore.engine.engine import Engine
from stylecore.engine.logs import log_event

EVERY = 300.0  # seconds between two events
_SELF = Path("/proc/self")


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of one process; -1 where the system doesn't tell.

    Attributes:
        resident_mb: megabytes of memory that it holds.
        threads: its threads.
        files: file descriptors that are open, connections among them.
        uptime: seconds since the engine began.
        waiting: jobs that wait for their first turn.
        running: jobs that are being computed, one slice after another.
        jobs: jobs that are kept, with their pictures.
        kept_mb: megabytes of these pictures.
        restarts: how often the worker had to be replaced.
    """

    resident_mb: int
    threads: int
    files: int
    uptime: int
    waiting: int
    running: int
    jobs: int
    kept_mb: float
    restarts: int


def read_health(engine: Engine) -> Health:
    """The state of this process and its engine."""
    tally = engine.tally()
    return Health(
        resident_mb=_status("VmRSS", 1024) // 10**6,
        threads=threading.active_count() if (threads := _status("Threads")) < 0 else threads,
        files=_open_files(),
        uptime=round(tally.uptime),
        waiting=tally.waiting,
        running=tally.running,
        jobs=tally.jobs,
        kept_mb=round(tally.bytes / 10**6, 1),
        restarts=tally.restarts,
    )


def health_line(health: Health) -> str:
    """The state in one line."""
    kept = f"{health.jobs} {'result' if health.jobs == 1 else 'results'} kept ({health.kept_mb:g} MB)"
    queue = f"{health.running} running, {health.waiting} waiting"
    return f"{queue}; {kept}; {health.resident_mb} MB of memory; up for {_spoken(health.uptime)}"


def watch_health(engine: Engine, every: float = EVERY) -> threading.Thread:
    """Logs the state now and then, from a thread of its own."""

    def watch() -> None:
        while True:
            log_event("health", **dataclasses.asdict(read_health(engine)))
            time.sleep(every)

    thread = threading.Thread(target=watch, name="stylecore-health", daemon=True)
    thread.start()
    return thread


def _status(name: str, unit: int = 1) -> int:
    """A number of /proc/self/status."""
    try:
        for line in (_SELF / "status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * unit
    except OSError:
        pass
    return -1


def _open_files() -> int:
    try:
        return sum(1 for _ in (_SELF / "fd").iterdir()) - 1  # the folder itself is open while it is read
    except OSError:
        return -1


def _spoken(seconds: int) -> str:
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    return f"{days} d {hours} h" if days else f"{hours} h {minutes} min" if hours else f"{minutes} min"
