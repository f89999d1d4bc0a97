"""What axe finds on a page."""

from axe_playwright_python.sync_playwright import Axe


def serious_faults(page):
    """Faults of accessibility that axe calls serious or critical, each with the first element that has it."""
    found = Axe().run(page).response["violations"]
    return [(fault["id"], fault["nodes"][0]["html"]) for fault in found if fault["impact"] in ("serious", "critical")]
