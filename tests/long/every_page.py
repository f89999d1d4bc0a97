"""Pictures of every page in every state, at three sizes, in each language, light and dark, to look at.

`python -m tests.long.screenshots FOLDER --every-page [WORD …]` calls this. A picture that is in the folder already is
not made again, so that a run which was ended goes on; with words, only pictures whose names hold all of them are made.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stylecore.language import languages
from tests.support.browser import PHONE, SECOND, at_rest, chromium, served, visitor

Page = Any  # playwright's, which has no types where chromium is missing

SIZES = {"laptop": (1366, 768), "desktop": (1920, 1080), "phone": (390, 844)}
SCHEMES = {"light": tuple(SIZES), "dark": ("laptop", "phone")}  # and the sizes at which each is looked at
SMALL = "size=160&content=Coffee&style=Stone+mosaic"  # what is painted while somebody waits
OTHER = "content=Rocket&style=Embroidery"  # of which there are no finished samples
LAB = f"lambda_lab?{OTHER}&size=96&lambdas=0.1+0.4+0.7&axis=statistic&rows=Gram+matrix|Covariance"
LAYERS = f"layers?{OTHER}&layers_size=96&described=gram+moments&layers=relu1_1+relu2_1+relu3_1"
LONG_WAIT = 180 * SECOND


def _wait_for_pictures(place: str) -> Callable[[Page], None]:
    return lambda page: page.locator(f"{place} img:visible").first.wait_for(timeout=LONG_WAIT)


def _run_until(workspace: str, place: str, *, ended: bool = False) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator(f".st-key-run_{workspace} button").click()
        page.locator(place).first.wait_for(timeout=LONG_WAIT)
        if ended:
            page.locator(".st-key-stop_all").wait_for(state="detached", timeout=LONG_WAIT)

    return act


def _run_then(button: str, place: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        _run_until("studio", ".st-key-picture img.after")(page)
        page.wait_for_timeout(8 * SECOND)  # some steps
        page.locator(f".st-key-{button} button").click()
        page.locator(place).wait_for(timeout=LONG_WAIT)

    return act


def _choose(view: int) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator(".st-key-layers_view button").nth(view).click()
        page.wait_for_timeout(4 * SECOND)

    return act


def _open(place: str) -> Callable[[Page], None]:
    def act(page: Page) -> None:
        page.locator(place).first.click()
        page.wait_for_timeout(SECOND)

    return act


def _nothing(page: Page) -> None:
    """What somebody finds who has just come."""


STATES: dict[str, tuple[str, Callable[[Page], None]]] = {  # by name: address, and what is done there
    "studio-idle": ("", _nothing),
    "studio-advanced": ("", _open("details summary")),
    "studio-running": (f"?{SMALL}&steps=2000", _run_until("studio", ".st-key-stop")),
    "studio-paused": (f"?{SMALL}&steps=2000", _run_then("pause", ".st-key-go_on")),
    "studio-stopped": (f"?{SMALL}&steps=2000", _run_then("stop", ".st-key-more")),
    "studio-failed": (f"?{SMALL}&network=IMAGENET1K_V1", _run_until("studio", "[data-testid=stAlertContentError]")),
    "studio-finished": (f"?{SMALL}&steps=30&lam=0.3", _run_until("studio", ".st-key-downloads")),
    "lab-idle": ("lambda_lab", _nothing),
    "lab-running": (f"{LAB}&steps=900", _run_until("lab", ".st-key-lab_grid img:visible")),
    "lab-finished": (f"{LAB}&steps=15", _run_until("lab", ".st-key-lab_downloads", ended=True)),
    "gallery": ("gallery", _wait_for_pictures(".st-key-wall")),
    "layers-idle": ("layers", _nothing),
    "layers-running": (f"{LAYERS}&layers_steps=200", _run_until("layers", ".st-key-layers_grid img:visible")),
    "layers-finished": (f"{LAYERS}&layers_steps=10", _run_until("layers", ".st-key-layers_sheet", ended=True)),
    "layers-maps": ("layers", _choose(1)),
    "layers-matrices": ("layers", _choose(2)),
    "theory": ("theory", lambda page: page.wait_for_timeout(5 * SECOND)),
    "about": ("about", _nothing),
}


def every_page(folder: Path, *words: str) -> None:
    """Makes the pictures.

    Args:
        folder: for them; it is there.
        words: parts of the names of those that are wanted; all are if there are none.
    """
    with served(STYLECORE_GRACE_SECONDS="1") as url, chromium() as browser:
        wanted = itertools.product(SCHEMES, STATES.items(), languages())
        for seed, (scheme, (state, (place, act)), language) in enumerate(wanted):
            for number, size in enumerate(SCHEMES[scheme]):
                name = f"{state}-{language}-{size}-{scheme}"
                target = folder / f"{name}.png"
                if target.exists() or not all(word in name for word in words):
                    continue
                seeded = (
                    f"{place}&seed={10 * seed + number}&" if "?" in place else f"{place}?"
                )  # none has painted that yet
                address = f"{url}/{seeded}lang={language}"
                options = {**_window(size), "color_scheme": scheme, "locale": language}
                with visitor(browser, address, **options) as page:
                    act(page)
                    _keep_whole(page, target, SIZES[size], wait="running" not in state)


def _window(size: str) -> dict[str, object]:
    width, height = SIZES[size]
    return {**(PHONE if size == "phone" else {}), "viewport": {"width": width, "height": height}}


def _keep_whole(page: Page, target: Path, size: tuple[int, int], *, wait: bool) -> None:
    """Keeps a picture of a page as long as it is: pages are scrolled in a part of their own."""
    page.mouse.move(0, 0)  # no button looks as if somebody were about to press it, and shows what it is for
    if wait:
        at_rest(page)
    else:
        page.wait_for_timeout(4 * SECOND)
    page.wait_for_timeout(SECOND)
    width, height = size
    long = page.locator("[data-testid=stMain]").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": width, "height": max(height, long)})
    page.wait_for_timeout(SECOND)
    page.screenshot(path=target)
    print(target, flush=True)
