"""A real server that keeps results on disk, and is killed: everybody finds everything again, and runs go on."""

import io
import re
import signal
import time

import numpy as np
import pytest
from PIL import Image

from stylecore.artifacts.recipe import read_recipe
from stylecore.engine.store.store import KEPT_DAYS
from stylecore.ui.visitors import COOKIE
from tests.support.server import server
from tests.support.tab import Tab

PATIENCE = 120  # seconds; a busy machine is no failure
PAIR = "content=Coffee&style=Embroidery&size=64"
SETTINGS = {"OMP_NUM_THREADS": "1", "STYLECORE_SHARED_MB": "0"}


@pytest.fixture
def start(tmp_path):
    """Starts a server on the folder of the store; whoever starts it ends it."""

    def start_server(**settings):
        return server(tmp_path / "server.log", STYLECORE_STORE=str(tmp_path / "store"), **SETTINGS, **settings)

    return start_server


def opened(url, query, cookies):
    tab = Tab(url, query, cookies)
    tab.settle()
    tab.rest()
    return tab


def run(tab):
    tab.press("run_studio")
    tab.settle()


def done(tab):
    assert tab.wait(lambda: any("Done:" in text for text in tab.alerts()), PATIENCE), tab.alerts()
    tab.rest()
    return tab.download("download_png")[1]


def step(tab):
    found = re.match(r"Step (\d+)", tab.progress())
    return int(found[1]) if found else 0


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)))


@pytest.mark.long
def test_a_server_that_is_killed_in_the_middle_of_a_run_has_lost_nothing(start):
    cookies = {}
    with start() as (url, process):
        ann = opened(url, f"{PAIR}&steps=3&lam=0.3", cookies)
        run(ann)
        first = done(ann)
        ann.press("as_content")
        ann.settle()
        ann.rest()
        own = re.search(r"content=(own-\w+)", ann.query)[1]
        ann.close()
        ann = opened(url, f"content={own}&style=Embroidery&size=64&steps=250&lam=0.8", cookies)
        run(ann)
        began = time.monotonic()
        assert ann.wait(lambda: step(ann) > 20 and time.monotonic() > began + 4.5, PATIENCE), ann.alerts()
        ann.slide("set_lam", 0.6)
        assert ann.wait(lambda: time.monotonic() > began + 8, PATIENCE)
        reached = step(ann)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    with start() as (url, process):
        ann = opened(url, "", cookies)
        assert ann.wait(lambda: step(ann) > 0, PATIENCE), ann.alerts()
        results = [item["label"] for item in ann.data("history")["items"]]
        assert len(results) == 1
        assert "λ = 0.3" in results[0]
        again = done(ann)
        recipe = read_recipe(again)
        assert recipe.config.steps == 250
        ((changed, lam),) = recipe.changes
        assert (lam, 20 < changed <= reached) == (0.6, True)
        ann.trigger("history", "chosen", ann.data("history")["items"][-1]["id"])
        ann.settle()
        ann.rest()
        assert ann.download("download_png")[1] == first
        bob = opened(url, f"{PAIR}&steps=3", {})
        assert bob.data("history") is None
        assert "Press **Run**" in bob.alerts()[0]
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert (recipe.content_sha256, first) != ("", b"")


@pytest.mark.long
def test_a_run_that_was_killed_ends_at_the_picture_of_one_that_was_not(start):
    query = f"{PAIR}&steps=250&lam=0.5&seed=5"
    with start() as (url, process):
        ann = opened(url, query, cookies := {})
        run(ann)
        began = time.monotonic()
        assert ann.wait(lambda: step(ann) > 10 and time.monotonic() > began + 6, PATIENCE), ann.alerts()
        process.kill()
        process.wait(10)
    with start() as (url, _):
        ann = opened(url, "", cookies)
        assert step(ann) < 250
        killed = done(ann)
        ann.close()
        bob = opened(url, query, {})
        run(bob)
        undisturbed = done(bob)
    assert (pixels(killed) == pixels(undisturbed)).all()


@pytest.mark.long
def test_a_server_that_is_told_to_stop_has_its_runs_on_disk_within_five_seconds_and_goes_on_with_them(start):
    with start() as (url, process):
        ann = opened(url, f"{PAIR}&steps=200", cookies := {})
        run(ann)
        assert ann.wait(lambda: step(ann) > 30, PATIENCE), ann.alerts()
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
        assert time.monotonic() - began < 5
    with start() as (url, _):
        ann = opened(url, "", cookies)
        assert ann.wait(lambda: step(ann) > 30 or "Done" in str(ann.alerts()), PATIENCE), ann.alerts()
        assert read_recipe(done(ann)).steps_done == 200


@pytest.mark.long
def test_what_is_removed_and_what_is_forgotten_is_not_there_after_a_kill(start, tmp_path):
    with start() as (url, process):
        ann, bob = (opened(url, f"{PAIR}&steps=2&lam={lam}", {}) for lam in (0.1, 0.9))
        for tab in (ann, bob):
            run(tab)
            done(tab)
        ann.press(f"remove_{ann.data('history')['selected']}")
        ann.settle()
        bob.go("About")
        bob.settle()
        bob.rest()
        bob.press("forget_everything")
        bob.settle()
        process.kill()
        process.wait(10)
        cookies = ann.cookies, bob.cookies
    with start() as (url, _):
        for kept in cookies:
            tab = opened(url, "", kept)
            assert tab.data("history") is None, tab.alerts()
            tab.close()
    assert list((tmp_path / "store" / "files").glob("*/*")) == []


@pytest.mark.long
def test_the_cookie_lasts_as_long_as_things_are_kept_and_stands_in_no_file(start, tmp_path):
    with start() as (url, _):
        ann = Tab(url, f"{PAIR}&steps=2", cookies := {})
        assert ann.wait(lambda: ann.find("visitor_cookie") is not None)
        assert ann.data("visitor_cookie")["days"] == KEPT_DAYS
        ann.rest()
        run(ann)
        done(ann)
        for path in (tmp_path / "store").rglob("*"):
            assert path.is_dir() or cookies[COOKIE].encode() not in path.read_bytes()
    with server(tmp_path / "server.log", **SETTINGS) as (url, _):
        ann = Tab(url, PAIR)
        assert ann.wait(lambda: ann.find("visitor_cookie") is not None)
        assert ann.data("visitor_cookie")["days"] == 0


@pytest.mark.long
def test_two_servers_on_one_store_both_run_and_the_second_says_that_it_keeps_nothing(start, tmp_path):
    with start() as (url, _):
        ann = opened(url, f"{PAIR}&steps=2", {})
        with server(tmp_path / "second.log", STYLECORE_STORE=str(tmp_path / "store"), **SETTINGS) as (other, _):
            bob = opened(other, f"{PAIR}&steps=2", {})
            for tab in (ann, bob):
                run(tab)
                done(tab)
            for tab, told in ((ann, False), (bob, True)):
                tab.go("About")
                tab.settle()
                assert told == any("Another server keeps its results" in text for text in tab.alerts("warning"))
    assert "Another server keeps its results" in (tmp_path / "second.log").read_text()
