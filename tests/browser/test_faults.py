"""Faults between browser and server: a connection that drops, and a server that is suspended; in a real browser."""

import re
import signal
import socket
import threading
import time
from contextlib import closing, contextmanager, suppress

import pytest

from tests.support.browser import GRACE, PATIENCE, SECOND, beyond, press, running, serving, step, stopped


class Line:
    """A line to the server that can be cut: what is connected breaks, and nothing gets through till it is mended."""

    def __init__(self, address):
        host, port = address.removeprefix("http://").split(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._whole = True
        self._ends = []
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self):
        self._whole = False
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._ends.clear()

    def mend(self):
        self._whole = True

    def close(self):
        self._listener.close()
        self.cut()

    def _accept(self):
        while True:
            try:
                browser, _ = self._listener.accept()
            except OSError:
                return
            if not self._whole:
                browser.close()
                continue
            server = socket.create_connection(self._server)
            self._ends += [browser, server]
            for one, other in ((browser, server), (server, browser)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    @staticmethod
    def _carry(one, other):
        try:
            while data := one.recv(1 << 16):
                other.sendall(data)
            other.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


@contextmanager
def a_page(browser, url):
    """A page whose console may well complain of a broken connection."""
    context = browser.new_context(viewport={"width": 1280, "height": 1400})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("button", name="Run", exact=True).wait_for()
    yield page
    context.close()


@pytest.fixture
def line(address):
    line = Line(address)
    yield line
    line.close()


@pytest.mark.long
def test_a_connection_that_drops_for_less_than_the_grace_stops_nothing(browser):
    grace = 12  # a browser takes its time to connect again
    with (
        serving(STYLECORE_GRACE_SECONDS=str(grace)) as (url, _),
        closing(Line(url)) as line,
        a_page(browser, f"{line.address}/?size=128&steps=2000") as page,
    ):
        press(page, "Run")
        running(page)
        before = step(page)
        line.cut()
        time.sleep(2)
        line.mend()
        beyond(page, before + 5)
        time.sleep(grace + 1)  # nor does the session of before, whose grace is over by now
        running(page)
        press(page, "Stop")
        stopped(page)


def test_a_connection_that_is_gone_for_longer_keeps_the_picture_and_go_on_finishes_it(browser, line):
    with a_page(browser, f"{line.address}/?size=128&steps=2000") as page:
        press(page, "Run")
        running(page)
        line.cut()
        time.sleep(GRACE + 4)
        line.mend()
        # a browser that has been refused several times tries again only after half a minute
        page.get_by_text(re.compile(r"Stopped at step \d+; the picture is kept")).wait_for(timeout=90 * SECOND)
        press(page, "Continue")
        running(page)
        press(page, "Stop")


@pytest.mark.long
def test_a_server_that_was_suspended_goes_on_with_the_run(browser):
    with (
        serving(STYLECORE_GRACE_SECONDS=str(GRACE)) as (url, server),
        a_page(browser, f"{url}/?size=128&steps=2000") as page,
    ):
        press(page, "Run")
        running(page)
        before = step(page)
        server.send_signal(signal.SIGSTOP)
        time.sleep(15)
        server.send_signal(signal.SIGCONT)
        beyond(page, before + 5)
        press(page, "Stop")
        stopped(page)
