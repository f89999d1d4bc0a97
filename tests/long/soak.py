"""A long day in short: many small runs of many visitors, and what the server holds at first, midway and at last.

    python -m tests.long.soak --runs 400

It starts a server of its own and visits it with chromium. Exit code 1 if, after a warm-up, memory, threads, open files
or streamlit's media store still grow.
"""

import argparse
import gc
import json
import os
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from pathlib import Path

from tests.support.browser import SECOND, chromium, downloaded
from tests.support.server import ROOT

A_VISIT = 5  # runs; the last one is left while it is computed
WARM_UP = 0.3  # of all samples
FILES_A_SESSION = 3  # of its event loop; streamlit keeps a session for two minutes after its end
LIMITS = {
    "STYLECORE_KEPT_MB": "2",
    "STYLECORE_STATE_MB": "50",
    "STYLECORE_GRACE_SECONDS": "2",
    "STYLECORE_STORE": "off",
}
MAY_GROW = {  # from the middle to the end: a share, and as many in any case
    "resident MB": (0.03, 25),
    "threads": (0.0, 3),
    "files": (0.0, 6),
    "media files": (0.1, 8),
    "media kB": (0.1, 2_000),
    "objects": (0.03, 20_000),
}


def serve(log, port):
    """Runs streamlit, and writes every half second what only the process itself can know."""
    from streamlit.runtime import Runtime
    from streamlit.web import cli

    def watch():
        while True:
            time.sleep(0.5)
            if not Runtime.exists():
                continue
            files = list(Runtime.instance().media_file_mgr._storage._files_by_id.values())
            known = {
                "media files": len(files),
                "media kB": sum(len(file.content) for file in files) // 1000,
                "sessions": len(Runtime.instance()._session_mgr.list_sessions()),
                "objects": len(gc.get_objects()),
                "names": dict(Counter(thread.name.rstrip("0123456789-_ ()") for thread in threading.enumerate())),
            }
            Path(f"{log}.new").write_text(json.dumps(known))
            os.replace(f"{log}.new", log)

    threading.Thread(target=watch, daemon=True).start()
    sys.argv = ["streamlit", "run", "app.py", "--server.port", port, "--server.headless", "true"]
    sys.argv += ["--server.address", "127.0.0.1"]
    cli.main()


def sample(process, log):
    """What the server holds now."""
    time.sleep(1.2)  # until it has written what it knows by now
    proc = Path(f"/proc/{process.pid}")
    status = (proc / "status").read_text()
    known = json.loads(log.read_text())
    return {
        "resident MB": int(re.search(r"VmRSS:\s+(\d+)", status)[1]) * 1024 // 10**6,
        # But those that read files for browsers: AnyIO has one or six of them, as the last seconds were.
        "threads": int(re.search(r"Threads:\s+(\d+)", status)[1]) - known["names"].get("AnyIO worker thread", 0),
        "files": len(list((proc / "fd").iterdir())) - FILES_A_SESSION * known["sessions"],
        **known,
    }


def visit(browser, port, runs, number):
    """One visitor: some runs, a picture taken home, a look at the other pages, and gone in the middle of a run."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400}, accept_downloads=True)
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{port}/?size=96&steps=6&lam={0.1 + number % 8 / 10:.1f}")
    run = page.get_by_role("button", name="Run", exact=True)
    for done in range(1, runs + 1):
        run.click(timeout=60 * SECOND)
        if done == runs > 1:
            break
        page.get_by_text(f"Remove result {done}").wait_for(timeout=90 * SECOND)
    if runs > 1:
        page.get_by_role("link", name="About").click()
        page.get_by_text("running").first.wait_for(timeout=30 * SECOND)
        page.get_by_role("link", name="Studio").click()
        page.get_by_text(f"Remove result {runs}").wait_for(timeout=90 * SECOND)
        downloaded(page)
        run.click(timeout=60 * SECOND)
        page.wait_for_timeout(300)
    context.close()


def verdict(samples):
    """A line for each figure: first, middle and last, and whether it is flat after the warm-up."""
    warm = samples[int(WARM_UP * len(samples)) :]
    third = max(1, len(warm) // 3)
    flat = True
    for name, (share, anyway) in MAY_GROW.items():
        begin, end = (statistics.median(s[name] for s in part) for part in (warm[:third], warm[-third:]))
        fine = end <= begin + max(share * begin, anyway)
        flat = flat and fine
        if name == "threads" and not fine:
            print(samples[0]["names"], "→", samples[-1]["names"])
        print(
            f"{name:12} first {samples[0][name]:>9}  middle {samples[len(samples) // 2][name]:>9}  last "
            f"{samples[-1][name]:>9}  after warm-up {begin:.0f} → {end:.0f}  {'flat' if fine else 'GROWS'}"
        )
    return flat


def main():
    """Prints the figures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=400)
    runs = parser.parse_args().runs
    folder = Path(tempfile.mkdtemp())
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = folder / "known.json"
    with open(folder / "server.log", "w") as output:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.long.soak", "--serve", str(log), str(port)],
            cwd=ROOT,
            stdout=output,
            stderr=output,
            env={**os.environ, **LIMITS, "STYLECORE_FIGURES": "1"},
        )
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server must not outlive this process
    samples, began = [], time.monotonic()
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        with chromium() as browser:
            for number, begun in enumerate(range(0, runs, A_VISIT + 1)):
                visit(browser, port, min(A_VISIT, runs - begun), number)
                samples.append(sample(server, log))
                print(f"{begun + A_VISIT + 1:4} runs, {time.monotonic() - began:4.0f} s: {samples[-1]}", flush=True)
    finally:
        server.terminate()
        server.wait(20)
    events = [json.loads(line) for line in (folder / "server.log").read_text().splitlines() if line.startswith("{")]
    ended = [event["status"] for event in events if event["event"] == "job_ended"]
    print({status: ended.count(status) for status in sorted(set(ended))})
    troubles = [event for event in events if event["level"] not in ("info", "warning")]
    for event in troubles:
        print(event)
    return 0 if verdict(samples) and not troubles else 1


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(serve(*sys.argv[2:]) if sys.argv[1:2] == ["--serve"] else main())
