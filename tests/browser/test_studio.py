"""The Studio in a real browser; skips where there is no chromium, but not in CI."""

import base64
import csv
import io
import re
import time
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

from stylecore.artifacts.recipe import read_recipe
from tests.support.browser import (
    GRACE,
    PHONE,
    SECOND,
    beyond,
    downloaded,
    finished,
    picture,
    press,
    running,
    shown,
    slider,
    step,
    stopped,
    visitor,
)


def mean_colour(url):
    """Of a picture in a page."""
    picture = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1]))).convert("RGB")
    return picture.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))


@pytest.fixture
def page(browser, address):
    with visitor(browser, f"{address}/?size=64&steps=8") as page:
        yield page


def test_a_first_picture_from_the_samples_can_be_taken_home(page):
    before = shown(page)
    press(page, "Run")
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    finished(page, 8)
    assert shown(page) != before
    data = downloaded(page)
    assert Image.open(io.BytesIO(data)).size == (64, 43)
    recipe = read_recipe(data)
    assert (recipe.steps_done, recipe.config.size) == (8, 64)
    press(page, "Other formats")
    for name, kind in (("JPEG", "JPEG"), ("WebP", "WEBP"), ("Time-lapse, GIF", "GIF")):
        image = Image.open(io.BytesIO(downloaded(page, name)))
        assert image.format == kind
    assert image.n_frames == 10  # steps 0 … 8, and the result to linger on


def test_stop_keeps_the_picture_and_more_steps_go_on(open_page):
    page = open_page("?size=256&steps=500")
    press(page, "Run")
    running(page)
    began = time.monotonic()
    press(page, "Stop")
    page.get_by_text("the picture is kept").wait_for()
    latency = time.monotonic() - began
    print(f"stopped after {latency:.2f} s")
    assert latency < 5  # a machine under load is no fault of the code; docs/figures.md states the figure of an idle one
    done = read_recipe(downloaded(page)).steps_done
    press(page, "Continue")
    running(page)
    beyond(page, done)
    press(page, "Pause")
    page.get_by_text("Paused at step").wait_for()
    paused = read_recipe(downloaded(page)).steps_done
    assert paused > done
    press(page, "Stop")
    stopped(page)


def test_a_finished_picture_is_made_large_and_stop_keeps_what_is_there(page):
    press(page, "Run")
    finished(page, 8)
    page.get_by_role("button", name="Make it large").click()
    page.get_by_text(re.compile(r"1024 × 68\d pixels.*8\.7 × 5\.8 cm")).wait_for()
    press(page, "Paint it large")
    beyond(page, 1)
    press(page, "Stop")
    stopped(page)
    data = downloaded(page)
    recipe = read_recipe(data)
    assert max(Image.open(io.BytesIO(data)).size) == 128  # the first of the sizes on the way to 1024
    assert [size for size, _ in recipe.enlargement] == [128]
    expect(page.locator(".st-key-history label")).to_have_count(2)  # the small one is kept


def test_steering_takes_effect_while_it_runs_and_the_recipe_knows(open_page):
    page = open_page("?size=64&steps=2000")
    press(page, "Run")
    running(page)
    slider(page, "set_lam").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.locator(".js-plotly-plot .annotation-text", has_text="λ 0.25").wait_for()
    press(page, "Stop")
    stopped(page)
    changes = read_recipe(downloaded(page)).changes
    assert changes[-1][1] == 0.25
    assert 0 < changes[0][0] < 2000


def test_zoom_survives_updates_and_the_chart_is_never_drawn_anew(open_page):
    page = open_page("?size=64&steps=400")
    press(page, "Run")
    running(page)
    area = page.locator(".js-plotly-plot .nsewdrag")
    area.wait_for()
    box = area.bounding_box()
    page.evaluate("document.querySelector('.js-plotly-plot').mark = 'the same'")
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 90, steps=5)
    page.mouse.up()
    reading = (
        "(() => { const p = document.querySelector('.js-plotly-plot'); return [...p.layout.xaxis.range, p.mark] })()"
    )
    zoomed = page.evaluate(reading)
    assert zoomed[1] - zoomed[0] < 300
    beyond(page, step(page) + 15)
    assert page.evaluate(reading) == zoomed
    assert zoomed[2] == "the same"
    press(page, "Stop")


def test_a_click_on_the_chart_shows_the_picture_of_that_step(page):
    press(page, "Run")
    finished(page)
    result = shown(page)
    area = page.locator(".js-plotly-plot .nsewdrag")
    box = area.bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.25, box["y"] + 60)
    expect(page.locator(".peek img")).to_be_visible()
    page.mouse.click(box["x"] + box["width"] * 0.25, box["y"] + 60)
    page.get_by_text("Step 2 of 8").wait_for()
    expect(picture(page)).not_to_have_attribute("src", result)
    press(page, "Back to the newest picture")
    page.get_by_text("Step 2 of 8").wait_for(state="hidden")
    expect(picture(page)).to_have_attribute("src", result)


def test_a_page_switch_leaves_the_run_alone(open_page):
    page = open_page("?size=64&steps=2000&lam=0.4")
    press(page, "Run")
    running(page)
    before = step(page)
    page.get_by_role("link", name="About").click()
    page.get_by_role("heading", name="This server").wait_for()
    page.get_by_role("link", name="Studio").click()
    running(page)
    beyond(page, before)
    expect(slider(page, "set_lam")).to_have_value("0.4")
    press(page, "Stop")


def test_a_reload_finds_the_running_job_and_its_pair(open_page, tmp_path):
    Image.effect_noise((90, 60), 60).convert("RGB").save(tmp_path / "mine.png")
    page = open_page("?size=64&steps=2000")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(tmp_path / "mine.png")
    page.get_by_text("mine.png").wait_for()
    press(page, "Run")
    running(page)
    before = step(page)
    page.reload()
    running(page)
    assert step(page) >= before
    page.get_by_text("mine.png").wait_for()
    time.sleep(GRACE + 1)  # the session of before is gone, and nobody may mistake that for the visitor's leaving
    running(page)
    beyond(page, before)
    press(page, "Stop")


def test_two_visitors_take_turns_and_a_closed_tab_frees_the_place(open_page):
    page, other = open_page("?size=64&steps=2000"), open_page("?size=64&steps=5")
    press(page, "Run")
    running(page)
    press(other, "Run")
    other.get_by_text("Waiting: 1 picture before yours. It begins in about").wait_for()
    page.close()
    finished(other)


def test_uploads_of_both_pictures_and_a_broken_one(page, tmp_path):
    fields = page.locator("[data-testid=stFileUploaderDropzoneInput]")
    for i, (name, colour) in enumerate((("first", "teal"), ("second", "orange"))):
        picture = Image.effect_noise((90, 60), 60).convert("RGB")
        Image.blend(picture, Image.new("RGB", picture.size, colour), 0.5).save(tmp_path / f"{name}.png")
        fields.nth(i).set_input_files(tmp_path / f"{name}.png")
        page.get_by_text(f"{name}.png · 90 × 60").wait_for()
    (tmp_path / "broken.png").write_bytes((tmp_path / "first.png").read_bytes()[:500])
    fields.first.set_input_files(tmp_path / "broken.png")
    page.get_by_text("damaged, cut off, or of a rare kind").wait_for()
    assert page.get_by_text("first.png · 90 × 60").is_visible()
    press(page, "Run")
    finished(page)
    page.locator(".st-key-picture img.after[alt='first.png in the style of second.png']").wait_for()
    press(page, "Swap")
    page.locator(".st-key-gallery_content").get_by_text("second.png").wait_for()
    press(page, "Use as photograph")
    page.locator(".st-key-gallery_content").get_by_text("Result 1").wait_for()


def test_a_file_that_is_too_large_is_refused_in_words(page, tmp_path):
    (tmp_path / "large.bmp").write_bytes(bytes(26 * 2**20))
    page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(tmp_path / "large.bmp")
    words = page.get_by_text("File must be 25.0MB or smaller")
    words.wait_for()
    assert words.bounding_box()["width"] > 100  # streamlit alone would tell it to screen readers only


def test_samples_are_chosen_by_mouse_and_keyboard(page):
    page.locator(".st-key-gallery_style label[title=Embroidery]").click()
    page.locator(".st-key-gallery_style figcaption", has_text="Embroidery").wait_for()
    page.locator(".st-key-gallery_content input:checked").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".st-key-gallery_content figcaption", has_text="Coffee").wait_for()
    page.wait_for_url(re.compile("content=Coffee&style=Embroidery"))


def test_a_held_key_moves_lambda_to_where_it_says_and_a_reload_agrees(page):
    slider(page, "set_lam").focus()
    for _ in range(30):
        page.keyboard.press("ArrowRight", delay=20)
    page.wait_for_url(re.compile("lam=0.5"))
    page.wait_for_timeout(4 * SECOND)  # whatever comes late has come
    assert slider(page, "set_lam").input_value() == "0.5"
    assert "lam=0.5&" in page.url


def test_a_swapped_pair_has_a_link(page):
    press(page, "Swap")
    page.locator(".st-key-gallery_content figcaption", has_text="Swirling night").wait_for()
    page.wait_for_url(re.compile(r"content=Swirling\+night&style=Chelsea"))
    page.reload()
    page.locator(".st-key-gallery_content figcaption", has_text="Swirling night").wait_for()
    page.locator(".st-key-gallery_style figcaption", has_text="Chelsea").wait_for()


def test_a_link_made_with_own_pictures_says_so_to_others(page, browser, address, tmp_path):
    Image.effect_noise((90, 60), 60).convert("RGB").save(tmp_path / "mine.png")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(tmp_path / "mine.png")
    page.wait_for_url(re.compile("content=own"))
    with visitor(browser, page.url) as other:
        other.get_by_text("This link used the sender's own photograph").wait_for()
        assert not other.get_by_text("mine.png").is_visible()


def test_the_result_is_used_as_it_is_on_the_screen(open_page):
    page = open_page("?size=64&steps=8&lam=0")  # all style: the colours change most
    press(page, "Run")
    finished(page)
    as_painted = shown(page)
    page.get_by_text("Photograph's colours", exact=True).click()
    expect(picture(page)).not_to_have_attribute("src", as_painted)
    press(page, "Use as photograph")
    cover = page.locator(".st-key-gallery_content figure img")
    page.locator(".st-key-gallery_content").get_by_text("Result 1").wait_for()
    colours = [mean_colour(image.get_attribute("src")) for image in (cover, picture(page))]
    assert max(abs(a - b) for a, b in zip(*colours, strict=True)) < 6
    assert max(abs(a - b) for a, b in zip(colours[0], mean_colour(as_painted), strict=True)) > 6


@pytest.mark.long
def test_a_link_and_a_recipe_restore_the_settings(open_page, address, tmp_path):
    page = open_page("?lam=0.65&size=96&steps=6&pooling=average&content=Coffee&style=Embroidery")
    expect(slider(page, "set_lam")).to_have_value("0.65")
    page.get_by_text("Coffee · 600 × 400 → 96 × 64").wait_for()
    press(page, "Run")
    finished(page)
    (tmp_path / "mine.png").write_bytes(downloaded(page))
    page.goto(f"{address}/?content=Rocket")
    page.locator(".st-key-gallery_content figcaption", has_text="Rocket").wait_for()
    page.locator("[data-testid=stFileUploaderDropzoneInput]").first.set_input_files(tmp_path / "mine.png")
    press(page, "Restore its settings")
    page.wait_for_url(re.compile("content=Coffee"))
    for part in ("lam=0.65", "size=96", "steps=6", "pooling=average", "style=Embroidery"):
        assert part in page.url


def test_history_touches_and_comparison(page):
    press(page, "Run")
    finished(page)
    first = shown(page)
    page.get_by_text("Photograph's colours", exact=True).click()
    expect(picture(page)).not_to_have_attribute("src", first)
    slider(page, "set_lam").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(re.compile("lam=0.21"))
    press(page, "Run")
    page.locator(".st-key-history label").nth(1).wait_for()
    finished(page)
    page.locator(".st-key-history label").nth(1).click()  # newest first
    page.get_by_text("Remove result 1").wait_for()
    expect(slider(page, "set_lam")).to_have_value("0.2")
    page.locator(".st-key-compare").get_by_text("Result 2").click()  # and the comparison opens by itself
    expect(page.locator(".st-key-picture .tag.left")).to_have_text(re.compile("Result 2"))
    wipe = page.locator(".st-key-picture input.wipe")
    wipe.focus()
    page.keyboard.press("ArrowLeft")
    assert wipe.input_value() == "49"
    press(page, "Large view")
    expect(page.locator(".st-key-picture dialog")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, "Remove result 1")
    page.get_by_text("Remove result 2").wait_for()
    expect(page.locator(".st-key-history label")).to_have_count(1)
    press(page, "Restore result 1")
    page.get_by_text("Remove result 1").wait_for()
    expect(page.locator(".st-key-history label")).to_have_count(2)
    expect(page.get_by_text("Restore result 1")).to_have_count(0)


@pytest.mark.long
def test_a_finger_scrolls_over_the_chart_and_a_tap_picks_a_step(browser, address):
    url = f"{address}/?size=64&steps=10"
    with visitor(browser, url, **PHONE) as page:
        press(page, "Run")
        finished(page)
        area = page.locator(".js-plotly-plot .nsewdrag")
        area.scroll_into_view_if_needed()
        page.wait_for_timeout(SECOND)
        box = area.bounding_box()
        middle = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
        page.context.new_cdp_session(page).send("Input.synthesizeScrollGesture", {**middle, "yDistance": 150})
        assert area.bounding_box()["y"] > box["y"] + 50
        box = area.bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.get_by_text("Step 5 of 10").wait_for()


def test_nothing_sticks_out_on_a_narrow_screen(browser, address):
    url = f"{address}/?size=64&steps=10"
    with visitor(browser, url, **{**PHONE, "viewport": {"width": 768, "height": 800}}) as page:
        press(page, "Run")
        finished(page)
        for width in (768, 360):
            page.set_viewport_size({"width": width, "height": 800})
            expect(picture(page)).to_be_visible()
            page.wait_for_timeout(SECOND)  # what follows the width has followed it
            assert page.evaluate("innerWidth") == width  # a page that sticks out is shown smaller
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_picture_of_one_s_own_survives_a_reload_before_any_run_and_once_removed_it_stays_so(page, tmp_path):
    Image.effect_noise((90, 60), 60).convert("RGB").save(tmp_path / "mine.png")
    page.locator("[data-testid=stFileUploaderDropzoneInput]").nth(1).set_input_files(tmp_path / "mine.png")
    page.get_by_text("mine.png · 90 × 60").wait_for()
    page.reload()
    page.get_by_text("mine.png · 90 × 60").wait_for()
    press(page, "Remove")
    page.locator(".st-key-gallery_style figcaption", has_text="Swirling night").wait_for()
    expect(page.locator("label[title='mine.png']")).to_have_count(0)
    page.wait_for_url(re.compile("style=Swirling"))
    page.reload()
    page.locator(".st-key-gallery_style figcaption", has_text="Swirling night").wait_for()
    expect(page.locator("label[title='mine.png']")).to_have_count(0)
    expect(page.get_by_role("button", name="Remove", exact=True)).to_have_count(0)


def test_layers_are_picked_by_mouse_and_by_keyboard(page):
    """And what the drawing says, the text says, and the address."""
    page.get_by_text("Advanced").click()
    text = page.locator(".st-key-set_style_layers input")
    drawing = page.locator(".st-key-set_style_layers_network")
    layer = drawing.get_by_role("button", name="relu3_1:")
    layer.click()
    expect(text).to_have_value("relu1_1 relu2_1 relu4_1 relu5_1")
    expect(layer).to_have_attribute("aria-pressed", "false")
    expect(drawing.get_by_label("Weight of")).to_have_count(4)

    drawing.get_by_role("button", name="relu4_3:").focus()
    page.keyboard.press("Space")
    expect(text).to_have_value("relu1_1 relu2_1 relu4_1 relu4_3 relu5_1")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # on the next layer, which is chosen: it is dropped
    expect(text).to_have_value("relu1_1 relu2_1 relu4_1 relu4_3")
    weight = drawing.get_by_label("Weight of relu4_3")
    weight.focus()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    expect(text).to_have_value("relu1_1 relu2_1 relu4_1 relu4_3:0.25")
    page.wait_for_url(re.compile(r"style_layers=relu1_1\+relu2_1\+relu4_1\+relu4_3(%3A|:)0.25"))
    expect(weight).to_have_value("0.25")

    text.fill("relu1_1 relu7_7")
    text.press("Enter")
    problem = page.get_by_text("each layer of style_layers must be one of")
    expect(problem).to_have_count(2)  # at the field, and at Run
    expect(page.locator(".st-key-run_studio button")).to_be_disabled()
    expect(drawing.get_by_label("Weight of")).to_have_count(1)
    drawing.get_by_role("button", name="relu2_1:").click()  # mends it
    expect(text).to_have_value("relu1_1 relu2_1")
    expect(problem).to_have_count(0)
    expect(page.locator(".st-key-run_studio button")).to_be_enabled()


def test_the_losses_of_a_run_are_taken_home(page):
    press(page, "Run")
    page.locator(".st-key-losses").wait_for()
    finished(page, 8)
    home = page.locator(".st-key-take_home_losses")
    with page.expect_download() as download:
        home.get_by_role("button", name="CSV").click()
    rows = list(csv.DictReader(Path(download.value.path()).read_text(encoding="utf-8").splitlines()))
    assert [int(row["step"]) for row in rows] == list(range(9))
    assert {(row["statistic"], row["optimizer"], row["steps"], row["size_pixels"]) for row in rows} == {
        ("gram", "lbfgs", "8", "64")
    }
