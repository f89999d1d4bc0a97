"""What the pages remember over Back, a reload, a switch of pages and another tab; in a real browser."""

import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from stylecore.artifacts.recipe import read_recipe
from tests.support.browser import (
    SECOND,
    at_rest,
    downloaded,
    finished,
    picture,
    press,
    running,
    shown,
    slider,
    stopped,
    unfold,
    visitor,
)

FIELD = "[data-testid=stFileUploaderDropzoneInput]"
SETTLED = 4 * SECOND  # after which no address of before counts as a late one


@pytest.fixture
def page(browser, address):
    with visitor(browser, f"{address}/?size=64&steps=5&lam=0.65") as page:
        yield page


def noise(path, size=(90, 60)):
    Image.effect_noise(size, 60).convert("RGB").save(path)
    return path


def upload(page, place, path):
    page.locator(FIELD).nth(place).set_input_files(path)
    page.get_by_text(re.compile(rf"^{path.name} · ")).wait_for()
    at_rest(page)


def follow(page, name):
    page.get_by_role("link", name=name, exact=True).click()
    at_rest(page)


@pytest.mark.long
def test_back_to_an_address_without_words_keeps_the_settings(page):
    follow(page, "λ lab")
    page.get_by_role("button", name="Run 5 pictures").wait_for()
    page.wait_for_timeout(SETTLED)
    page.go_back()
    page.wait_for_timeout(2 * SECOND)
    at_rest(page)
    follow(page, "Studio")
    expect(slider(page, "set_lam")).to_have_value("0.65")
    page.wait_for_url(re.compile("size=64"))


def test_back_is_one_press_a_page_whatever_was_set_on_it(page):
    slider(page, "set_lam").press("ArrowRight")
    page.wait_for_timeout(SETTLED)
    page.wait_for_url(re.compile("lam=0.66"))
    follow(page, "λ lab")
    field = page.locator(".st-key-lab_lambdas input")
    for text in ("0.1, 0.5", "0.2, 0.9"):
        field.fill(text)
        field.press("Enter")
        page.wait_for_url(re.compile("lambdas=" + text.replace(", ", r"\+")))
    follow(page, "About")
    page.wait_for_timeout(SETTLED)
    page.go_back()
    expect(field).to_have_value("0.2, 0.9")
    page.wait_for_timeout(SETTLED)
    page.go_back()
    expect(slider(page, "set_lam")).to_have_value("0.66")


def test_a_run_that_starts_and_ends_leaves_the_page_in_place(page):
    unfold(page, "Advanced")
    expect(page.get_by_text("Stroke size")).to_be_visible()
    press(page, "Run")
    expect(page.locator(".st-key-picture .compare")).to_have_attribute("aria-pressed", "false")
    slider(page, "set_lam").focus()
    finished(page)
    expect(page.get_by_text("Stroke size")).to_be_visible()
    assert page.evaluate("document.activeElement.type") == "range"
    expect(page.locator(".st-key-picture .compare")).to_have_attribute("aria-pressed", "false")


@pytest.mark.long
def test_layers_come_back_with_their_pictures(page):
    follow(page, "Layers")
    page.locator(".st-key-layers_steps input").fill("3")
    page.locator(".st-key-layers_steps input").press("Enter")
    page.wait_for_url(re.compile("layers_steps=3"))
    for name in ("relu2_1", "relu3_1", "relu4_1", "relu5_1"):
        button = page.locator(".st-key-network button", has_text=name)
        button.click()
        expect(button).to_have_attribute("aria-pressed", "false")
    press(page, "Run 2 reconstructions")
    page.get_by_role("button", name="All 2 are done").wait_for()
    page.reload()
    page.get_by_role("button", name="All 2 are done").wait_for()
    expect(page.locator(".st-key-layers_grid td button img:visible")).to_have_count(2)
    page.get_by_text("Feature maps", exact=True).first.click()
    page.wait_for_url(re.compile("view=maps"))
    page.reload()
    page.get_by_text(re.compile("the 24 strongest channels of")).wait_for()


@pytest.mark.long
def test_a_result_returns_with_the_picture_that_it_was_started_from(open_page, tmp_path):
    page = open_page("?size=64&steps=2&init=image")
    page.get_by_text("Choose the picture to start from").wait_for()
    unfold(page, "Advanced")
    for name in ("first", "second"):
        upload(page, 2, noise(tmp_path / f"{name}.png"))
        page.get_by_text(re.compile(f"^{name}.png · ")).wait_for()  # else Run might still take the one of before
        press(page, "Run")
        if name == "second":
            page.locator(".st-key-history label").nth(1).wait_for()
        finished(page)
    second = read_recipe(downloaded(page)).init_sha256
    page.locator(".st-key-history label").nth(1).click()
    page.get_by_text(re.compile("^Start of result 1 · ")).wait_for()
    page.reload()
    page.get_by_text("Remove result 1").wait_for()
    unfold(page, "Advanced")
    page.get_by_text(re.compile("^Start of result 1 · ")).wait_for()
    press(page, "Run")
    page.locator(".st-key-history label").nth(2).wait_for()
    finished(page)
    assert read_recipe(downloaded(page)).init_sha256 not in ("", second)


def test_a_reload_shows_the_same_result_with_its_touches_and_a_recipe_has_them_too(page, tmp_path):
    press(page, "Run")
    finished(page)
    page.get_by_text("Photograph's colours", exact=True).click()
    page.wait_for_timeout(SECOND)
    at_rest(page)
    postprocessed = shown(page)
    (tmp_path / "made.png").write_bytes(downloaded(page))
    press(page, "Run")
    page.locator(".st-key-history label").nth(1).wait_for()
    finished(page)
    page.locator(".st-key-history label").nth(1).click()
    page.get_by_text("Remove result 1").wait_for()
    page.reload()
    page.get_by_text("Remove result 1").wait_for()
    expect(picture(page)).to_have_attribute("src", postprocessed)
    page.locator(FIELD).first.set_input_files(tmp_path / "made.png")
    press(page, "Restore its settings")
    page.get_by_text("was made here").wait_for(state="hidden")
    press(page, "Run")
    page.locator(".st-key-history label").nth(2).wait_for()
    finished(page)
    expect(picture(page)).to_have_attribute("src", postprocessed)


@pytest.mark.long
def test_more_steps_are_shown_though_a_step_was_looked_at(open_page):
    page = open_page("?size=64&steps=12")
    press(page, "Run")
    finished(page)
    page.locator(".js-plotly-plot .nsewdrag").wait_for()
    box = page.locator(".js-plotly-plot .nsewdrag").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + 60)
    page.get_by_text("Step 6 of 12").wait_for()
    expect(page.get_by_text("Photograph's colours", exact=True)).to_have_count(0)
    press(page, "100 more steps")
    running(page)
    expect(page.get_by_text("Step 6 of 12")).to_have_count(0)
    press(page, "Stop")
    stopped(page)


def test_a_double_click_resets_the_zoom_and_picks_no_step(page):
    press(page, "Run")
    finished(page)
    area = page.locator(".js-plotly-plot .nsewdrag")
    area.wait_for()
    box = area.bounding_box()
    page.mouse.dblclick(box["x"] + box["width"] * 0.4, box["y"] + 60)
    page.wait_for_timeout(2 * SECOND)
    at_rest(page)
    expect(page.get_by_text("Back to the newest picture")).to_have_count(0)


@pytest.mark.parametrize("place", ["lambda_lab", "layers", "theory"])
def test_a_link_with_what_can_t_be_used_says_so_where_it_leads(open_page, place):
    page = open_page(f"{place}?size=99999&content=own-12345678&style=Nope")
    for words in (
        "size must be a whole number",
        "This link used the sender's own photograph",
        "There is no sample named 'Nope'",
    ):
        page.get_by_text(words).wait_for()


def test_each_tab_finds_its_own_picture(page, address, tmp_path):
    upload(page, 0, noise(tmp_path / "mine.png"))
    page.wait_for_url(re.compile("content=own-"))
    other = page.context.new_page()
    other.goto(f"{address}/?size=64&steps=5")
    upload(other, 0, noise(tmp_path / "another.png"))
    other.close()
    page.reload()
    page.get_by_text(re.compile("^mine.png · ")).wait_for()


@pytest.mark.long
def test_a_result_that_is_clicked_twice_has_one_address(page, tmp_path):
    upload(page, 0, noise(tmp_path / "mine.png"))
    press(page, "Run")
    finished(page)
    page.wait_for_url(re.compile("content=own-"))
    before = page.url
    for _ in range(2):
        page.locator(".st-key-history label").first.click()
        page.wait_for_timeout(SECOND)
        at_rest(page)
    assert page.url == before


def test_the_lab_bears_any_picture_while_there_is_no_row(open_page, tmp_path):
    page = open_page("lambda_lab?size=96&steps=3&lambdas=0.2+0.6&axis=pooling&rows=maximum")
    press(page, "Run 2 pictures")
    page.locator(".st-key-lab_downloads").wait_for()
    at_rest(page)
    page.locator(".st-key-lab_rows_pooling").get_by_label("Clear all").click()
    page.get_by_text("Choose at least one row").wait_for()
    upload(page, 0, noise(tmp_path / "narrow.png", (2000, 12)))
    expect(page.locator(".st-key-lab_scrubber img")).to_be_visible()
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_a_picture_of_one_s_own_stays_at_hand(page, tmp_path):
    upload(page, 0, noise(tmp_path / "mine.png"))
    page.locator(".st-key-gallery_content label[title=Coffee]").click()
    page.wait_for_url(re.compile("content=Coffee"))
    page.locator(".st-key-gallery_style label[title='mine.png']").click()
    page.wait_for_url(re.compile("style=own-"))
    page.locator(".st-key-gallery_content label[title='mine.png']").click()
    page.get_by_text(re.compile("^mine.png · ")).nth(1).wait_for()


@pytest.mark.long
def test_a_λ_that_was_added_is_in_the_link_and_in_every_row(open_page):
    page = open_page("lambda_lab?size=96&steps=3&lambdas=0.2+0.6")
    press(page, "Run 2 pictures")
    page.get_by_role("button", name="All 2 are done").wait_for()
    at_rest(page)
    press(page, "Add λ = 0.4, between 0.2 and 0.6")
    page.wait_for_url(re.compile(r"lambdas=0.2\+0.4\+0.6"))
    page.get_by_role("button", name="All 3 are done").wait_for()
    page.get_by_role("combobox", name="Second axis").click()
    page.get_by_role("option", name="Pooling").click()
    page.get_by_role("button", name="Run the missing 3 of 6 pictures").wait_for()


def test_numbers_typed_one_after_another_all_count(page):
    follow(page, "Theory")
    fields = page.locator(".st-key-matrix_x input")
    expect(fields).to_have_count(8)
    at_rest(page)
    fields.first.focus()
    for number in "98765432":
        page.keyboard.type(number)
        page.keyboard.press("Tab")
        page.wait_for_timeout(120)
    page.wait_for_timeout(3 * SECOND)
    at_rest(page)
    assert "".join(field.input_value() for field in fields.all()) == "98765432"


def test_small_numbers_are_shown_as_they_are(open_page):
    page = open_page("?size=128&optimizer=adam&learning_rate=0.002&lam=0.125")
    unfold(page, "Advanced")
    expect(page.locator(".st-key-set_learning_rate input")).to_have_value("0.002")
    expect(page.locator(".st-key-set_lam")).to_contain_text("0.125")
