"""The chart component alone in a real browser; skips where there is no chromium, but not in CI."""

from pathlib import Path

import plotly
import pytest
from playwright.sync_api import expect

import stylecore.ui.components
from tests.support.browser import SECOND

FOLDER = Path(stylecore.ui.components.__file__).parent
PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
MOUNT = """async (code) => {
    const component = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))
    window.chosen = []
    window.update = (x) => component.default({
        data: { figure: { data: [{ x: [x], y: [1], mode: "markers", marker: { size: 30 } }], layout: {} },
                options: {}, live: false, height: 300, alt: "A chart", plotly: "", frames: [] },
        parentElement: document.body,
        setTriggerValue: (name, value) => window.chosen.push([name, value]),
    })
}"""


def script(name):
    """A component's JavaScript, as its one module."""
    return "\n".join((FOLDER / f"{part}.js").read_text(encoding="utf-8") for part in ("words", name))


@pytest.fixture
def page(browser):
    page = browser.new_page()
    faults = []
    page.on("pageerror", lambda fault: faults.append(str(fault)))
    page.set_content((FOLDER / "chart.html").read_text(encoding="utf-8"))
    page.add_script_tag(path=PLOTLY)
    page.evaluate(MOUNT, script("chart"))
    yield page
    page.close()
    assert faults == []


@pytest.mark.parametrize("turns", [0, 1, 4, 100])
def test_an_update_that_another_overtakes_takes_no_clicks_away(page, turns):
    """As streamlit does with two quick updates: it ends the first whenever its promise comes back."""
    page.evaluate(
        """async (turns) => {
            const ended = update(7)
            update(8)
            for (let turn = 0; turn < turns; turn++) await null
            ended()
        }""",
        turns,
    )
    page.locator(".point").wait_for()
    click_middle_of_point(page)
    page.wait_for_function("chosen.length === 1")
    assert page.evaluate("chosen") == [["step", 8]]


def test_a_chart_that_leaves_while_it_is_drawn_breaks_nothing(page):
    page.evaluate("() => { const ended = update(7); document.querySelector('.plot').remove(); ended() }")
    page.wait_for_timeout(SECOND / 2)
    expect(page.locator(".point")).to_have_count(0)


def test_a_file_that_cannot_be_made_is_told_and_the_others_can_still_be(page):
    page.set_content('<div class="st-key-curve"><div class="plot"></div></div><section></section>')
    page.add_script_tag(path=PLOTLY)
    page.evaluate(
        """async ([html, code]) => {
            await Plotly.newPlot(document.querySelector(".plot"), [{ x: [1, 2], y: [1, 2] }], { height: 300 })
            const section = document.querySelector("section")
            section.innerHTML = html
            const component = await import(URL.createObjectURL(new Blob([code], { type: "text/javascript" })))
            const data = { chart: "curve", name: "curve", title: "", plotly: "http://127.0.0.1:9/", options: {},
                words: { trouble: "It could not be made." } }
            component.default({ data, parentElement: section })
        }""",
        [(FOLDER / "take_home.html").read_text(encoding="utf-8"), script("take_home")],
    )
    trouble = page.get_by_text("It could not be made.")
    page.get_by_role("button", name="HTML").click()
    expect(trouble).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("button", name="SVG").click()
    assert download.value.suggested_filename == "curve.svg"
    expect(trouble).to_have_count(0)


def click_middle_of_point(page):
    page.wait_for_timeout(SECOND / 2)  # the chart takes its place
    box = page.locator(".point").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
