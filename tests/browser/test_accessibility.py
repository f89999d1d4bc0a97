"""Accessibility of the pages while something is painted, and afterwards: light and dark, in both languages."""

import pytest

from tests.support.accessibility import serious_faults
from tests.support.browser import SECOND, at_rest, visitor

PAIR = "content=Rocket&style=Embroidery"  # of which there are no finished samples
LAPTOP = {"width": 1366, "height": 768}
PAINTED = {  # by workspace: address, what is there while a picture is painted, and what once it is
    "studio": (f"?{PAIR}&size=64", ".st-key-stop", ".st-key-downloads"),
    "lab": (
        f"lambda_lab?{PAIR}&size=64&lambdas=0.2+0.8&axis=statistic&rows=Gram+matrix|Covariance",
        ".st-key-lab_grid img:visible",
        ".st-key-lab_downloads",
    ),
    "layers": (
        f"layers?{PAIR}&layers=relu1_1+relu2_1&layers_size=96",
        ".st-key-layers_grid img:visible",
        ".st-key-layers_sheet",
    ),
}


@pytest.mark.long
@pytest.mark.parametrize("workspace", PAINTED)
@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_a_serious_fault_while_it_paints_or_afterwards(browser, address, scheme, language, workspace):
    place, painting, painted = PAINTED[workspace]
    look = {"viewport": LAPTOP, "color_scheme": scheme}
    seed = f"seed={['light', 'dark'].index(scheme) * 2 + ['en', 'ru'].index(language)}"  # each paints for itself
    url = f"{address}/{place}&lang={language}&{seed}"
    with visitor(browser, f"{url}&steps=2000&layers_steps=2000", **look) as page:
        page.locator(f".st-key-run_{workspace} button").click()
        page.locator(painting).first.wait_for(timeout=90 * SECOND)
        page.wait_for_timeout(2 * SECOND)
        assert not serious_faults(page), "while it paints"
    with visitor(browser, f"{url}&steps=3&layers_steps=3", **look) as page:
        page.locator(f".st-key-run_{workspace} button").click()
        page.locator(painted).first.wait_for(timeout=90 * SECOND)
        at_rest(page)
        assert not serious_faults(page), "afterwards"
