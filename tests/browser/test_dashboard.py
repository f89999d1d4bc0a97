"""`stylecore app` in a browser, which says of everything that its content security policy stops that it was stopped."""

import os
import sys

import pytest

from tests.support.browser import downloaded, finished, press, visitor
from tests.support.dashboard import dashboard
from tests.support.server import ROOT

PAGES = {"λ lab": "λ = 0.2", "Layers": "relu4_2", "Theory": "VGG16", "About": "This server"}


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    log = tmp_path_factory.mktemp("dashboard") / "log"
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    with dashboard([sys.executable, "-m", "stylecore"], log, cwd=ROOT, env=environment) as url:
        yield url


def test_every_page_works_behind_the_headers(browser, address):
    """Also with what Streamlit loads on demand; `visitor` fails for an error in the browser's console."""
    with visitor(browser, f"{address}/?size=128&steps=4") as page:
        press(page, "Run")
        finished(page, 4)
        page.locator(".js-plotly-plot").first.wait_for()
        assert downloaded(page).startswith(b"\x89PNG")
        for title, text in PAGES.items():
            page.get_by_role("link", name=title, exact=True).first.click()
            page.get_by_text(text).first.wait_for()
            page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        assert page.locator(".katex").count() > 0  # About's formula
