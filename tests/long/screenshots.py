"""README's pictures, made anew from the samples.

python -m tests.long.screenshots docs [NAME …]                 # docs/studio.png and the others, or those that are named
python -m tests.long.screenshots FOLDER --every-page [WORD …]  # each page in each state: see every_page.py
"""

import io
import sys
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from tests.long.every_page import every_page
from tests.support.browser import SECOND, at_rest, chromium, press, served, visitor

WIDTH = 1360  # pixels of all pictures
LONG_WAIT = 900 * SECOND  # for a picture, also where other work is done meanwhile


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


def studio(browser, url, keep):
    """A finished picture beside its photograph, with its losses."""
    with visitor(browser, f"{url}/?size=256&steps=120", **_window(1300)) as page:
        press(page, "Run")
        page.get_by_text("Done: 120 steps").wait_for(timeout=LONG_WAIT)
        press(page, "Before / after")
        keep(page)


def lambda_lab(browser, url, keep):
    """Five λ of a pair."""
    with visitor(browser, f"{url}/lambda_lab?size=192&steps=80", **_window(1390)) as page:
        press(page, "Run 5 pictures")
        page.locator(".st-key-stop_all").wait_for()
        page.locator(".st-key-stop_all").wait_for(state="detached", timeout=LONG_WAIT)
        keep(page)


def layers(browser, url, keep):
    """Ten reconstructions, one of them large."""
    with visitor(browser, f"{url}/layers?layers_size=160&layers_steps=80&content=Coffee", **_window(1100)) as page:
        press(page, "Run 10 reconstructions")
        page.get_by_role("button", name="All 10 are done").wait_for(timeout=LONG_WAIT)
        page.locator(".st-key-layers_grid td button").nth(3).click()
        page.get_by_text("The content as relu4_1 keeps it").wait_for()
        keep(page)


def regions(browser, url, keep):
    """A picture whose background alone is painted."""
    query = "content=Astronaut&style=Swirling+night&size=384&steps=120&lam=0.12"
    with visitor(browser, f"{url}/?{query}", **_window(900)) as page:
        press(page, "Where?")
        press(page, "Upload a mask")
        page.locator(".st-key-mask_upload_0 input").set_input_files(astronaut_mask())
        page.locator(".brush .state", has_text="%").wait_for()
        page.keyboard.press("Escape")  # the field for the file
        press(page, "Done")
        press(page, "Run")
        page.get_by_text("Done:").wait_for(timeout=LONG_WAIT)
        page.locator("[data-testid=stMain]").evaluate("(main) => main.scrollTo(0, 150)")
        keep(page)


PICTURES = {"studio": studio, "lambda-lab": lambda_lab, "layers": layers, "regions": regions}


def _window(height):
    return {"viewport": {"width": WIDTH, "height": height}}


def _small(png):
    """The picture of a page as a PNG of 256 colours, mixed out of points where that is too few."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    colours = picture.quantize(256, Image.Quantize.MAXCOVERAGE, kmeans=3)
    buffer = io.BytesIO()
    picture.quantize(palette=colours, dither=Image.Dither.FLOYDSTEINBERG).save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def main(folder, *words):
    folder.mkdir(parents=True, exist_ok=True)
    if "--every-page" in words:
        every_page(folder, *(word for word in words if word != "--every-page"))
        return
    with served(STYLECORE_GRACE_SECONDS="1") as url, chromium() as browser:
        for name in words or PICTURES:

            def keep(page, target=folder / f"{name}.png"):
                at_rest(page)
                page.mouse.move(0, 0)
                page.wait_for_timeout(2 * SECOND)
                target.write_bytes(_small(page.screenshot()))
                print(target, flush=True)

            PICTURES[name](browser, url, keep)


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "docs"), *sys.argv[2:])
