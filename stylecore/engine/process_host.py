"""The process that a `process_link.ProcessLink` starts: it answers calls until its server is gone."""

from __future__ import annotations

import json
import os
import queue
import sys
import threading
from typing import IO, Any

from stylecore.engine.frames import read_frame, write_frame

Call = tuple[int, str, tuple[Any, ...]]  # number, method, arguments


def main() -> None:
    """Reads calls from the standard input, and writes answers to the standard output."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever is printed here is no answer

    from stylecore.engine.host import Host  # after that: it takes a second

    host = Host(**json.loads(sys.argv[1]))
    writing = threading.Lock()
    channels: dict[str, queue.Queue[Call]] = {"compute": queue.Queue(), "control": queue.Queue()}

    def serve(calls: queue.Queue[Call]) -> None:
        while True:
            number, method, arguments = calls.get()
            answer = host.do(method, arguments)
            try:
                with writing:
                    write_frame(answers, (number, answer))
            except OSError:  # the server is gone, and this thread is the first to know
                os._exit(0)

    for name, calls in channels.items():
        threading.Thread(target=serve, args=(calls,), name=name, daemon=True).start()
    _read_calls(sys.stdin.buffer, channels)


def _read_calls(pipe: IO[bytes], channels: dict[str, queue.Queue[Call]]) -> None:
    """Hands calls to the threads that do them. When the server is gone the process ends, in the middle of a step."""
    try:
        while True:
            number, channel, method, arguments = read_frame(pipe)
            channels[channel].put((number, method, arguments))
    except (EOFError, OSError):
        os._exit(0)


if __name__ == "__main__":
    main()
