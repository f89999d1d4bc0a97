"""How the server is: what it holds of the machine, and of its visitors; a line for people, an event for the log."""

from __future__ import annotations

import dataclasses
import sys
import threading
import time
from dataclasses import dataclass

import psutil

from stylecore.engine.engine import Engine
from stylecore.engine.logs import log_event
from stylecore.language import Sentence, counted

EVERY = 300.0  # seconds between two events


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The state of one process.

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
    process = psutil.Process()
    return Health(
        resident_mb=process.memory_info().rss // 10**6,
        threads=process.num_threads(),
        files=_open_files(process),
        uptime=round(tally.uptime),
        waiting=tally.waiting,
        running=tally.running,
        jobs=tally.jobs,
        kept_mb=round(tally.bytes / 10**6, 1),
        restarts=tally.restarts,
    )


def health_line(health: Health) -> Sentence:
    """The state in one line."""
    kept = counted(
        "{count} result kept ({size:g} MB)", "{count} results kept ({size:g} MB)", health.jobs, size=health.kept_mb
    )
    return Sentence(
        "{running} running, {waiting} waiting; {kept}; {memory} MB of memory; up for {time}",
        running=health.running,
        waiting=health.waiting,
        kept=kept,
        memory=health.resident_mb,
        time=_spoken(health.uptime),
    )


def watch_health(engine: Engine, every: float = EVERY) -> threading.Thread:
    """Logs the state now and then, from a thread of its own."""

    def watch() -> None:
        while True:
            log_event("health", **dataclasses.asdict(read_health(engine)))
            time.sleep(every)

    thread = threading.Thread(target=watch, name="stylecore-health", daemon=True)
    thread.start()
    return thread


def _open_files(process: psutil.Process) -> int:
    if sys.platform == "win32":
        return process.num_handles()
    return process.num_fds()


def _spoken(seconds: int) -> Sentence:
    days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
    if days:
        return Sentence("{days} d {hours} h", days=days, hours=hours)
    if hours:
        return Sentence("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return Sentence("{minutes} min", minutes=minutes)
