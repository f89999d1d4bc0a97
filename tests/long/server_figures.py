"""The server's figures: what a poll of a running page costs, and memory after 3 and after 20 runs.

    python -m tests.long.server_figures

It starts a server of its own, whose script runner is timed, and visits it with chromium.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.support.browser import SECOND, chromium, visitor
from tests.support.server import ROOT

PORT = 8597
RUNS = 20


def serve(log):
    """Runs streamlit with every run of a script timed: kind, seconds of processor time, seconds on the clock."""
    from streamlit.runtime.scriptrunner.script_runner import ScriptRunner
    from streamlit.web import cli

    before = ScriptRunner._run_script

    def timed(self, rerun_data):
        processor, clock = time.thread_time(), time.perf_counter()
        before(self, rerun_data)
        kind = "poll" if rerun_data.fragment_id_queue or rerun_data.fragment_id else "page"
        with open(log, "a") as file:
            file.write(f"{kind} {time.thread_time() - processor:.5f} {time.perf_counter() - clock:.5f}\n")

    ScriptRunner._run_script = timed
    sys.argv = ["streamlit", "run", "app.py", "--server.port", str(PORT), "--server.headless", "true"]
    cli.main()


def resident(process):
    """Megabytes of memory that a process holds."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) * 1024 / 1e6


def main():
    """Prints the figures."""
    log = Path(tempfile.mkdtemp()) / "runs.txt"
    log.touch()
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.long.server_figures", str(log)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{PORT}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.5)
        with chromium() as browser, visitor(browser, f"http://127.0.0.1:{PORT}/?size=192&steps=40") as page:
            held = []
            for _ in range(RUNS):
                page.get_by_role("button", name="Run", exact=True).click()
                page.get_by_role("button", name="Stop", exact=True).wait_for(timeout=60 * SECOND)
                page.get_by_text("Done:").wait_for(timeout=120 * SECOND)
                page.wait_for_timeout(500)
                held.append(resident(server))
                print(f"after run {len(held):2}: {held[-1]:.0f} MB", flush=True)
    finally:
        server.terminate()
    runs = [line.split() for line in log.read_text().splitlines()]
    for kind in ("poll", "page"):
        processor = [1000 * float(run[1]) for run in runs if run[0] == kind]
        clock = [1000 * float(run[2]) for run in runs if run[0] == kind]
        print(
            f"{kind}: {len(processor)} runs, processor time median {statistics.median(processor):.0f} ms, "
            f"95 % under {sorted(processor)[int(0.95 * len(processor))]:.0f} ms; on the clock, beside a busy worker, "
            f"median {statistics.median(clock):.0f} ms"
        )
    first, last = (statistics.median(part) for part in (held[:5], held[-5:]))
    print(f"memory: {held[2]:.0f} MB after 3 runs, {held[-1]:.0f} MB after {RUNS}")
    print(f"in all of them from {min(held):.0f} to {max(held):.0f} MB")
    print(f"median of the first five {first:.0f} MB, of the last five {last:.0f} MB")


if __name__ == "__main__":
    os.chdir(ROOT)
    serve(sys.argv[1]) if len(sys.argv) > 1 else main()
