"""Memory of the server with many visitors who bring large files, in a control group that kills it at its limit.

    python -m tests.long.server_memory --gigabytes 1 --visitors 40

It makes a control group of its own (cgroup v1), so it is for root on a machine of one's own. Each visitor paints a
small picture of samples, then brings two files of 12 MB; then the worst files that are taken, first one after
the other, then one by each visitor at once; in the end all come back to their pictures.
Exit code 1 if the server was killed, if a picture is gone of somebody who holds little, or if one file took too much.
"""

import argparse
import dataclasses
import http.client
import io
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy
from PIL import Image
from streamlit.proto.WidgetStates_pb2 import WidgetState

from stylecore.engine.limits import read_limits
from tests.long.attackers import xsrf_token
from tests.long.load import resident
from tests.support.hostile import largest
from tests.support.server import server
from tests.support.tab import PATIENCE, Tab

GROUPS = Path("/sys/fs/cgroup/memory")
MOST_OF_A_FILE = 250  # MB
SIDE = 2000  # pixels of a square of noise: 12 MB as PNG


def noise(seed):
    """A PNG file of 12 MB."""
    buffer = io.BytesIO()
    pixels = numpy.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), numpy.uint8)
    Image.fromarray(pixels).save(buffer, "PNG", compress_level=0)
    return buffer.getvalue()


def bring(tab, url, role, data):
    """Chooses a file in a tab's field for it, as a browser does."""
    token = xsrf_token(url)
    found = next(shown for shown in tab.shown.values() if shown.key == f"upload_{role}")
    name = f"{role}-{time.monotonic_ns()}"
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="mine.png"\r\nContent-Type: image/png\r\n\r\n'
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=PATIENCE)
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Cookie": f"_streamlit_xsrf={token}",
        "X-Xsrftoken": token,
    }
    path = f"/_stcore/upload_file/{tab.session}/{name}"
    connection.request("PUT", path, head + data + b"\r\n--b--\r\n", headers)
    status = connection.getresponse().status
    connection.close()
    assert status == 204, status
    state = WidgetState(id=found.proto.id)
    info = state.file_uploader_state_value.uploaded_file_info.add(file_id=name, name="mine.png", size=len(data))
    info.file_urls.file_id = name
    tab.rerun(state)
    tab.settle()
    tab.rest()


class Watch:
    """The most memory that a process holds while it is watched.

    Attributes:
        most: MB, resident.
    """

    def __init__(self, process):
        self.process, self.most, self._over = process, 0.0, threading.Event()

    def __enter__(self):
        self.most = resident(self.process)
        self._thread = threading.Thread(target=self._look)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()

    def _look(self):
        while not self._over.wait(0.02) and self.process.poll() is None:
            self.most = max(self.most, resident(self.process))


def bring_the_worst(tabs, url, process):
    """Brings the files that need most memory. Returns the most that one took, and all at once, in MB above before."""
    worst = list(largest())
    singly = {}
    for number, (name, data) in enumerate(worst):
        before = resident(process)
        with Watch(process) as watch:
            bring(tabs[number % len(tabs)], url, "content", data)
        singly[name] = watch.most - before
    name = max(singly, key=singly.get)
    print(f"the worst file by itself: {name}, {singly[name]:.0f} MB", flush=True)
    before, at_once = resident(process), tabs[: len(worst)]
    threads = [
        threading.Thread(target=bring, args=(tab, url, "content", data))
        for tab, (_, data) in zip(at_once, reversed(worst), strict=False)
    ]
    with Watch(process) as watch:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    print(f"{len(threads)} of them at once: {watch.most - before:.0f} MB", flush=True)
    return singly[name], watch.most - before


def main():
    """Prints a line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=1.0)
    parser.add_argument("--visitors", type=int, default=5)
    options = parser.parse_args()
    group = GROUPS / f"stylecore-{time.monotonic_ns()}"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(int(options.gigabytes * 1e9)))
    limits = read_limits({}, memory=int(options.gigabytes * 1e9))
    environment = {f"STYLECORE_{name.upper()}": str(value) for name, value in dataclasses.asdict(limits).items()}
    environment["STYLECORE_MAX_WAITING"] = environment["STYLECORE_MAX_PER_ADDRESS"] = "100"
    idle, most, alone, together, tabs, lost = 0.0, 0.0, 0.0, 0.0, [], 0
    files = [noise(seed) for seed in range(2)]
    try:
        with server(Path(tempfile.mkdtemp()) / "server.log", cgroup=group, **environment) as (url, process):
            for number in range(options.visitors):
                tab = Tab(url, f"size=64&steps=2&seed={number}")
                tabs.append(tab)
                tab.settle()
                tab.rest()
                idle = idle or resident(process)
                tab.press("run_studio")
                assert tab.wait(lambda tab=tab: any("Done:" in text for text in tab.alerts())), tab.alerts()
                for role, data in zip(("content", "style"), files, strict=True):
                    tail = number.to_bytes(8, "big")  # every file is another one
                    bring(tab, url, role, data + tail)
                    most = max(most, resident(process))
            alone, together = bring_the_worst(tabs, url, process)
            for tab in tabs:
                tab.rerun()
                tab.settle()
                lost += not (tab.data("history") or {"items": []})["items"]
                tab.close()
            killed = process.poll() is not None
            peak = int((group / "memory.max_usage_in_bytes").read_text()) / 1e6
    except Exception as problem:
        killed, peak = True, 0.0
        print(f"{type(problem).__name__}: {problem}"[:300])
    finally:
        time.sleep(1)
        group.rmdir()
    print(
        f"{options.gigabytes:g} GB, {options.visitors} visitors: idle {idle:.0f} MB, most {most:.0f} MB, worst file "
        f"{alone:.0f} MB more, the worst at once {together:.0f} MB more, peak of the group {peak:.0f} MB, "
        f"killed: {killed}, results lost: {lost}"
    )
    return int(killed or lost > 0 or alone > MOST_OF_A_FILE)


if __name__ == "__main__":
    sys.exit(main())
