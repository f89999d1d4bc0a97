"""The λ lab in a real browser; skips where there is no chromium, but not in CI."""

import io
import re
import zipfile

import pytest
from PIL import Image
from playwright.sync_api import expect

from stylecore.artifacts.recipe import read_recipe
from tests.support.browser import SECOND, at_rest, click_middle, downloaded, press, visitor

SETTINGS = "size=64&steps=6&content=Coffee&style=Embroidery"
CELLS = ".st-key-lab_grid td button"
TICKS = ".st-key-lab_scrubber .ticks button"


@pytest.fixture
def page(browser, address):
    with visitor(browser, f"{address}/lambda_lab?{SETTINGS}") as page:
        page.get_by_role("button", name="Run 5 pictures").wait_for()
        yield page


def finished(page):
    page.locator(".st-key-lab_downloads").wait_for(timeout=120 * SECOND)
    page.locator(".st-key-stop_all").wait_for(state="hidden", timeout=120 * SECOND)
    at_rest(page)


def choose_lambdas(page, text):
    field = page.locator(".st-key-lab_lambdas input")
    field.fill(text)
    field.press("Enter")


def test_pair_and_settings_are_carried_over_from_the_studio(browser, address):
    with visitor(browser, f"{address}/?{SETTINGS}") as page:
        page.get_by_role("link", name="λ lab").click()
        page.get_by_role("button", name="Run 5 pictures").wait_for()
        page.get_by_text("Coffee · 600 × 400 → 64 × 43").wait_for()


def test_compare_add_scrub_and_take_home(page):
    choose_lambdas(page, "0.1, 0.5")
    press(page, "Run 2 pictures")
    page.locator(".st-key-lab_trade_off .js-plotly-plot .main-svg").first.wait_for()
    finished(page)
    page.get_by_role("button", name="Everything is there").wait_for()
    expect(page.locator(CELLS)).to_have_count(2)
    press(page, "Add λ = 0.3, between 0.1 and 0.5")
    expect(page.locator(CELLS)).to_have_count(3)
    finished(page)
    expect(page.locator(CELLS)).to_have_count(3)
    expect(page.locator(TICKS)).to_have_text(["0.1", "0.3", "0.5"])

    image = page.locator(".st-key-lab_scrubber img")
    pictures = {}
    for lam in ("0.1", "0.3", "0.5"):
        page.get_by_role("button", name=f"Show λ = {lam}").click()
        expect(page.locator(".st-key-lab_scrubber figcaption")).to_have_text(f"λ = {lam}")  # finished
        pictures[lam] = image.get_attribute("src")
    assert len(set(pictures.values())) == 3
    page.locator(".st-key-lab_scrubber input").fill("0.27")  # whatever the page still has to say to the last click
    page.get_by_text("λ = 0.27 is not computed: this is the nearest, λ = 0.3").wait_for()
    page.wait_for_timeout(SECOND)
    at_rest(page)
    assert page.locator(".st-key-lab_scrubber input").input_value() == "0.27"
    assert image.get_attribute("src") == pictures["0.3"]

    click_middle(page, page.locator(".st-key-lab_trade_off .point").first)
    expect(image).to_have_attribute("src", pictures["0.1"])

    sheet = downloaded(page, "Contact sheet")
    assert read_recipe(sheet).config.lambdas == (0.1, 0.3, 0.5)
    with zipfile.ZipFile(io.BytesIO(downloaded(page, "All pictures and losses"))) as file:
        assert file.namelist() == ["lambda-0.1.png", "lambda-0.3.png", "lambda-0.5.png", "losses.csv"]
    assert Image.open(io.BytesIO(downloaded(page, "Animation, GIF"))).n_frames == 4

    press(page, "Open λ = 0.1 in the Studio")
    page.get_by_text("Done: 6 steps").wait_for()
    expect(page.locator(".st-key-set_lam input[type=range]")).to_have_value("0.1")
    assert read_recipe(downloaded(page)).config.lambdas == (0.1,)


def test_stop_keeps_what_is_there(page):
    page.locator(".st-key-set_steps input").fill("900")
    page.locator(".st-key-set_steps input").press("Enter")
    page.wait_for_url(re.compile("steps=900"))
    press(page, "Run 5 pictures")
    page.get_by_text(re.compile(r"Step \d+ of 900")).wait_for()
    press(page, "Stop")
    page.get_by_text("stopped at").first.wait_for()
    expect(page.locator(CELLS + " img:visible")).to_have_count(5)
    page.get_by_role("button", name="Run 5 pictures").wait_for()


def test_a_grid_of_lambda_and_another_setting(page):
    choose_lambdas(page, "0.2, 0.7")
    page.get_by_role("combobox", name="Second axis").click()
    page.get_by_role("option", name="Pooling").click()
    press(page, "Run 4 pictures")
    finished(page)
    expect(page.locator(CELLS + " img:visible")).to_have_count(4)
    expect(page.locator(".st-key-lab_grid th")).to_have_text(["λ 0.2", "λ 0.7", "Max", "Average"])


def test_lambdas_that_make_no_sense_are_told(page):
    choose_lambdas(page, "0.2, many")
    page.get_by_text("Write λ as numbers from 0 to 1").wait_for()
    choose_lambdas(page, "0.2")
    page.get_by_text("Choose 2 to 8 different λ, not 1").wait_for()


def test_a_link_brings_the_grid_and_a_row_opens_with_its_settings(page, address):
    page.goto(f"{address}/lambda_lab?size=64&steps=5&lambdas=0.2+0.6&axis=style_scale&rows=stroke+×+1|stroke+×+1.5")
    press(page, "Run 4 pictures")
    finished(page)
    expect(page.locator(".st-key-lab_grid th")).to_have_text(["λ 0.2", "λ 0.6", "stroke × 1", "stroke × 1.5"])
    page.locator(CELLS).nth(3).click()
    press(page, "Open λ = 0.6 in the Studio")
    page.get_by_text("Done: 5 steps").wait_for()
    page.wait_for_url(re.compile("style_scale=1.5"))
    config = read_recipe(downloaded(page)).config
    assert (config.lambdas, config.style_scale) == ((0.6,), 1.5)
    expect(page.locator(".st-key-set_lam input[type=range]")).to_have_value("0.6")


def test_what_is_there_stays_while_what_is_written_makes_no_sense(page):
    choose_lambdas(page, "0.3, 0.7")
    press(page, "Run 2 pictures")
    finished(page)
    choose_lambdas(page, "0.3, many")
    page.get_by_text("Write λ as numbers from 0 to 1").wait_for()
    expect(page.locator(CELLS)).to_have_count(2)
    expect(page.locator(".st-key-run_lab button")).to_be_disabled()
    choose_lambdas(page, "0,3 0,7")  # as many a country writes them
    page.get_by_role("button", name="Everything is there").wait_for()
