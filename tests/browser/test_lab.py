"""The λ lab in a real browser; skips where there is no chromium, but not in CI."""

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pandas
import pytest
from PIL import Image
from playwright.sync_api import expect

from stylecore.artifacts.recipe import read_recipe
from tests.support.browser import PHONE, SECOND, at_rest, click_middle, downloaded, press, visitor, whole

PAIR = "size=64&content=Coffee&style=Embroidery"
SETTINGS = f"{PAIR}&steps=6"
HISTORIES = ".st-key-lab_histories"
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


def test_run_is_on_the_first_screen_of_a_laptop_and_on_a_phone_progress_and_stop_are_too(browser, address):
    with visitor(browser, f"{address}/lambda_lab?axis=statistic", viewport={"width": 1366, "height": 768}) as page:
        whole(page, ".st-key-lab_lambdas", ".st-key-lab_rows_statistic", ".st-key-run_lab", ".st-key-lab_grid")
    with visitor(browser, f"{address}/lambda_lab?{PAIR}&steps=2000", **PHONE) as page:
        page.locator(".st-key-run_lab button").click()
        whole(page, ".st-key-run_lab", ".st-key-stop_all")
        page.locator(".st-key-lab_scrubber img").wait_for()
        whole(page, ".st-key-run_lab", ".st-key-stop_all", ".st-key-lab_scrubber")
        press(page, "Stop")
        page.locator(".st-key-stop_all").wait_for(state="hidden")


def test_compare_add_scrub_and_take_home(page):
    choose_lambdas(page, "0.1, 0.5")
    press(page, "Run 2 pictures")
    page.locator(".st-key-lab_trade_off .js-plotly-plot .main-svg").first.wait_for()
    finished(page)
    page.get_by_role("button", name="All 2 are done").wait_for()
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


@pytest.fixture(scope="module")
def painted(browser, address):
    """Two λ of each optimizer, finished."""
    url = f"{address}/lambda_lab?size=64&steps=12&content=Coffee&style=Embroidery&lambdas=0.2+0.7&axis=optimizer"
    with visitor(browser, url) as page:
        press(page, "Run 4 pictures")
        finished(page)
        yield page


@pytest.fixture
def optimizers(painted):
    """The same, as whoever comes back finds it."""
    painted.reload()
    painted.get_by_role("button", name="All 4 are done").wait_for()
    painted.locator(f"{HISTORIES} .legendtext").first.wait_for()
    at_rest(painted)
    return painted


def test_adam_and_lbfgs_stand_in_one_chart_and_every_point_opens_its_picture(optimizers):
    page = optimizers
    legend = page.locator(".st-key-lab_histories .legendtext")
    expect(legend).to_have_text(["L-BFGS · λ 0.2", "L-BFGS · λ 0.7", "Adam · λ 0.2", "Adam · λ 0.7"])
    strokes = [
        path.evaluate("path => path.style.stroke") for path in page.locator(f"{HISTORIES} .scatterlayer .js-line").all()
    ]
    assert len(strokes) == 4
    assert strokes[0] == strokes[1] != strokes[2] == strokes[3]

    pressed = page.locator(CELLS + "[aria-pressed=true]")
    expect(pressed).to_have_attribute("aria-label", "Adam λ 0.7")
    points = page.locator(".st-key-lab_trade_off .point")
    expect(points).to_have_count(4)
    for i, name in ((0, "L-BFGS λ 0.2"), (2, "Adam λ 0.2"), (1, "L-BFGS λ 0.7")):
        click_middle(page, points.nth(i))
        expect(pressed).to_have_attribute("aria-label", name)

    press(page, "λ 0.7")
    page.locator(".st-key-lab_term").get_by_text("content loss").click()
    expect(legend).to_have_text(["L-BFGS · λ 0.2", "Adam · λ 0.2"])
    expect(page.locator(f"{HISTORIES} .ytitle")).to_have_text("content loss")
    page.locator(".st-key-lab_drawn_rows").get_by_role("button", name="L-BFGS").click()
    expect(legend).to_have_text(["Adam · λ 0.2"])
    at_rest(page)
    end = page.locator(f"{HISTORIES} .scatterlayer .js-line").evaluate(
        """path => {
            const { x, y } = path.getPointAtLength(path.getTotalLength()).matrixTransform(path.getScreenCTM())
            return { x: x - 4, y }
        }"""
    )
    page.mouse.move(end["x"], end["y"])
    expect(page.locator(f"{HISTORIES} .hovertext").first).to_contain_text(re.compile(r"Adam · λ 0\.2.*step 12: 0\."))
    page.mouse.click(end["x"], end["y"])
    expect(pressed).to_have_attribute("aria-label", "Adam λ 0.2")


def test_a_chart_is_taken_home_in_five_kinds_of_file(optimizers, tmp_path):
    page = optimizers
    files = {}
    for kind in ("PNG", "SVG", "HTML", "CSV", "JSON"):
        at_rest(page)
        with page.expect_download() as download:
            page.locator(".st-key-take_home_lab_histories").get_by_role("button", name=kind, exact=True).click()
        assert download.value.suggested_filename == f"lab-histories.{kind.lower()}"
        files[kind] = Path(download.value.path()).read_bytes()
    picture = Image.open(io.BytesIO(files["PNG"])).convert("RGB")
    assert picture.width == 1800
    assert picture.getpixel((5, 5)) == (255, 255, 255)
    names = ("L-BFGS · λ 0.2", "Adam · λ 0.7")
    drawing = "".join(ElementTree.fromstring(files["SVG"]).itertext())
    assert all(name in drawing for name in names)

    rows = list(csv.DictReader(io.StringIO(files["CSV"].decode())))
    assert {(row["optimizer"], float(row["lambda"])) for row in rows} == {
        (optimizer, lam) for optimizer in ("lbfgs", "adam") for lam in (0.2, 0.7)
    }
    assert [int(row["step"]) for row in rows] == [*range(13)] * 4
    assert {row["size_pixels"] for row in rows} == {"64"}
    frame = pandas.read_csv(io.BytesIO(files["CSV"]))
    last = frame[frame["step"] == 12].set_index(["optimizer", "lambda"])["total_loss"]
    assert len(last) == 4
    curves = json.loads(files["JSON"])["curves"]
    assert [curve["values"]["total_loss"][-1] for curve in curves] == list(last)

    home = tmp_path / "chart.html"
    home.write_bytes(files["HTML"])
    elsewhere = page.context.browser.new_page()
    elsewhere.goto(home.as_uri())  # without this server
    expect(elsewhere.locator(".legendtext")).to_have_count(4)
    elsewhere.close()


def test_lambdas_that_make_no_sense_are_told(page):
    choose_lambdas(page, "0.2, many")
    page.get_by_text("Write λ as numbers from 0 to 1").wait_for()
    choose_lambdas(page, "0.2")
    page.get_by_text("Choose 2 to 8 different λ, not 1").wait_for()


@pytest.mark.long
def test_a_link_brings_the_grid_and_a_row_opens_with_its_settings(open_page):
    page = open_page("lambda_lab?size=64&steps=5&lambdas=0.2+0.6&axis=style_scale&rows=stroke+×+1|stroke+×+1.5")
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
    page.get_by_role("button", name="All 2 are done").wait_for()
