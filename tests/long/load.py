"""Many visitors at once, each with a real websocket and cookies of its own, who start, steer, stop, leave and return.

    python -m tests.long.load --visitors 20 --minutes 10 --attacked

It starts a server of its own on the loopback. Every visitor has a pair, a seed and a span of λ that nobody else has, so
that a picture says whose it is. Exit code 1 if anybody saw an error or another's picture, if a picture was not
delivered, if waits were unfair, or if memory grew without end.
"""

import argparse
import json
import random
import re
import signal
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from pathlib import Path

from stylecore.artifacts.recipe import read_recipe, sha256
from stylecore.samples import sample_contents, sample_styles
from tests.long.attackers import attack
from tests.support.server import server
from tests.support.tab import PATIENCE, Tab

GRACE = 6  # seconds
LONGEST_WAIT = 300  # seconds until a run must have had its turn
LONGEST_RUN = 900  # seconds until it must have ended: all take turns, and some make 100 steps more
MORE_STEPS = 100  # in a run of its own where the state of the first was gone
FULL = re.compile(r"\d+ visitors are waiting")
PLANS = ("stay", "steer", "steer", "stop", "pause", "pages", "return", "return late", "return waiting") * 2 + ("more",)
LIMITS = {
    "STYLECORE_GRACE_SECONDS": str(GRACE),
    "STYLECORE_KEPT_MB": "30",
    "STYLECORE_STATE_MB": "100",
}
WARM_UP = 0.4  # of all samples of memory
MAY_GROW = 0.1, 60  # a share of what is held after the warm-up, and megabytes in any case
UNFAIR = 3.0  # times as long as another visitor, on average
ENOUGH = 5  # waits of each visitor for that to be judged


class Ledger:
    """What all visitors report; each method may be called from any thread."""

    def __init__(self):
        self._lock = threading.Lock()
        self.counts, self.troubles, self.foreign = Counter(), [], []
        self.waits, self.delivered = defaultdict(list), Counter()
        self._owners = {}

    def count(self, what):
        with self._lock:
            self.counts[what] += 1

    def waited(self, visitor, seconds):
        with self._lock:
            self.waits[visitor].append(seconds)

    def deliver(self, visitor):
        with self._lock:
            self.counts["pictures delivered"] += 1
            self.delivered[visitor] += 1

    def trouble(self, visitor, text):
        with self._lock:
            self.troubles.append(f"visitor {visitor}: {text}")

    def claim(self, visitor, thing, check=True):
        """Takes note that a visitor was given something of its own, which nobody else may be given.

        Args:
            visitor: number.
            thing: the id of a run, or a picture.
            check: whether what the picture says of itself is this visitor's.
        """
        with self._lock:
            owner = self._owners.setdefault(thing, visitor)
            if owner != visitor or not check:
                self.foreign.append(f"visitor {visitor} was given {thing:.80} of {owner}")


class Visitor:
    """One person with a browser."""

    def __init__(self, number, url, ledger, until, size):
        self.number, self.url, self.ledger, self.until = number, url, ledger, until
        self.rng, self.cookies = random.Random(number), {}
        contents, styles = sample_contents(), sample_styles()
        self.content, self.style = (list(names)[number % len(names)] for names in (contents, styles))
        self.hashes = sha256(contents[self.content].read_bytes()), sha256(styles[self.style].read_bytes())
        self.seed, self.steps, self.size = 1000 + number, 8 + number % 10, size
        first = 2 + 4 * (number % 24)  # hundredths: nobody else of 24 has these λ
        self.lambdas = [(first + more) / 100 for more in range(4)]
        self.lam = self.lambdas[0]
        self.steered = False
        self.tab = None

    def live(self):
        """Comes, and goes on until the time is over."""
        try:
            self.come(
                f"content={self.content}&style={self.style}&lam={self.lam}&size={self.size}&steps={self.steps}"
                f"&seed={self.seed}"
            )
            while time.monotonic() < self.until:
                self.run(self.rng.choice(PLANS))
                self.tab.live(self.rng.uniform(0.2, 2))
            self.tab.close()
        except Exception as problem:
            self.ledger.trouble(self.number, f"{type(problem).__name__}: {problem}"[:500])
        self._report_troubles()

    def come(self, query):
        """Opens the page."""
        self.tab = Tab(self.url, query, self.cookies, address=f"127.0.1.{1 + self.number % 250}")
        self.tab.settle()
        self.look()

    def leave(self, seconds, bare):
        """Goes, and returns with the same cookie to what it had.

        Args:
            seconds: for which it is away.
            bare: whether it returns to the address without settings.
        """
        self._report_troubles()
        query = "" if bare else self.tab.query
        self.tab.close(abrupt=self.rng.random() < 0.5)
        self.ledger.count("left")
        time.sleep(seconds)
        self.come(query)
        self.ledger.count("came back")
        slider = self.tab.widget("set_lam").proto
        self.lam = round((slider.value if slider.set_value else slider.default)[0], 6)
        if self.state() == "nothing" or self.lam not in self.lambdas:
            self.ledger.trouble(self.number, f"came back and found {self.state()}, λ = {self.lam}")

    def run(self, plan):
        """One run, with something on the way."""
        self.tab.rest()
        self.steered, pressed = False, time.monotonic()
        self.tab.press("run_studio")
        self.tab.settle()
        if any(FULL.search(text) for text in self.tab.alerts("error")):
            self.ledger.count("refused, queue full")
            self.tab.live(5)
            return
        self.ledger.count("started")
        if plan == "return waiting":
            self.tab.live(self.rng.uniform(0, 2))
            self.leave(self.rng.uniform(0, GRACE / 2), bare=self.rng.random() < 0.5)
        if not self.tab.wait(self.has_begun, LONGEST_WAIT if time.monotonic() < self.until else 1):
            if time.monotonic() < self.until:
                self.ledger.trouble(self.number, f"no turn within {LONGEST_WAIT} s: {self.tab.alerts()}")
            return
        if plan != "return waiting":
            self.ledger.waited(self.number, time.monotonic() - pressed)
        self.look()
        getattr(self, f"_{plan.replace(' ', '_')}", lambda: None)()
        if self.tab.wait(self.has_ended, LONGEST_RUN):
            self.tab.rest()
            self.look()
            self.take_home()
        else:
            self.ledger.trouble(self.number, f"a run does not end: {self.state()} {self.tab.progress()}")

    # On the way

    def _steer(self):
        new = self.rng.choice([lam for lam in self.lambdas if lam != self.lam])
        self.tab.slide("set_lam", new)
        self.tab.settle()
        self.lam, self.steered = new, True
        self.ledger.count("steered")

    def _stop(self):
        if self._press("stop"):
            self.ledger.count("stopped")

    def _pause(self):
        if self._press("pause"):
            self.ledger.count("paused")
            self.tab.live(self.rng.uniform(0, 3))
            self._press("go_on")

    def _pages(self):
        for title in ("About", "λ lab", "Studio"):
            self.tab.go(title)
            self.tab.settle()
            self.look()
            self.tab.live(0.5)
        self.ledger.count("pages changed")

    def _more(self):
        if self.tab.wait(self.has_ended, LONGEST_RUN) and self._press("more"):
            self.ledger.count("more steps")

    def _return(self):
        self.leave(self.rng.uniform(0, GRACE / 2), bare=self.rng.random() < 0.5)

    def _return_late(self):
        self.leave(GRACE + self.rng.uniform(1, 4), bare=self.rng.random() < 0.5)

    def _press(self, key):
        """Clicks a button of the run, if it is still there."""
        self.tab.rest()
        if self.tab.find(key) is None:
            return False
        self.tab.press(key)
        self.tab.settle()
        return True

    # What it sees

    def state(self):
        """What the page says of the run."""
        progress, said = self.tab.progress(), " ".join(self.tab.alerts())
        if progress:
            return "running" if progress.startswith("Step") else "measuring"
        for words, state in (
            ("Done:", "done"),
            ("This picture has λ", "done"),  # λ was moved too late for it
            ("Stopped at", "stopped"),
            ("Stopped before", "never begun"),
            ("Paused at", "paused"),
            ("Waiting:", "queued"),
            ("is next", "queued"),
        ):
            if words in said:
                return state
        return "nothing"

    def has_begun(self):
        """Whether the run has made a step."""
        return self.state() in ("running", "done", "stopped", "never begun", "paused")

    def has_ended(self):
        """Whether the run has come to its end, the page around it included."""
        return self.state() in ("done", "stopped", "never begun", "paused")

    def look(self):
        """Checks that all that is on the page is this visitor's own."""
        for text in self.tab.alerts("error"):
            if not FULL.search(text):
                self.ledger.trouble(self.number, f"an error on the page: {text}")
        for text in self.tab.alerts("warning"):
            self.ledger.count(f"warning: {text:.80}")
        picture, history = self.tab.data("picture"), self.tab.data("history")
        if picture is not None:
            mine = self.content in picture["alt"] and self._is_mine(picture["caption"])
            self.ledger.claim(self.number, f"alt {picture['alt']} {picture['caption']} {self.seed}", mine)
            if picture["after_label"].startswith("Result") and self.state() == "done":
                self.ledger.claim(self.number, f"picture {sha256(picture['after'].encode())}")
        for item in (history or {"items": []})["items"]:
            self.ledger.claim(self.number, item["id"], self.content in item["label"] and self._is_mine(item["label"]))

    def take_home(self):
        """Downloads the result and checks that it is what was asked for."""
        if self.tab.find("download_png") is None:
            if self.state() in ("done", "stopped"):
                self.ledger.trouble(self.number, f"there is no picture to take home: {self.tab.alerts()}")
            return
        _, png = self.tab.download("download_png")
        recipe = read_recipe(png)
        config = recipe.config
        mine = (
            (recipe.content_sha256, recipe.style_sha256) == self.hashes
            and (config.seed, config.size) == (self.seed, self.size)
            and (
                config.steps == self.steps or (config.init == "image" and config.steps <= MORE_STEPS)
            )  # state was gone
            and {*config.lambdas, *(lam for _, lam in recipe.changes)} <= set(self.lambdas)
        )
        self.ledger.claim(self.number, f"file {sha256(png)}", mine)
        if self.state() == "done" and self.steered and recipe.changes and recipe.changes[-1][1] != self.lam:
            self.ledger.trouble(self.number, f"steered to {self.lam}, and the picture says {recipe.changes}")
        self.ledger.deliver(self.number)

    def _is_mine(self, text):
        lam = re.search(r"λ = ([\d.]+)", text)
        return lam is None or float(lam[1]) in self.lambdas

    def _report_troubles(self):
        for text in self.tab.troubles if self.tab else []:
            self.ledger.trouble(self.number, text)
        for text in self.tab.refused if self.tab else []:
            self.ledger.trouble(self.number, f"a click on Download in vain: {text}")
        if self.tab:
            self.tab.troubles.clear()
            self.tab.refused.clear()


def resident(process):
    """Megabytes of memory that a process holds."""
    return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text())[1]) * 1024 / 1e6


def load(visitors, seconds, size, log, *, attacked=False, **settings):
    """Lets visitors live on a server of their own. Returns the ledger, and samples of the server's memory.

    Args:
        visitors: how many.
        seconds: for which they begin new runs.
        size: of their pictures, in pixels.
        log: file for all that the server writes.
        attacked: whether others try to take the server meanwhile: see `attackers`.
        settings: of the server, beside `LIMITS`.
    """
    ledger, memory = Ledger(), []
    with server(log, **LIMITS, **settings) as (url, process):
        until = time.monotonic() + seconds
        everybody = [Visitor(number, url, ledger, until, size) for number in range(visitors)]
        threads = [threading.Thread(target=visitor.live, daemon=True) for visitor in everybody]
        for thread in threads:
            thread.start()
        threads += attack(url, until, ledger) if attacked else []
        last = until + LONGEST_RUN + 2 * PATIENCE
        while any(thread.is_alive() for thread in threads) and time.monotonic() < last:
            time.sleep(1)
            if process.poll() is not None:
                ledger.trouble("none", f"the server ended with {process.returncode}")
                break
            memory.append(resident(process))
        for number, thread in enumerate(threads):
            if thread.is_alive():
                ledger.trouble(number, "is still there long after the end")
    for line in log.read_text(errors="replace").splitlines():
        event = json.loads(line) if line.startswith("{") else {}
        if event.get("level") in ("error", "critical") or "Traceback" in line or "Uncaught" in line:
            ledger.trouble("none", f"the server's log: {line:.300}")
        if event.get("event") == "job_ended":
            ledger.count(f"ended: {event['status']}")
    return ledger, memory


def spread(waits):
    """Figures of the waits in words, and whether they are fair."""
    everything = sorted(wait for each in waits.values() for wait in each)
    if not everything:
        return "no run began", True
    means = sorted(statistics.mean(each) for each in waits.values())
    at = [everything[round(share * (len(everything) - 1))] for share in (0.05, 0.5, 0.95)]
    enough = min(map(len, waits.values())) >= ENOUGH
    return (
        f"{len(everything)} waits from Run to the first step: median {at[1]:.1f} s, 5–95 % {at[0]:.1f}–{at[2]:.1f} s, "
        f"worst {everything[-1]:.1f} s; means of {len(means)} visitors {means[0]:.1f}–{means[-1]:.1f} s "
        f"(× {means[-1] / max(means[0], 0.01):.2f}), runs of each {min(map(len, waits.values()))}–"
        f"{max(map(len, waits.values()))}"
    ), not enough or means[-1] <= UNFAIR * max(means[0], 1.0)


def is_bounded(memory):
    """Whether memory stays after the warm-up, as far as the time was enough to tell."""
    warm = memory[int(WARM_UP * len(memory)) :]
    third = len(warm) // 3
    if third < 30:
        return True
    begin, end = statistics.median(warm[:third]), statistics.median(warm[-third:])
    print(f"memory after the warm-up: {begin:.0f} → {end:.0f} MB")
    return end <= begin + max(MAY_GROW[0] * begin, MAY_GROW[1])


def main():
    """Prints the figures; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--visitors", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--size", type=int, default=96)
    parser.add_argument(
        "--attacked", action="store_true", help="beside a long run, ghosts, questions and floods of files"
    )
    parser.add_argument("--workers", type=int, help="processes that compute; none but the server's own if not said")
    parser.add_argument("--store", action="store_true", help="everything is kept on disk as well")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server must not outlive this process
    log = Path(tempfile.mkdtemp()) / "server.log"
    settings = {"STYLECORE_WORKERS": str(options.workers)} if options.workers else {}
    settings |= {"STYLECORE_STORE": str(log.with_name("store"))} if options.store else {}
    seconds = 60 * options.minutes
    ledger, memory = load(options.visitors, seconds, options.size, log, attacked=options.attacked, **settings)
    for what, count in sorted(ledger.counts.items()):
        print(f"{count:6} {what}")
    words, fair = spread(ledger.waits)
    print(words)
    print(f"memory: first {memory[0]:.0f} MB, middle {memory[len(memory) // 2]:.0f} MB, last {memory[-1]:.0f} MB")
    bounded = is_bounded(memory)
    print(f"foreign pictures: {len(ledger.foreign)}, errors: {len(ledger.troubles)}, fair: {fair}, bounded: {bounded}")
    for line in [*ledger.foreign, *ledger.troubles][:50]:
        print(line)
    print(f"the server's log: {log}")
    delivered = ledger.counts["pictures delivered"]
    return 0 if fair and bounded and delivered and not ledger.foreign and not ledger.troubles else 1


if __name__ == "__main__":
    sys.exit(main())
