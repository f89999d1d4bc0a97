"""Visitors who want the server for themselves, as the load test has them beside the others; each until a time is over.

Nothing of what they do is refused politely on their side: they go on, whatever the server says.
"""

import http.client
import itertools
import os
import random
import re
import threading
import time
import urllib.request

from stylecore.layers import LAYERS
from tests.support.tab import PATIENCE, Tab

ENDLESS = "size=192&steps=2000"
GHOSTS_AT_ONCE = 8


def hog(url, until):
    """Paints one long picture after another."""
    tab = Tab(url, ENDLESS, address="127.0.2.1")
    tab.settle()
    tab.rest()
    while time.monotonic() < until:
        if not tab.progress():
            press(tab, "run_studio")
        tab.live(1)
    tab.close()


def ghosts(url, until):
    """Come without cookies, put a long run each into the queue, and vanish."""
    for number in itertools.count():
        if time.monotonic() > until:
            return
        tabs = [Tab(url, ENDLESS, address=f"127.0.3.{1 + number % 200}") for _ in range(GHOSTS_AT_ONCE)]
        for tab in tabs:
            if tab.wait(lambda tab=tab: tab.pages_drawn > 0, PATIENCE):
                press(tab, "run_studio")
                tab.live(0.2)
            tab.close(abrupt=True)
        time.sleep(1)


def questioner(url, until):
    """Asks what every layer sees in a picture, as fast as the page takes it."""
    tab = Tab(url, address="127.0.4.1")
    tab.settle()
    tab.rest()
    tab.go("Layers")
    tab.settle()
    for layer, size in itertools.cycle(itertools.product(LAYERS, (384, 320, 256))):
        if time.monotonic() > until:
            break
        tab.query = f"view=maps&layers={layer}&size={size}&content={random.choice(('Chelsea', 'Coffee', 'Rocket'))}"
        tab.rerun()
        tab.live(0.3)
    tab.close()


def flooder(url, until):
    """Sends files that no page asks for."""
    tab = Tab(url, address="127.0.5.1")
    tab.settle()
    host, token, data = url.removeprefix("http://"), xsrf_token(url), os.urandom(8 * 2**20)
    body = b'--b\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n\r\n' + data + b"\r\n--b--\r\n"
    headers = {
        "Content-Type": "multipart/form-data; boundary=b",
        "Cookie": f"_streamlit_xsrf={token}",
        "X-Xsrftoken": token,
    }
    for number in itertools.count():
        if time.monotonic() > until:
            break
        connection = http.client.HTTPConnection(host, timeout=PATIENCE)
        connection.request("PUT", f"/_stcore/upload_file/{tab.session}/{number}", body, headers)
        connection.getresponse().read()
        connection.close()
        tab.live(0.2)
    tab.close()


ATTACKS = (hog, ghosts, questioner, flooder)


def attack(url, until, ledger):
    """Starts all attackers. Returns their threads; what breaks an attack itself is a trouble in the ledger."""

    def run(attacker):
        try:
            attacker(url, until)
            ledger.count(f"attack: {attacker.__name__}")
        except Exception as problem:
            ledger.trouble(attacker.__name__, f"{type(problem).__name__}: {problem}"[:300])

    threads = [threading.Thread(target=run, args=(attacker,), daemon=True) for attacker in ATTACKS]
    for thread in threads:
        thread.start()
    return threads


def press(tab, key):
    """Presses a button if it is there and can be pressed."""
    found = tab.find(key)
    if found is not None and not found.proto.disabled:
        tab.press(key)


def xsrf_token(url):
    """The token with which a page of the server sends files."""
    with urllib.request.urlopen(f"{url}/_stcore/health") as answer:
        return re.search(r"_streamlit_xsrf=([^;]+)", answer.headers.get("Set-Cookie", ""))[1]
