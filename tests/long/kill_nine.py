"""A server with a store on disk is killed again and again; its visitors come back and look for what is theirs.

    python -m tests.long.kill_nine --kills 10 --visitors 4 [--workers 2]

Every visitor has a pair, a seed and a span of λ that nobody else has. They paint, steer, pause and remove until the
server is killed with SIGKILL, in the middle of whatever it does; it is restarted on the same folder, and each looks
for every result that it had seen finished, and takes one home again. Exit code 1 if a result was lost, if a removed one
came back, if anybody was given another's picture, or if anybody saw an error.
"""

import argparse
import json
import random
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

from websockets.exceptions import ConnectionClosed, InvalidStatus

from stylecore.artifacts.recipe import sha256
from tests.long.load import LONGEST_RUN, Ledger, Visitor
from tests.support.server import server
from tests.support.tab import PATIENCE

LIVES = 15, 40  # seconds from the visitors' coming to the kill: at least, and at most
PLANS = ("stay", "stay", "steer", "pause", "stop", "remove")
STEPS = 5, 40  # of a run
SETTINGS = {"STYLECORE_KEPT_MB": "100", "STYLECORE_SHARED_MB": "0", "OMP_NUM_THREADS": "1"}
CUT_OFF = (ConnectionClosed, InvalidStatus, OSError, EOFError)  # what a visitor sees of a kill


class Survivor(Visitor):
    """One person with a browser, who outlives the server.

    Attributes:
        results: checksums of the pictures that were taken home, by id of the run.
        seen: ids of runs whose result was in the gallery when the page was at rest.
        removed: ids of those that were removed.
        here: set once the page of this server is there.
    """

    def __init__(self, number, ledger, size):
        super().__init__(number, "", ledger, 0.0, size)
        self.results, self.seen, self.removed = {}, set(), set()
        self.rng, self.here = random.Random(number), threading.Event()

    def live(self, url, killed):
        """Comes to a server, looks for everything, and paints until that is killed.

        Args:
            url: of the server.
            killed: an event, set before the kill.
        """
        self.url = url
        try:
            first = not self.seen
            self.come(self._query() if first else "")
            self.here.set()
            if not first:
                self.find_again(one=self.rng.choice(sorted(self.results)) if self.results else "")
            while not killed.is_set():
                self.paint(self.rng.choice(PLANS))
        except CUT_OFF as problem:
            if self.tab is not None:
                self.tab.troubles.clear()  # such as that the connection is closed
            if not killed.is_set():
                self.ledger.trouble(self.number, f"was cut off while the server was there: {problem!r}")
        except Exception as problem:
            self.ledger.trouble(self.number, f"{type(problem).__name__}: {problem}"[:500])
        finally:
            self._report_troubles()

    def paint(self, plan):
        """One run, with something on the way."""
        self.steered = False
        self.come(self._query())
        self.tab.press("run_studio")
        self.tab.settle()
        self.ledger.count("started")
        assert self.tab.wait(self.has_begun, LONGEST_RUN), f"no turn: {self.tab.alerts()}"
        self.look()
        if plan != "remove":
            getattr(self, f"_{plan}", lambda: None)()
        assert self.tab.wait(self.has_ended, LONGEST_RUN), f"the run does not end: {self.state()}"
        self.tab.rest()
        self.look()
        history = self.tab.data("history") or {"items": [], "selected": None}
        if self.tab.find("download_png") is None or history["selected"] is None:
            return
        self.seen |= {item["id"] for item in history["items"]}
        self.results[history["selected"]] = sha256(self._download())
        if plan == "remove":
            self._remove(history["selected"])

    def find_again(self, one=""):
        """Looks for all results that were seen before the server was killed, and takes one of them home again."""
        if self.state() in ("running", "queued", "measuring"):
            self.ledger.count("runs that go on after a kill")
            assert self.tab.wait(self.has_ended, LONGEST_RUN), f"a run does not go on: {self.state()}"
            self.tab.rest()
        items = self.in_gallery()
        for name in sorted(self.seen - items):
            self.ledger.count("results lost")
            self.ledger.trouble(self.number, f"{name} is lost")
        for name in sorted(items & self.removed):
            self.ledger.trouble(self.number, f"{name} was removed, and is back")
        self.ledger.count("times that a visitor came back")
        self.ledger.counts["results looked for"] += len(self.seen)
        if one and one in items:
            self.tab.trigger("history", "chosen", one)
            self.tab.settle()
            self.tab.rest()
            same = sha256(self._download()) == self.results[one]
            self.ledger.count("pictures taken home again, the same" if same else "pictures that are others now")
            if not same:
                self.ledger.trouble(self.number, f"the picture of {one} is another one")

    def _query(self):
        self.steps = self.rng.randint(*STEPS)
        return (
            f"content={self.content}&style={self.style}&lam={self.lam}&size={self.size}&steps={self.steps}"
            f"&seed={self.seed}"
        )

    def come(self, query):
        """Opens the page, in the place of the tab of before."""
        if self.tab is not None:
            self._report_troubles()
            with suppress(*CUT_OFF):
                self.tab.close()
            self.tab = None
        super().come(query)

    def _download(self):
        _, png = self.tab.download("download_png")
        self.ledger.claim(self.number, f"file {sha256(png)}")
        return png

    def _remove(self, name):
        self.tab.rest()
        self.seen.discard(name)  # whether it is there after a kill between the click and the answer is open
        self.results.pop(name, None)
        self.tab.press(f"remove_{name}")
        assert self.tab.wait(lambda: name not in self.in_gallery()), f"{name} is not removed"
        self.removed.add(name)
        self.ledger.count("removed")

    def in_gallery(self):
        """Ids of the results that the page shows."""
        return {item["id"] for item in (self.tab.data("history") or {"items": []})["items"]}


def together(survivors, act):
    """Lets all do something at once. Returns the threads."""
    threads = [threading.Thread(target=act, args=(survivor,), daemon=True) for survivor in survivors]
    for thread in threads:
        thread.start()
    return threads


def kill_nine(kills, visitors, size, folder, lives=LIVES, workers=None):
    """Starts a server again and again, and kills it. Returns the ledger, in which troubles and lost results are.

    Args:
        kills: how many.
        visitors: how many.
        size: of their pictures, in pixels.
        folder: of the store and the logs.
        lives: seconds from the visitors' coming to the kill, at least and at most.
        workers: processes that compute for the server; its own alone if None.
    """
    ledger, rng = Ledger(), random.Random(9)
    survivors = [Survivor(number, ledger, size) for number in range(visitors)]
    store = {"STYLECORE_STORE": str(folder / "store"), **SETTINGS}
    store |= {"STYLECORE_WORKERS": str(workers)} if workers else {}
    for number in range(kills):
        killed = threading.Event()
        with server(folder / f"{number}.log", **store) as (url, process):
            threads = together(survivors, lambda survivor, url=url, killed=killed: survivor.live(url, killed))
            for survivor in survivors:
                survivor.here.wait(PATIENCE)
                survivor.here.clear()
            time.sleep(rng.uniform(*lives))
            killed.set()
            process.kill()
            process.wait(20)
            ledger.count("kills")
            for thread in threads:
                thread.join(PATIENCE)
                if thread.is_alive():
                    ledger.trouble("none", "a visitor does not notice that the server was killed")
    with server(folder / "last.log", **store) as (url, process):
        for thread in together(survivors, lambda survivor: last_look(survivor, url)):
            thread.join(LONGEST_RUN)
    for log in folder.glob("*.log"):
        for line in log.read_text(errors="replace").splitlines():
            event = json.loads(line) if line.startswith("{") and line.endswith("}") else {}
            if event.get("level") in ("error", "critical") or "Traceback" in line:
                ledger.trouble("none", f"{log.name}: {line:.300}")
    return ledger


def last_look(survivor, url):
    """Comes once more, and takes every picture home that was ever taken home."""
    survivor.url = url
    try:
        survivor.come("")
        for name in sorted(survivor.results) or [""]:
            survivor.find_again(one=name)
        survivor.tab.close()
    except Exception as problem:
        survivor.ledger.trouble(survivor.number, f"{type(problem).__name__}: {problem}"[:500])


def main():
    """Prints the figures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--visitors", type=int, default=4)
    parser.add_argument("--size", type=int, default=64)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    folder, began = Path(tempfile.mkdtemp()), time.monotonic()
    ledger = kill_nine(options.kills, options.visitors, options.size, folder, workers=options.workers)
    for what, count in sorted(ledger.counts.items()):
        print(f"{count:6} {what}")
    lost, foreign = ledger.counts["results lost"], len(ledger.foreign)
    print(f"{time.monotonic() - began:.0f} s; results lost: {lost}, pictures of somebody else: {foreign}")
    for line in [*ledger.foreign, *ledger.troubles][:50]:
        print(line)
    print(f"logs and store: {folder}")
    return 0 if not ledger.foreign and not ledger.troubles else 1


if __name__ == "__main__":
    sys.exit(main())
