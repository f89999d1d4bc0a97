"""What a browser finds again after its server was killed: the cookie, uploads, what was chosen, and results."""

import re
import time

import pytest
from PIL import Image

from stylecore.engine.store.store import KEPT_DAYS
from stylecore.ui.visitors import COOKIE
from tests.support.browser import at_rest, finished, press, served, serving, visitor

FIELD = "[data-testid=stFileUploaderDropzoneInput]"
DAY = 24 * 3600  # seconds


def days_left(page):
    """Days for which the browser keeps the visitor's cookie; a negative number where it goes with the browser."""
    kept = next(cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE)
    return (kept["expires"] - time.time()) / DAY


@pytest.mark.long
def test_a_browser_finds_upload_and_result_again_after_a_kill_and_its_cookie_is_renewed(browser, tmp_path):
    store = {"STYLECORE_STORE": str(tmp_path / "store"), "STYLECORE_SHARED_MB": "0"}
    Image.effect_noise((90, 60), 60).convert("RGB").save(tmp_path / "mine.png")
    with serving(**store) as (url, process), visitor(browser, f"{url}/?size=64&steps=5") as page:
        page.locator(FIELD).nth(0).set_input_files(tmp_path / "mine.png")
        page.get_by_text(re.compile(r"^mine.png · ")).wait_for()
        at_rest(page)
        press(page, "Run")
        finished(page)
        assert days_left(page) == pytest.approx(KEPT_DAYS, abs=1)
        state = page.context.storage_state()
        process.kill()
        process.wait(10)
    for cookie in state["cookies"]:
        if cookie["name"] == COOKIE:
            cookie["expires"] = time.time() + 3 * DAY
    with served(**store) as url, visitor(browser, url, storage_state=state) as page:
        page.get_by_text(re.compile(r"^mine.png · ")).wait_for()
        page.get_by_text("Remove result 1").wait_for()
        assert days_left(page) == pytest.approx(KEPT_DAYS, abs=1)


def test_without_a_store_the_cookie_goes_with_the_browser(browser, address):
    with visitor(browser, address) as page:
        at_rest(page)
        assert days_left(page) < 0
