"""Pictures of every state of the app, and the one in README, from the samples.

python -m tests.long.screenshots FOLDER     # writes FOLDER/studio.png and the others
"""

import sys
from pathlib import Path

from tests.support.browser import SECOND, chromium, press, running, served, visitor

DESKTOP = {"viewport": {"width": 1360, "height": 1120}}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def main(folder):
    folder.mkdir(parents=True, exist_ok=True)

    def keep(page, name):
        page.wait_for_timeout(1200)
        page.screenshot(path=folder / f"{name}.png")
        print(folder / f"{name}.png", flush=True)

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
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots"))
