"""Pictures of every state of the app, and the one in README, from the samples.

python -m tests.long.screenshots FOLDER               # writes FOLDER/studio.png and the others
python -m tests.long.screenshots FOLDER --every-page  # each page in each state: see every_page.py
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from tests.long.every_page import every_page
from tests.support.browser import PHONE, SECOND, chromium, press, running, served, visitor

DESKTOP = {"viewport": {"width": 1360, "height": 1120}}
LAPTOP = {"viewport": {"width": 1366, "height": 900}}


# fmt: off
ASTRONAUT = [  # her outline in the sample, helmet included, in pixels of its 512 × 512
    (188, 26), (225, 13), (265, 20), (292, 44), (303, 80), (297, 110), (282, 130), (268, 155), (262, 172), (288, 190),
    (306, 222), (306, 250), (338, 262), (353, 285), (360, 320), (364, 350), (390, 344), (430, 348), (466, 372),
    (489, 408), (499, 455), (512, 470), (512, 512), (18, 512), (20, 470), (16, 420), (26, 380), (38, 300), (56, 258),
    (92, 224), (112, 208), (116, 180), (138, 156), (182, 148), (176, 126), (158, 110), (151, 80), (158, 50),
]
# fmt: on


def astronaut_mask():
    """A grey picture that is white on the astronaut, with a soft edge."""
    mask = Image.new("L", (512, 512))
    ImageDraw.Draw(mask).polygon(ASTRONAUT, fill=255)
    buffer = io.BytesIO()
    mask.filter(ImageFilter.GaussianBlur(3)).save(buffer, "PNG")
    return {"name": "astronaut.png", "mimeType": "image/png", "buffer": buffer.getvalue()}


def keep_regions(browser, url, keep):
    """The brush, and a picture whose background alone is painted."""
    query = "content=Astronaut&style=Swirling+night&size=384&steps=120&lam=0.12"
    with visitor(browser, f"{url}/?{query}", **LAPTOP) as page:
        press(page, "Where?")
        press(page, "Upload a mask")
        page.locator(".st-key-mask_upload_0 input").set_input_files(astronaut_mask())
        page.locator(".brush .state", has_text="%").wait_for()
        page.keyboard.press("Escape")  # the field for the file
        keep(page, "brush")
        press(page, "Done")
        press(page, "Run")
        page.get_by_text("Done:").wait_for(timeout=300 * SECOND)
        page.locator("[data-testid=stMain]").evaluate("(main) => main.scrollTo(0, 150)")
        keep(page, "regions")


def main(folder, *options):
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page, name):
        page.wait_for_timeout(1200)
        page.screenshot(path=folder / f"{name}.png")
        print(folder / f"{name}.png", flush=True)

    if "--every-page" in options:
        every_page(folder, *(word for word in options if word != "--every-page"))
        return
    with served(STYLECORE_GRACE_SECONDS="1") as url, chromium() as browser:
        for name in ("lambda_lab", "gallery", "layers"):
            with visitor(browser, f"{url}/{name}", **DESKTOP) as page:
                keep(page, f"{name}-idle")
        with visitor(browser, url, **DESKTOP) as page:
            keep(page, "idle")
            press(page, "Run")
            page.get_by_text("Step 2").first.wait_for(timeout=90 * SECOND)
            keep(page, "running")
            with visitor(browser, url, **DESKTOP) as other:
                press(other, "Run")
                other.get_by_text("Waiting:").wait_for(timeout=30 * SECOND)
                keep(other, "queued")
            press(page, "Pause")
            page.get_by_text("Paused at").wait_for(timeout=30 * SECOND)
            keep(page, "paused")
            press(page, "Continue")
            page.get_by_text("Done:").wait_for(timeout=180 * SECOND)
            page.wait_for_timeout(SECOND)
            press(page, "Before / after")
            page.set_viewport_size({"width": 1360, "height": 1500})
            keep(page, "studio")
            page.set_viewport_size({"width": 1360, "height": 2000})
            page.get_by_text("Advanced").click()
            page.get_by_text("By layer").click()
            keep(page, "advanced")
        keep_regions(browser, url, keep)
        with visitor(browser, f"{url}/?size=128&steps=300", **DESKTOP) as page:
            press(page, "Run")
            running(page)
            page.wait_for_timeout(2 * SECOND)
            press(page, "Stop")
            page.get_by_text("the picture is kept").wait_for(timeout=30 * SECOND)
            keep(page, "stopped")
        with visitor(browser, f"{url}/?size=128&network=IMAGENET1K_V1", **DESKTOP) as page:
            press(page, "Run")  # there is no network here to download those weights from
            page.get_by_text("could not be downloaded").wait_for(timeout=120 * SECOND)
            keep(page, "failed")
        with visitor(browser, f"{url}/?size=192&steps=80", viewport={"width": 1360, "height": 1300}) as page:
            page.get_by_role("link", name="λ lab").click()
            press(page, "Run 5 pictures")
            page.get_by_text("Step 3").first.wait_for(timeout=90 * SECOND)
            keep(page, "lab-running")
            page.locator(".st-key-lab_downloads").wait_for(timeout=300 * SECOND)
            keep(page, "lab")
        with visitor(browser, f"{url}/?size=192&steps=60&content=Coffee", **DESKTOP) as page:
            press(page, "Run")
            page.get_by_text("Done:").wait_for(timeout=90 * SECOND)
            page.get_by_role("link", name="Layers").click()
            page.get_by_role("button", name="Run 10 reconstructions").wait_for(timeout=30 * SECOND)
            keep(page, "layers-empty")
            press(page, "Run 10 reconstructions")
            page.get_by_text("7 more after this").wait_for(timeout=120 * SECOND)
            keep(page, "layers-running")
            page.get_by_role("button", name="All 10 are done").wait_for(timeout=300 * SECOND)
            page.locator(".st-key-layers_grid td button").nth(3).click()
            keep(page, "layers")
            for view in ("Feature maps", "Style matrices"):
                page.get_by_text(view).first.click()
                page.wait_for_timeout(4 * SECOND)
                keep(page, view.lower().replace(" ", "-"))
            page.get_by_role("link", name="Theory").click()
            for language, name in (("English", "theory-en"), ("Русский", "theory-ru")):
                page.get_by_text(language).click()
                page.wait_for_timeout(4 * SECOND)
                page.set_viewport_size({"width": 1360, "height": 3300})
                keep(page, name)
        for scheme in ("light", "dark"):
            with visitor(browser, f"{url}/?size=128&steps=30", color_scheme=scheme, **PHONE) as page:
                keep(page, f"phone-{scheme}")
                press(page, "Run")
                page.get_by_text("Done:").wait_for(timeout=90 * SECOND)
                page.locator(".st-key-picture img.after").evaluate("image => image.scrollIntoView()")
                keep(page, f"phone-{scheme}-done")
        with visitor(browser, f"{url}/?size=192&steps=60&lam=0.4", color_scheme="dark", **DESKTOP) as page:
            press(page, "Run")
            page.get_by_text("Done:").wait_for(timeout=90 * SECOND)
            keep(page, "dark")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"), *sys.argv[2:])
