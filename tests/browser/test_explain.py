"""The pages that explain, Layers and Theory, in a real browser; skips where there is no chromium, but not in CI."""

import csv
import io
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.browser import (
    PHONE,
    SECOND,
    at_rest,
    beyond,
    click_middle,
    downloaded,
    finished,
    press,
    running,
    step,
    visitor,
)

PAIR = "size=64&content=Coffee&style=Embroidery"
SETTINGS = f"{PAIR}&steps=6"
CELLS = ".st-key-layers_grid td button"
NETWORK = ".st-key-network button"


@pytest.fixture
def page(browser, address):
    with visitor(browser, f"{address}/?{SETTINGS}") as page:
        yield page


@pytest.fixture
def layers(browser, address):
    with visitor(browser, f"{address}/layers?{SETTINGS}") as page:
        page.get_by_role("button", name="Run 10 reconstructions").wait_for()
        yield page


@pytest.fixture
def theory(page):
    page.get_by_role("link", name="Theory").click()
    page.get_by_text("Measured at 64 pixels").wait_for()
    at_rest(page)
    return page


def toggle(page, *names):
    for name in names:
        button = page.locator(NETWORK, has_text=name)
        before = button.get_attribute("aria-pressed")
        button.click()
        expect(button).not_to_have_attribute("aria-pressed", before)


def small(page):
    page.locator(".st-key-layers_steps input").fill("5")
    page.locator(".st-key-layers_steps input").press("Enter")
    page.locator(".st-key-layers_size input[type=range]").focus()
    for _ in range(2):
        page.keyboard.press("ArrowLeft")
    page.get_by_text("VGG16 for a picture of 96 × 64 pixels").wait_for()


def test_reconstructions_fill_a_grid_that_can_be_taken_home(open_page):
    layers = open_page(f"layers?{SETTINGS}&layers=relu1_1+relu3_1")
    layers.get_by_role("button", name="Run 4 reconstructions").wait_for()
    expect(layers.locator(NETWORK)).to_have_count(13)
    small(layers)
    toggle(layers, "relu3_1", "relu3_3")
    press(layers, "Run 4 reconstructions")
    layers.locator(".st-key-layers_sheet").wait_for(timeout=90 * SECOND)
    layers.get_by_role("button", name="All 4 are done").wait_for(timeout=90 * SECOND)
    at_rest(layers)
    expect(layers.locator(CELLS + " img:visible")).to_have_count(4)
    expect(layers.locator(".st-key-layers_grid th")).to_have_text(
        ["relu1_1", "relu3_3", "Content", "Style: Gram matrix"]
    )
    layers.locator(CELLS).first.click()
    layers.get_by_text("The content as relu1_1 keeps it").wait_for()
    sheet = Image.open(io.BytesIO(downloaded(layers, "Labelled sheet")))
    assert sheet.width > 2 * 96
    layers.get_by_role("link", name="About").click()
    layers.get_by_role("heading", name="This server").wait_for()
    layers.get_by_role("link", name="Layers").click()
    expect(layers.locator(CELLS + " img:visible")).to_have_count(4)  # kept through a page switch


@pytest.mark.long
def test_style_is_reconstructed_by_every_description_that_is_chosen(open_page):
    layers = open_page(f"layers?{SETTINGS}&layers=relu1_1&layers_size=96&layers_steps=2")
    layers.get_by_role("button", name="Run 2 reconstructions").wait_for()
    choice = layers.locator(".st-key-layers_described")
    choice.get_by_role("button", name="Wasserstein").click()
    choice.get_by_role("button", name="Sliced").click()
    press(layers, "Run 4 reconstructions")
    layers.get_by_role("button", name="All 4 are done").wait_for(timeout=90 * SECOND)
    at_rest(layers)
    rows = ["Content", "Style: Gram matrix", "Style: Wasserstein", "Style: Sliced"]
    expect(layers.locator(".st-key-layers_grid th")).to_have_text(["relu1_1", *rows])
    layers.locator(CELLS).nth(2).click()
    layers.get_by_text("The style as relu1_1 keeps it, described by Wasserstein").wait_for()
    layers.wait_for_url(re.compile("described=gram\\+wasserstein\\+sliced"))
    choice.get_by_role("button", name="Gram matrix").click()
    expect(layers.locator(CELLS + " img:visible")).to_have_count(3)


def test_stop_keeps_what_is_there_and_the_studio_shows_none_of_it(layers):
    price = layers.get_by_text(re.compile("^About .*"))
    before = price.inner_text()
    layers.locator(".st-key-layers_steps input").fill("900")
    layers.locator(".st-key-layers_steps input").press("Enter")
    expect(price).not_to_have_text(before)
    press(layers, "Run 10 reconstructions")
    layers.get_by_text(re.compile(r"Step \d+ of 900")).wait_for()
    press(layers, "Stop")
    layers.get_by_text("stopped at").first.wait_for()
    layers.get_by_role("button", name="Run 10 reconstructions").wait_for()
    layers.get_by_role("link", name="Studio").click()
    layers.get_by_text("A finished sample").wait_for()


@pytest.mark.long
def test_feature_views_are_answered_while_a_picture_is_painted(page, address):
    press(page, "Run")
    finished(page)
    page.goto(f"{address}/?{PAIR}&steps=2000")
    press(page, "Run")
    running(page)
    before = step(page)
    page.get_by_role("link", name="Layers").click()
    page.get_by_text("Feature maps").first.click()
    page.get_by_text("the 24 strongest channels of relu3_1").wait_for()
    page.locator(NETWORK, has_text="relu1_2").click()
    page.get_by_text("the 24 strongest channels of relu1_2, 64 × 43 positions").wait_for()
    assert Image.open(io.BytesIO(downloaded(page, "Feature maps"))).format == "PNG"
    page.get_by_text("Style matrices").first.click()
    page.locator(".st-key-matrices .js-plotly-plot .main-svg").first.wait_for()
    page.get_by_text("How the last run got there").wait_for()
    expect(page.locator(".st-key-matrices .annotation-text")).to_have_text(["photograph", "style", "result"])
    click_middle(page, page.locator(".st-key-matrices_trajectory .point").last)
    page.get_by_text("Step 6: this picture's matrix minus the style's").wait_for()
    page.get_by_text("Covariance", exact=True).click()
    page.get_by_text("Covariance of relu1_2 per position").wait_for()
    at_rest(page)
    with page.expect_download() as download:
        page.locator(".st-key-take_home_matrices_trajectory").get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert rows[-1]["step"] == "6"
    assert float(rows[-1]["distance_from_the_style"]) < float(rows[0]["distance_from_the_style"])
    assert {(row["layer"], row["statistic"], row["size_pixels"]) for row in rows} == {("relu1_2", "covariance", "64")}
    html = downloaded(page, "Interactive figures, HTML").decode()
    assert "Covariance of relu1_2" in html
    page.get_by_role("link", name="Studio").click()
    running(page)
    beyond(page, before)
    press(page, "Stop")


def test_numbers_of_the_theory_follow_what_is_changed(theory):
    equations = theory.locator(".katex-html")  # whose text comes column by column
    expect(equations.filter(has_text=re.compile(r"content.*3\.5", re.DOTALL)).first).to_be_visible()
    field = theory.get_by_label("F(x), 2, 4")
    field.fill("0")
    field.press("Tab")
    changed = equations.filter(has_text=re.compile(r"content.*1\.5", re.DOTALL))  # ½ (1 + 1 + 1)
    expect(changed.first).to_be_visible()
    theory.get_by_text("2 1 3 4", exact=True).click()
    theory.get_by_text("G is the same; the content loss against the unshuffled F(x) is").wait_for()
    map_after = theory.locator("img[alt='The same channel, shuffled']")
    before = map_after.get_attribute("src")
    press(theory, "Shuffle again")
    expect(map_after).not_to_have_attribute("src", before)
    assert theory.locator(".katex-error").count() == 0


def test_clouds_follow_layer_channels_description_and_angle(theory):
    figure = theory.locator(".st-key-theory_cloud .js-plotly-plot")
    lines = figure.locator(".scatterlayer .trace path.js-line")
    distance = theory.get_by_text("Of these two clouds, with nothing but these two channels")
    expect(lines).to_have_count(2)  # an ellipse each
    before = distance.inner_text()
    theory.locator(".st-key-theory_description").get_by_text("Gram + moments", exact=True).click()
    expect(lines).to_have_count(4)  # and a box
    expect(distance).not_to_have_text(before)
    theory.locator(".st-key-theory_description").get_by_text("Sliced", exact=True).click()
    theory.get_by_text("Along this direction alone").wait_for()
    along = theory.get_by_text("Along this direction alone").inner_text()
    theory.locator(".st-key-theory_angle input[type=range]").focus()
    theory.keyboard.press("ArrowRight")
    expect(theory.get_by_text("Along this direction alone")).not_to_have_text(along)
    expect(theory.locator(".st-key-theory_projections .js-plotly-plot path.js-line")).to_have_count(2)
    title = figure.locator(".xtitle")
    across = title.text_content()
    layer = theory.locator(".st-key-theory_cloud_layer").get_by_role("combobox")
    layer.fill("relu4_1")
    layer.press("Enter")
    expect(title).not_to_have_text(across)
    assert theory.locator(".katex-error").count() == 0


@pytest.mark.long
def test_the_theory_in_russian_and_the_line_of_the_last_run(theory):
    theory.get_by_text("its lines appear here").wait_for()
    theory.get_by_text("Русский").click()
    theory.get_by_role("heading", name="Почему это работает").wait_for()
    theory.wait_for_url(re.compile("lang=ru"))
    theory.reload()
    theory.get_by_text("Измерено при размере 64 пикселей").wait_for()
    assert theory.locator(".katex-error").count() == 0
    theory.get_by_role("link", name="Студия").click()
    press(theory, "Запустить")
    theory.get_by_text("Готово: 6 шагов").wait_for(timeout=90 * SECOND)
    theory.get_by_role("link", name="Теория").click()
    theory.locator(".st-key-theory_balance .js-plotly-plot .main-svg").first.wait_for()
    assert theory.get_by_role("heading", name="Почему это работает").is_visible()
    html = downloaded(theory, "График, интерактивный HTML").decode()
    assert "λ = 0,2" in html or "\\u03bb = 0,2" in html


@pytest.mark.parametrize("name", ["Layers", "Theory"])
def test_nothing_sticks_out_on_a_phone(browser, address, name):
    url = f"{address}/{name.lower()}?{SETTINGS}"
    with visitor(browser, url, **{**PHONE, "viewport": {"width": 360, "height": 800}}) as page:
        page.get_by_role("link", name=name).wait_for()
        at_rest(page)
        page.wait_for_timeout(SECOND)
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
