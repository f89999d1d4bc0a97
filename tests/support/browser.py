"""The app in a real browser, started as the README says; what the browser tests share."""

import os
import re
import shutil
import time
from contextlib import contextmanager
from pathlib import Path

import pytest

from stylecore.ui.page_errors import UNEXPECTED
from tests.support.server import server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
REQUIRED = "STYLECORE_REQUIRE_BROWSER" in os.environ
SECOND = 1000  # milliseconds
PATIENCE = 60 * SECOND  # with whatever is awaited: a machine under load is no fault of the page
WINDOW = {"width": 1280, "height": 1400}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
GRACE = 4  # seconds, on the server of the tests
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]

if CHROMIUM is None and not REQUIRED:
    pytest.skip("needs Debian's chromium: apt-get install chromium", allow_module_level=True)

from playwright.sync_api import Error, expect, sync_playwright  # noqa: E402  # after the skip: not everyone has it

expect.set_options(timeout=PATIENCE)

_left = {}  # by browser, and whether it is a phone: the tab of a visitor who has left


@contextmanager
def served(**environment):
    """The app's address while a server of its own runs."""
    with serving(**environment) as (url, _):
        yield url


@contextmanager
def serving(**environment):
    """The app's address and its process, while that runs.

    It computes in one thread, so that the browser has a core, too.
    """
    with server(os.devnull, **{"OMP_NUM_THREADS": "1", **environment}) as running_server:
        yield running_server


@contextmanager
def chromium():
    """A browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@contextmanager
def visitor(browser, url, **options):
    """A visitor's page; afterwards, no error in its console and no request beyond this machine.

    Of visitors who differ in nothing but the size of their window, each comes in the tab that one before has left: what
    it knows of them is deleted, but streamlit's scripts are compiled.
    """
    usual = set(options) <= {"viewport", *PHONE}
    kind = browser, "is_mobile" in options
    page = _left.pop(kind, None) if usual else None
    if page is None:
        context = browser.new_context(**{"viewport": WINDOW, "accept_downloads": True, **options})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
    else:
        page.set_viewport_size(options.get("viewport", WINDOW))
    errors, hosts = [], set()
    listeners = {
        "console": lambda message: errors.append(message.text) if _is_error(message) else None,
        "pageerror": lambda error: errors.append(str(error)),
        "request": lambda request: hosts.add(_host(request.url)) if "//" in request.url else None,
    }
    for event, listener in listeners.items():
        page.on(event, listener)
    page.goto(url)
    page.get_by_test_id("stPageLink-NavLink").first.wait_for()
    at_rest(page)
    yield page
    failed = not page.is_closed() and page.get_by_text(UNEXPECTED).count()
    if usual and not failed and not page.is_closed() and kind not in _left and _forgotten(page):
        for event, listener in listeners.items():
            page.remove_listener(event, listener)
        _left[kind] = page
    else:
        page.context.close()
    assert not failed, UNEXPECTED
    assert not errors, errors
    assert hosts <= {"127.0.0.1"}


def _forgotten(page):
    """Whether the visitor has left, and nothing is known of them any more."""
    for other in page.context.pages:
        if other != page:
            other.close()
    try:
        page.goto("/".join(page.url.split("/")[:3]) + "/_stcore/health")  # of the same origin, without a script
    except Error:  # the server is gone
        return False
    page.evaluate("localStorage.clear(); sessionStorage.clear()")
    page.context.clear_cookies()
    return True


def _host(url):
    return url.split("/")[2].split(":")[0]


def _is_error(message):
    """Not what streamlit's own code tries first when a page other than the front page is opened at its address."""
    return message.type == "error" and not re.search(r"/\w+/_stcore/", message.location["url"])


def press(page, name):
    """Clicks a button; while a page is drawn anew, the one of before may be there beside it, which is waited out."""
    button = page.get_by_role("button", name=name, exact=True)
    deadline = time.monotonic() + PATIENCE / SECOND
    while True:
        expect(button).to_have_count(1)
        try:
            return button.click()
        except Error as error:  # a second one came between the count and the click
            if "strict mode violation" not in error.message or time.monotonic() > deadline:
                raise


def unfold(page, name):
    """Opens a part of the page, once that is drawn whole: a click on what is about to be replaced is lost."""
    at_rest(page)
    heading = page.locator("summary", has_text=name)
    heading.click()
    page.locator("details[open]", has=heading).wait_for()


def finished(page, steps=None):
    page.get_by_text(f"Done: {steps} steps" if steps else "Done:").wait_for(timeout=90 * SECOND)
    at_rest(page)


def stopped(page):
    page.get_by_text("the picture is kept").wait_for()
    at_rest(page)


def running(page):
    page.get_by_text(re.compile(r"Step \d+ of")).first.wait_for()


def at_rest(page):
    """Waits until the page is drawn whole: its parts arrive one after another."""
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()


def step(page):
    text = page.get_by_text(re.compile(r"Step \d+ of")).first.inner_text()  # a second one may not have gone yet
    return int(re.search(r"Step (\d+) of", text)[1])


def beyond(page, before):
    """Waits until the run has gone on from a step."""
    deadline = time.monotonic() + PATIENCE / SECOND
    while step(page) <= before:
        assert time.monotonic() < deadline, f"no step after step {before}"
        page.wait_for_timeout(200)


def click_middle(page, place):
    """Clicks where an element is, whatever lies over it there, as Plotly's layer for dragging does."""
    at_rest(page)
    box = place.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(*middle)
    page.wait_for_timeout(300)  # a hand takes as long, and plotly finds what is under the pointer only now and then
    page.mouse.click(*middle)


def downloaded(page, name="Download PNG"):
    with page.expect_download() as download:
        press(page, name)
    return Path(download.value.path()).read_bytes()


def picture(page):
    return page.locator(".st-key-picture img.after")


def shown(page):
    return picture(page).get_attribute("src")


def slider(page, key):
    return page.locator(f".st-key-{key} input[type=range]")


def whole(page, *places):
    """Waits until elements are wholly within the window: parts of a page arrive one after another."""
    inside = """places => places.every(place => {
        const box = document.querySelector(place)?.getBoundingClientRect()
        return box && box.top >= 0 && box.bottom <= innerHeight
    })"""
    page.wait_for_function(inside, arg=list(places))
