"""`stylecore app` as a process of its own, wherever stylecore is installed."""

import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

PATIENCE = 60  # seconds


@contextmanager
def dashboard(stylecore, log, **process):
    """The address of the dashboard while it runs.

    Args:
        stylecore: the command, as a list.
        log: file for all that it writes.
        process: folder and environment, as `subprocess.Popen` takes them.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*stylecore, "app", "--port", str(port), "--", "--server.headless", "true"]
    with open(log, "w") as output:
        server = subprocess.Popen(command, **process, stdout=output, stderr=output)
    url = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + PATIENCE
        while not _answers(url):
            assert server.poll() is None, Path(log).read_text()
            assert time.monotonic() < deadline, Path(log).read_text()
            time.sleep(0.1)
        yield url
    finally:
        server.terminate()
        assert server.wait(PATIENCE) == 0, Path(log).read_text()


def _answers(url):
    try:
        urllib.request.urlopen(f"{url}/_stcore/health", timeout=5).close()
    except OSError:
        return False
    return True
