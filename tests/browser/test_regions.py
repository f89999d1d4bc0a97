"""Masks painted in a real browser, with mouse, finger and keyboard, and several styles; skips without chromium."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import expect

from stylecore.artifacts.recipe import read_recipe
from tests.support.browser import (
    at_rest,
    downloaded,
    finished,
    picture,
    press,
    running,
    slider,
    stopped,
    visitor,
)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SIDE = 64


@pytest.fixture
def photograph(tmp_path):
    """A file of noise of the size at which it is used, so that its pixels can be found again in the result."""
    pixels = np.random.default_rng(0).integers(60, 190, (SIDE, SIDE, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "noise.png")
    return tmp_path / "noise.png", pixels


def open_brush(page, name="Where?"):
    press(page, name)
    frame = page.locator(".brush .frame")
    frame.wait_for()
    at_rest(page)
    frame.evaluate("async (frame) => { await frame.querySelector('img').decode() }")
    return frame


def close_brush(page):
    press(page, "Done")
    page.locator(".brush").wait_for(state="hidden")
    at_rest(page)


def says(page, text):
    expect(page.locator(".brush .state")).to_have_text(re.compile(text))


def points(frame, *shares):
    """Points of the screen, from shares of the width and height of the photograph."""
    frame.scroll_into_view_if_needed()
    box = frame.bounding_box()
    return [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in shares]


def drag(page, frame, start, end):
    (x, y), end = points(frame, start, end)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(*end, steps=6)
    page.mouse.up()


def drag_finger(page, frame, start, end):
    (x0, y0), (x1, y1) = points(frame, start, end)
    touch = page.context.new_cdp_session(page)
    for i in range(7):
        place = {"x": x0 + (x1 - x0) * i / 6, "y": y0 + (y1 - y0) * i / 6}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove" if i else "touchStart", "touchPoints": [place]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def pixels_of(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_what_is_painted_with_the_mouse_is_left_alone_to_the_bit_and_is_there_after_a_reload(
    browser, address, photograph
):
    file, pixels = photograph
    with visitor(browser, f"{address}/?size={SIDE}&steps=5") as page:
        page.locator(".st-key-upload_content input").set_input_files(file)
        page.get_by_text("noise.png ·").wait_for()
        frame = open_brush(page)
        says(page, "nothing is painted")
        drag(page, frame, (0.3, 0.3), (0.7, 0.3))
        drag(page, frame, (0.3, 0.7), (0.7, 0.7))  # before anything can have been answered
        says(page, r"\d+%")
        both = page.locator(".brush .state").inner_text()
        press(page, "Undo")
        press(page, "Redo")
        says(page, re.escape(both))
        frame.focus()
        for key in ("Shift+ArrowLeft", "ArrowUp"):
            page.keyboard.press(key)
        page.keyboard.press("e")
        expect(page.get_by_role("button", name="Erase", exact=True)).to_have_attribute("aria-pressed", "true")
        page.keyboard.press("Control+z")
        says(page, r"\d+%")
        assert page.locator(".brush .state").inner_text() != both
        page.keyboard.press("Control+y")
        says(page, re.escape(both))
        close_brush(page)
        press(page, "Run")
        finished(page, 5)
        result = pixels_of(downloaded(page))
        for y in (round(0.3 * SIDE), round(0.7 * SIDE)):
            row = slice(round(0.33 * SIDE), round(0.67 * SIDE))
            assert np.array_equal(result[y, row], pixels[y, row])
        assert not np.array_equal(result[SIDE // 2], pixels[SIDE // 2])
        page.reload()
        open_brush(page, "Where? 1 place is painted")
        says(page, re.escape(both))


@pytest.mark.long
def test_a_finger_paints_on_a_phone_and_undo_takes_it_back(browser, address):
    with visitor(browser, f"{address}/?size={SIDE}&steps=3&style2=Stained+glass", **PHONE) as page:
        frame = open_brush(page)
        page.locator(".brush label", has_text="Style 2").tap()
        says(page, "wherever no other style")
        drag_finger(page, frame, (0.2, 0.5), (0.8, 0.5))
        says(page, r"\d+%")
        press(page, "Undo")
        says(page, "wherever no other style")
        press(page, "Redo")
        says(page, r"\d+%")
        painted = page.locator(".brush .state").inner_text()
        close_brush(page)
        press(page, "Run")
        finished(page, 3)
        page.reload()
        open_brush(page, "Where? 1 place is painted")
        page.locator(".brush label", has_text="Style 2").tap()
        says(page, re.escape(painted))


def test_a_second_style_is_added_mixed_and_steered_while_it_runs(browser, address):
    with visitor(browser, f"{address}/?size={SIDE}&steps=2000&style=Embroidery") as page:
        press(page, "Add a style")
        mix = slider(page, "mix_of_style_style2")
        mix.wait_for()
        at_rest(page)
        press(page, "Run")
        running(page)
        mix.focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
        page.locator(".js-plotly-plot .annotation-text", has_text="mix 45 : 55").wait_for()
        press(page, "Stop")
        stopped(page)
        expect(picture(page)).to_have_attribute("alt", re.compile("in the style of Embroidery and "))
        recipe = read_recipe(downloaded(page))
        assert [digest.weight for digest in recipe.styles] == [1, 1]
        assert recipe.weight_changes[-1][1] == (0.45, 0.55)
        assert 0 < recipe.weight_changes[0][0] < 2000
