"""The scripts of the brush, in a browser without the app: what they paint, and what they say and hear of it."""

import base64
import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylecore.ui import components
from stylecore.ui.components.brush import WORDS
from tests.support.browser import PATIENCE

FOLDER = Path(components.__file__).parent
PARTS = ("words", "brush_mask", "brush_view", "brush", "brush_drawing", "brush_input")
SCRIPT = "\n".join((FOLDER / f"{name}.js").read_text() for name in PARTS)
WIDTH, HEIGHT = 60, 40
LAYERS = [{"id": id, "label": id, "colour": "#ff0000", "url": "", "stamp": "none", "empty": ""} for id in ("a", "b")]


class Board:
    """A brush, with what it has sent."""

    def __init__(self, page):
        self.page = page
        self.data = {
            "width": WIDTH,
            "height": HEIGHT,
            "label": "",
            "active": "a",
            "layers": LAYERS,
            "words": {**WORDS, "percent": "%"},
        }
        self.data["photograph"] = url(np.full((HEIGHT, WIDTH), 128, np.uint8))
        page.set_content(f"<style>{(FOLDER / 'brush.css').read_text()}</style><main style='width: 600px'></main>")
        page.evaluate(
            "async (code) => {"
            " window.sent = []; window.draw ="
            " (await import(URL.createObjectURL(new Blob([code], { type: 'text/javascript' })))).default }",
            SCRIPT,
        )
        self.mount()

    def mount(self, turn=0, **changes):
        """As streamlit does when it draws the element anew."""
        self.page.evaluate("html => { document.querySelector('main').innerHTML = html }", _html())
        self.hear(turn, **changes)

    def hear(self, turn, **changes):
        """What the page says: the number of the newest message that it has heard, and other masks."""
        layers = [{**layer, **changes.get(layer["id"], {})} for layer in LAYERS]
        data = {**self.data, "layers": layers, "heard": {"turn": turn, "session": "s"}}
        self.page.evaluate(
            "data => window.draw({ data, parentElement: document.querySelector('main').firstChild,"
            " setTriggerValue: (_, value) => window.sent.push(value) })",
            data,
        )

    def stroke(self, *points):
        """Points as shares of width and height."""
        box = self.page.locator(".frame").bounding_box()
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place)
        self.page.mouse.up()

    def press(self, name):
        self.page.get_by_role("button", name=name, exact=True).click()

    @property
    def sent(self):
        """The messages, with masks as arrays."""
        return [
            (message["turn"], {id: pixels(mask) for id, mask in message["painting"]["masks"].items()})
            for message in self.page.evaluate("window.sent")
        ]

    @property
    def state(self):
        return self.page.locator(".state").inner_text()


def _html():
    return f"<div>{(FOLDER / 'brush.html').read_text()}</div>"


def url(array):
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def pixels(address):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("L"))


@pytest.fixture
def board(browser):
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Board(page)
    page.close()
    assert not errors


def capsule(start, end, radius, softness):
    """What a stroke paints, by the formula: a smooth step from the inner to the outer bound."""
    y, x = np.mgrid[:HEIGHT, :WIDTH] + 0.5
    (x0, y0), (x1, y1) = start, end
    along = np.clip(((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2), 0, 1)
    far = np.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
    outer = radius + 0.5
    inner = min(radius * (1 - softness), outer - 1)
    inside = np.clip((outer - far) / (outer - inner), 0, 1)
    return 255 * inside**2 * (3 - 2 * inside)


def test_a_stroke_is_a_line_with_a_soft_edge_that_stays_soft_when_it_is_painted_again(board):
    board.page.locator(".size").fill("50")
    board.page.locator(".softness").fill("60")
    line = (0.25, 0.5), (0.75, 0.5)
    board.stroke(*line)
    expected = capsule((0.25 * WIDTH, 0.5 * HEIGHT), (0.75 * WIDTH, 0.5 * HEIGHT), 0.25 * WIDTH / 2, 0.6)
    ((turn, masks),) = board.sent
    assert (turn, set(masks)) == (1, {"a"})
    assert np.abs(masks["a"] - expected).max() < 12  # the pointer is at whole pixels of the screen
    for _ in range(3):
        board.stroke(*line)
    assert np.array_equal(board.sent[-1][1]["a"], masks["a"])
    board.press("Erase")
    board.stroke(*line)
    assert board.sent[-1][1]["a"].min() == 0
    assert board.sent[-1][1]["a"].max() < 70  # where both edges are half
    for _ in range(5):
        board.press("Undo")
    assert not board.sent[-1][1]["a"].any()
    board.press("Redo")
    assert np.array_equal(board.sent[-1][1]["a"], masks["a"])


def test_a_late_answer_undoes_nothing_and_a_mask_of_the_page_s_own_can_be_undone(board):
    board.stroke((0.2, 0.2), (0.4, 0.2))
    board.hear(0)
    painted = board.state
    board.stroke((0.2, 0.6), (0.4, 0.6))
    board.hear(1, a={"url": url(np.zeros((HEIGHT, WIDTH), np.uint8)), "stamp": "s-1"})
    both = board.state
    assert both != painted
    board.hear(2, a={"url": "data:,", "stamp": "s-2"})  # its own: it is not looked at
    assert board.state == both
    board.hear(2, a={"url": url(np.full((HEIGHT, WIDTH), 255, np.uint8)), "stamp": "other"})
    board.page.get_by_text("100% of").wait_for()
    board.press("Undo")
    assert board.state == both


def test_of_two_messages_that_come_fast_the_second_has_what_the_first_one_had(board):
    board.stroke((0.2, 0.2), (0.4, 0.2))
    board.page.locator("input[value=b]").check(force=True)
    board.stroke((0.2, 0.6), (0.4, 0.6))
    assert [set(masks) for _, masks in board.sent] == [{"a"}, {"a"}, {"a", "b"}]
    board.data["active"] = "b"
    board.hear(3, a={"stamp": "s-3"}, b={"stamp": "s-3"})
    board.stroke((0.6, 0.6), (0.8, 0.6))
    assert set(board.sent[-1][1]) == {"b"}


def test_what_was_not_heard_when_the_brush_is_drawn_anew_is_said_again(board):
    board.stroke((0.2, 0.2), (0.4, 0.2))
    painted = board.state
    board.mount(0)
    assert board.state == painted
    assert [(turn, set(masks)) for turn, masks in board.sent] == [(1, {"a"}), (2, {"a"})]
    board.hear(2, a={"stamp": "s-2"})
    board.mount(2, a={"stamp": "s-2"})
    assert (board.state, len(board.sent)) == (painted, 2)
    board.press("Undo")
    assert not board.sent[-1][1]["a"].any()


def test_the_photograph_is_zoomed_about_the_pointer_and_moved_no_further_than_its_edges(board):
    box = board.page.locator(".frame").bounding_box()
    board.page.mouse.move(box["x"] + 10, box["y"] + 10)
    board.page.keyboard.down("Control")
    for _ in range(10):
        board.page.mouse.wheel(0, -300)
    board.page.keyboard.up("Control")
    board.page.wait_for_function("document.querySelector('.sheet').style.transform.includes('scale(8)')")
    board.page.locator(".softness").fill("0")
    board.stroke((0.05, 0.05), (0.1, 0.05))
    near = board.sent[-1][1]["a"]
    assert near[: HEIGHT // 4, : WIDTH // 4].any()
    assert not near[HEIGHT // 2 :].any()
    board.press("Move")
    board.stroke((0.1, 0.1), (0.9, 0.9))
    assert "translate(0px, 0px)" in board.page.locator(".sheet").get_attribute("style")
    board.press("Whole")
    assert "scale(1)" in board.page.locator(".sheet").get_attribute("style")
