"""How long a visitor waits: from Run to the first visible change of the picture, and to Done, in a real browser.

    python -m tests.long.first_change [--size 512] [--threads 2]

Asked are 3 s to the first change at 512 pixels, and 45 s to Done at the size at which the Studio begins here.
A change is visible when the picture, at 64 × 64 pixels, differs from the photograph by more than `VISIBLE` on average.
The machine's load is printed beside each figure: what else runs here makes it slower.
"""

import argparse
import base64
import io
import os
import re
import time

import numpy as np
from PIL import Image

from stylecore.samples import sample_contents
from tests.support.browser import SECOND, at_rest, chromium, picture, press, served, stopped, visitor

CONTENT = "Coffee"  # with the usual style it is none of the finished samples: the photograph stands there at first
VISIBLE = 4.0  # of 255, between two pictures
LONGEST = 600  # seconds


def seen(image):
    """What is compared of a picture."""
    small = image.convert("RGB").resize((64, 64), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def difference(url, photograph):
    """Between a picture in the page and the photograph, of 255, on average."""
    shown = Image.open(io.BytesIO(base64.b64decode(url.split(",")[1])))
    return float(np.abs(seen(shown) - photograph).mean())


def ready(page):
    """Waits until the network is loaded and the machine is measured."""
    page.get_by_text(re.compile("About .* (s|min)")).first.wait_for()
    at_rest(page)


def first_change(page, photograph):
    """Presses Run. Returns the seconds to the first visible change, and how far the run was then."""
    page.get_by_text("and watch: this photograph").wait_for()
    began, before = time.monotonic(), ""
    press(page, "Run")
    while time.monotonic() < began + LONGEST:
        url = picture(page).first.get_attribute("src")
        if url and url != before and difference(url, photograph) > VISIBLE:
            return time.monotonic() - began, page.get_by_text(re.compile(r"^Step \d+ of")).first.inner_text()
        before = url
        page.wait_for_timeout(30)
    raise TimeoutError("the picture has not changed")


def to_the_end(page):
    """Presses Run. Returns the seconds to Done, and what the page says then."""
    began, told = time.monotonic(), page.get_by_text("Done:")
    press(page, "Run")
    told.wait_for(timeout=LONGEST * SECOND)
    return time.monotonic() - began, told.inner_text()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", type=int, default=512, help="pixels, of the first change")
    parser.add_argument("--threads", type=int, default=os.cpu_count(), help="in which the server computes")
    options = parser.parse_args()
    photograph = seen(Image.open(sample_contents()[CONTENT]))
    with served(OMP_NUM_THREADS=str(options.threads)) as address, chromium() as browser:
        with visitor(browser, f"{address}/?size={options.size}&content={CONTENT}") as page:
            ready(page)
            load = os.getloadavg()[0]
            seconds, told = first_change(page, photograph)
            print(f"{options.size} pixels: first change after {seconds:.1f} s ({told}); load {load:.1f}", flush=True)
            press(page, "Stop")
            stopped(page)
        with visitor(browser, address) as page:
            ready(page)
            load, pair = os.getloadavg()[0], page.locator(".st-key-gallery_content figcaption").inner_text()
            seconds, told = to_the_end(page)
            print(f"{pair}: done after {seconds:.1f} s; load {load:.1f}. {told}")


if __name__ == "__main__":
    main()
