"""The way to a host in another process of this machine: calls in frames through its standard input and output."""

from __future__ import annotations

import contextlib
import itertools
import json
import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from stylecore.engine.frames import read_frame, write_frame
from stylecore.engine.plain import Plain
from stylecore.engine.remote_runner import Channel
from stylecore.engine.runner import RunnerLost

ENDING_SECONDS = 2.0  # for which a process may end by itself

_log = logging.getLogger(__name__)


class ProcessLink:
    """See `remote_runner.Link`. The process starts with the first call, and anew after it has died."""

    def __init__(self, device: str, threads: int, refresh: float) -> None:
        """See `host.Host` for the arguments; nothing is started yet."""
        self._settings = {"device": device, "threads": threads, "refresh": refresh}
        self._lock = threading.Lock()
        self._peer: _Peer | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        """Of the process that is there now; None if there is none."""
        return self._peer.process.pid if self._peer is not None and self._peer.alive else None

    def close(self) -> None:
        """See `Link`."""
        with self._lock:
            self._closed = True
            if self._peer is not None:
                self._peer.end()

    def call(self, channel: Channel, method: str, *arguments: Any) -> Future[Plain]:  # noqa: ANN401  # plain values
        """See `Link`."""
        with self._lock:
            if self._closed:
                return _lost()
            if self._peer is None or not self._peer.alive:
                self._peer = _Peer(self._settings)
            return self._peer.call(channel, method, arguments)


class _Peer:
    """One process, from its start to its end."""

    def __init__(self, settings: Plain) -> None:
        root = str(Path(__file__).parents[2])  # where this package is, also when it is not installed
        paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        if settings["threads"]:
            environment["OMP_NUM_THREADS"] = str(settings["threads"])
        self.process = subprocess.Popen(
            [sys.executable, "-m", "stylecore.engine.process_host", json.dumps(settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,  # Ctrl-C is for the server, which ends it then
        )
        self.alive = True
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._calls: dict[int, Future[Plain]] = {}
        threading.Thread(target=self._read, name="stylecore-link", daemon=True).start()

    def call(self, channel: Channel, method: str, arguments: tuple[Any, ...]) -> Future[Plain]:
        """Sends a call. Returns its answer to come."""
        future: Future[Plain] = Future()
        with self._lock:
            if not self.alive:
                return _lost()
            number = next(self._numbers)
            self._calls[number] = future
            try:
                write_frame(self.process.stdin, (number, channel, method, arguments))
            except OSError:  # it has just died; the reader notices, too
                del self._calls[number]
                return _lost()
        return future

    def end(self) -> None:
        """Lets the process end: it does when nobody can write to it any more."""
        with contextlib.suppress(OSError):
            self.process.stdin.close()  # type: ignore[union-attr]  # it is a pipe
        try:
            self.process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _read(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            while True:
                number, answer = read_frame(self.process.stdout)
                self._calls.pop(number).set_result(answer)
        with self._lock:
            self.alive = False
            lost, self._calls = self._calls, {}
        self.process.kill()  # whatever is left of it
        code = self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):  # what is left unwritten
                pipe.close()  # type: ignore[union-attr]  # it is there
        _log.info("the process %s has ended with %s", self.process.pid, code)
        for future in lost.values():
            future.set_exception(RunnerLost(f"the process {self.process.pid} is gone"))


def _lost() -> Future[Plain]:
    future: Future[Plain] = Future()
    future.set_exception(RunnerLost("there is no process"))
    return future
