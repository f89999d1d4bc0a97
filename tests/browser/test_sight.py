"""What is seen first, and by everybody: finished samples, one screen, enough contrast, a link with its results."""

import io
import re

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.support.accessibility import serious_faults
from tests.support.browser import (
    PHONE,
    at_rest,
    beyond,
    finished,
    picture,
    press,
    running,
    served,
    shown,
    slider,
    step,
    stopped,
    unfold,
    visitor,
    whole,
)

PLACES = ["", "lambda_lab", "gallery", "layers", "layers?view=maps", "layers?view=matrices", "theory", "about"]
SIGNS = {"gallery": "Stone mosaic", "layers?view=maps": "strongest channels", "theory": "VGG16", "about": "This server"}
LAPTOP = {"width": 1366, "height": 768}
FIELD = "[data-testid=stFileUploaderDropzoneInput]"


@pytest.fixture
def page(browser, address):
    with visitor(browser, f"{address}/?size=64&steps=8", viewport=LAPTOP) as page:
        yield page


def test_no_page_has_a_serious_fault_of_accessibility(browser, address):
    """Neither light nor dark."""
    with visitor(browser, address, viewport=LAPTOP, color_scheme="light") as page:
        for place in PLACES:
            page.goto(f"{address}/{place}")
            page.get_by_text(SIGNS.get(place, "Photograph")).first.wait_for()
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                expect(page.get_by_test_id("stApp")).to_have_css("color-scheme", scheme)
                at_rest(page)
                assert not serious_faults(page), (place, scheme)
            expect(page.locator("h1")).to_have_count(1)
            page.emulate_media(color_scheme="light")


def test_a_link_that_has_the_focus_does_not_look_like_the_page_that_is_open(page):
    at_rest(page)
    links = page.get_by_test_id("stPageLink-NavLink")
    links.nth(1).focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    expect(links.nth(1)).to_have_css("outline-style", "solid")
    background = "element => getComputedStyle(element).backgroundColor"
    assert links.nth(1).evaluate(background) != links.first.evaluate(background)


def test_everything_of_the_studio_is_on_one_screen_of_a_laptop(page):
    idle = (
        ".st-key-gallery_content",
        ".st-key-gallery_style",
        ".st-key-set_lam",
        ".st-key-run_studio",
        ".st-key-picture",
    )
    whole(page, *idle)
    press(page, "Run")
    finished(page, 8)
    whole(page, *idle, ".st-key-touches", ".st-key-downloads")


def test_run_and_what_is_on_its_way_stay_in_the_window(browser, address):
    query = "size=64&steps=2000&style=Embroidery&style2=Sunset+dots"
    with visitor(browser, f"{address}/?{query}", viewport=LAPTOP) as page:
        main = page.locator("[data-testid=stMain]")
        whole(page, ".st-key-set_lam", ".st-key-run_studio")
        unfold(page, "Advanced")
        main.evaluate("main => main.scrollTo(0, 900)")
        whole(page, ".st-key-run_studio")
        press(page, "Run")
        running(page)
        page.get_by_text("Result 1 is being painted").wait_for()
        whole(page, ".st-key-run_studio", ".st-key-on_the_way", ".st-key-stop")
        main.evaluate("main => main.scrollTo(0, 0)")
        whole(page, ".st-key-set_lam", ".st-key-run_studio", ".st-key-on_the_way")
        expect(page.locator("[data-testid=stTooltipContent]")).to_have_count(0)  # where the pointer has been left
        press(page, "Stop")
        stopped(page)


def test_λ_is_not_covered_with_own_pictures_and_a_refusal_or_two_styles(browser, address, tmp_path):
    long = tmp_path / "a cat on a windowsill in the evening sun, the third of many.png"
    Image.effect_noise((900, 600), 60).convert("RGB").save(long)
    Image.effect_noise((400, 300), 60).convert("RGB").save(tmp_path / "s.png")
    (tmp_path / "torn.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    covered = """() => document.querySelector(".st-key-stage_lambda").getBoundingClientRect().bottom
        > document.querySelector(".st-key-stage_run").getBoundingClientRect().top"""
    with visitor(browser, f"{address}/?size=64&steps=2000", viewport=LAPTOP) as page:
        fields = page.locator(FIELD)
        for place, role, path in ((0, "content", long), (1, "style", tmp_path / "s.png")):
            fields.nth(place).set_input_files(path)
            page.locator(f".st-key-gallery_{role} figcaption", has_text=path.name[:20]).wait_for()
        at_rest(page)
        first, second = (page.get_by_test_id("stFileUploaderDropzone").nth(i).bounding_box() for i in range(2))
        assert first["y"] == second["y"]
        fields.nth(1).set_input_files(tmp_path / "torn.jpg")
        page.get_by_text("torn.jpg: This picture is").wait_for()
        at_rest(page)
        assert not page.evaluate(covered)
        page.reload()  # what was refused is told once
        press(page, "Add a style")
        page.get_by_text("Style 2: ").wait_for()
        press(page, "Run")
        running(page)
        at_rest(page)
        whole(page, ".st-key-set_lam", ".st-key-stop")
        assert not page.evaluate(covered)
        press(page, "Stop")
        stopped(page)


def test_the_strip_of_styles_keeps_its_place_and_an_own_picture_is_at_hand_in_it(browser, address, tmp_path):
    Image.effect_noise((40, 30), 60).convert("RGB").save(tmp_path / "mine.png")
    with visitor(browser, f"{address}/?size=64", viewport=LAPTOP) as page:
        strip = page.locator(".st-key-gallery_style fieldset")
        place = strip.evaluate("strip => strip.scrollLeft")
        assert place > 100  # what is chosen lies far in it
        page.locator(FIELD).first.set_input_files(tmp_path / "mine.png")
        page.locator(".st-key-gallery_content figcaption", has_text="mine.png").wait_for()
        at_rest(page)
        page.get_by_role("radio", name="Русский").click()
        page.locator(".st-key-gallery_style figcaption", has_text="Ночные вихри").wait_for()
        assert strip.evaluate("strip => strip.scrollLeft") == place
        strip.locator("label[title='mine.png']").click(timeout=5000, position={"x": 20, "y": 20})
        page.locator(".st-key-gallery_style figcaption", has_text="mine.png").wait_for()


def test_a_file_dropped_onto_the_picture_becomes_the_photograph(page):
    buffer = io.BytesIO()
    Image.effect_noise((40, 30), 60).convert("RGB").save(buffer, "PNG")
    drop = """(figure, bytes) => {
        const dataTransfer = new DataTransfer()
        dataTransfer.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }))
        for (const kind of ["dragover", "drop"]) {
            const event = new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true })
            if (figure.dispatchEvent(event)) throw Error(`the browser would open the file at ${kind}`)
        }
    }"""
    late = """() => { // as long as streamlit loads the code of the field
        const field = document.querySelector(".st-key-upload_content")
        field.classList.remove("st-key-upload_content")
        setTimeout(() => field.classList.add("st-key-upload_content"), 500)
    }"""
    page.evaluate(late)
    page.locator(".st-key-picture figure").evaluate(drop, list(buffer.getvalue()))
    page.locator(".st-key-gallery_content figcaption", has_text="dropped.png").wait_for()


def test_a_phone_has_picture_λ_and_run_on_one_screen(browser, address):
    with visitor(browser, f"{address}/?size=64&steps=2000", **PHONE) as page:
        parts = (".st-key-picture", ".st-key-set_lam", ".st-key-run_studio")
        whole(page, *parts)
        press(page, "Run")
        running(page)
        beyond(page, 1)
        whole(page, *parts)
        press(page, "Stop")
        stopped(page)
        whole(page, *parts)
        for far in (300, 1500):
            page.locator("[data-testid=stMain]").evaluate("(main, far) => main.scrollTo(0, far)", far)
            whole(page, ".st-key-run_studio")


def test_a_visitor_sees_finished_pictures_before_anything_has_run(browser, address):
    with visitor(browser, address, viewport=LAPTOP) as page:
        page.get_by_text("A finished sample.").wait_for()
        first = shown(page)
        slider(page, "set_lam").focus()
        for _ in range(45):
            page.keyboard.press("ArrowRight")
        page.get_by_text("λ = 0.6 · 320 × 213 pixels").wait_for()
        assert shown(page) != first
        page.get_by_role("link", name="λ lab").click()
        image, λ = page.locator(".st-key-lab_scrubber img"), page.locator(".st-key-lab_scrubber input")
        expect(image).to_have_attribute("src", re.compile("^data:"))
        before = image.get_attribute("src")
        λ.focus()
        page.keyboard.press("End")
        expect(image).not_to_have_attribute("src", before)
        expect(page.locator(".st-key-lab_grid td button img:visible")).to_have_count(5)
        page.get_by_role("link", name="Layers").click()
        page.get_by_role("button", name="All 10 are done").wait_for()
        expect(page.locator(".st-key-layers_grid td button img:visible")).to_have_count(10)


def test_a_click_in_the_gallery_opens_the_studio_with_pair_and_settings(browser, address):
    with visitor(browser, f"{address}/gallery", viewport=LAPTOP) as page:
        page.locator("label", has_text="Stone mosaic").click()
        page.get_by_text("Done: 120 steps").wait_for()
        page.locator(".st-key-gallery_style figcaption", has_text="Stone mosaic").wait_for()
        page.wait_for_url(re.compile("statistic=covariance"))
        expect(page.locator(".st-key-history label")).to_have_count(1)


@pytest.mark.long
def test_who_opens_a_link_sees_what_another_has_painted_of_samples(browser):
    with served() as address:
        link = f"{address}/?size=64&steps=7&lam=0.33&content=Rocket&style=Embroidery"
        with visitor(browser, link, viewport=LAPTOP) as page:
            press(page, "Run")
            finished(page, 7)
            with visitor(browser, link, viewport=LAPTOP) as other:
                other.get_by_text("λ = 0.33 · 64 × ").wait_for()
                expect(picture(other)).to_have_attribute("alt", "Rocket in the style of Embroidery")
                press(other, "Continue from this picture")
                other.get_by_text("Done: 7 steps").wait_for()


def test_a_run_waits_beside_the_present_one_or_takes_its_place(browser, address):
    with visitor(browser, f"{address}/?size=64&steps=2000", viewport=LAPTOP) as page:
        press(page, "Run")
        running(page)
        before = step(page)
        press(page, "Queue this run")
        beyond(page, before + 2)
        press(page, "Stop, and run this")
        page.locator(".st-key-history label").first.wait_for()
        running(page)
        other = page.context.new_page()
        other.goto(f"{address}/?size=64&steps=3")
        press(other, "Queue this run")
        beyond(page, step(page))
        press(page, "Stop")
        other.close()


def test_an_old_tab_s_run_does_not_end_that_of_another_tab(browser, address):
    with visitor(browser, f"{address}/?size=64&steps=2000", viewport=LAPTOP) as page:
        other = page.context.new_page()
        other.goto(f"{address}/?size=64&steps=3")
        other.get_by_role("button", name="Run", exact=True).wait_for()
        at_rest(other)
        press(page, "Run")
        running(page)
        press(other, "Run")  # it was drawn before the other one began
        beyond(page, step(page) + 3)
        press(page, "Stop")
        other.close()


@pytest.mark.long
def test_zoom_is_kept_by_more_steps(page):
    press(page, "Run")
    finished(page, 8)
    area = page.locator(".js-plotly-plot .nsewdrag")
    area.scroll_into_view_if_needed()
    at_rest(page)
    box = area.bounding_box()
    page.mouse.move(box["x"] + 60, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=5)
    page.mouse.up()
    reading = "document.querySelector('.js-plotly-plot').layout.xaxis.range"
    page.wait_for_function(f"{reading}[1] < 8")
    zoomed = page.evaluate(reading)
    press(page, "100 more steps")
    finished(page, 108)
    assert page.evaluate(reading) == zoomed


@pytest.mark.parametrize("times", [6, pytest.param(20, marks=pytest.mark.long)])
def test_uploads_of_one_moment_are_all_there_at_once(browser, address, tmp_path, times):
    """Into both fields and into the same one, faster than a page is drawn."""
    with visitor(browser, f"{address}/?size=64", viewport=LAPTOP) as page:
        fields = page.locator(FIELD)
        for i in range(times):
            names = [f"{i}-first.png", f"{i}-second.png"]
            for name in names:
                Image.effect_noise((40, 30), 60).convert("RGB").save(tmp_path / name)
            places = (0, 1) if i % 2 else (0, 0)
            for place, name in zip(places, names, strict=True):
                fields.nth(place).set_input_files(tmp_path / name)
            for name in names:
                page.locator(f".st-key-gallery_content label[title='{name}']").wait_for(state="attached")
            covers = ("content", "style") if i % 2 else (None, "content")
            for role, name in zip(covers, names, strict=True):
                if role:
                    page.locator(f".st-key-gallery_{role} figcaption", has_text=name).wait_for()
                    expect(page.locator(f".st-key-gallery_{role} label[title='{name}'] input")).to_be_checked()


def test_what_can_t_be_read_is_told_by_name(page, tmp_path):
    (tmp_path / "drawing.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    page.locator(FIELD).first.set_input_files(tmp_path / "drawing.svg")
    page.get_by_text(
        "drawing.svg: This picture is a drawing (SVG), which can't be read here: export it as PNG."
    ).wait_for()


def test_the_camera_stays_in_the_window_and_closes_after_a_photo(browser, address):
    with visitor(browser, address, viewport=LAPTOP) as page:
        press(page, "Camera")
        page.wait_for_function("document.querySelector('video')?.currentTime > 0.5")
        shutter = page.get_by_role("button", name="Take Photo")
        box = shutter.bounding_box()
        assert box["y"] + box["height"] <= LAPTOP["height"]
        shutter.click()
        page.locator("figcaption", has_text="From the camera · ").wait_for()
        expect(shutter).to_have_count(0)
