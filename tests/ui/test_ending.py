"""A server that is told to stop: its pages show their last pictures, and the process ends in peace and in time."""

import signal
import subprocess
import sys
import textwrap
import time

import pytest
from websockets.exceptions import ConnectionClosed

from tests.support.server import ROOT, server
from tests.support.tab import Tab

SECONDS = 5.0  # within which a supervisor wants the end


def test_a_page_shows_its_last_picture_when_the_server_is_stopped(tmp_path):
    log = tmp_path / "server.log"
    with server(log, OMP_NUM_THREADS="1") as (url, process):
        tab = Tab(url, "size=64&steps=2000")
        tab.settle()
        tab.rest()
        tab.press("run_studio")
        assert tab.wait(lambda: tab.progress().startswith("Step"), 90), tab.alerts()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            tab.live(2 * SECONDS)
        assert process.wait(2 * SECONDS) == 0
        took = time.monotonic() - began
    assert any("Stopped at step" in text for text in tab.alerts()), tab.alerts()
    assert any("This server is being stopped" in text for text in tab.alerts("warning"))
    assert tab.data("picture")["after_label"].startswith("Result")
    assert "terminate called" not in log.read_text()
    assert took < SECONDS


def test_a_step_that_takes_longer_than_anybody_waits_does_not_abort_the_process():
    script = """
        import threading
        import time
        from stylecore.engine.engine import Engine
        from stylecore.ui import ending
        from tests.support.engines import FakeRunner, limits, request

        class Endless(FakeRunner):
            def step(self, run, steering, *, is_frame):
                time.sleep(60)

        engine = Engine("cpu", limits=limits(), runners=[Endless()])
        ending.running_runtime = lambda: True
        ending.JOIN_SECONDS = 0.2
        ending.end_process_in_peace(engine, threading.Thread())
        job = engine.submit("ann", request(5))
        while not job.computing:
            time.sleep(0.001)
        assert engine.end_all()
        print(job.snapshot.status)
        """
    began = time.monotonic()
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "stopped\n"), done.stderr
    assert time.monotonic() - began < 30


def test_a_server_that_is_stopped_while_it_gets_ready_ends_in_peace(tmp_path):
    log = tmp_path / "server.log"
    with server(log, OMP_NUM_THREADS="1") as (url, process):
        tab = Tab(url)
        tab.settle()
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(3 * SECONDS) == 0
        assert time.monotonic() - began < 2 * SECONDS  # a machine under load is no fault of the code
    assert "terminate called" not in log.read_text()
