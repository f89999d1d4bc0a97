"""Our own components: a viewer, a gallery, a chart, and the cookie that knows a visitor again.

Each is plain HTML, CSS and JavaScript in a file beside this one, mounted by streamlit's components v2; they ask nothing
of any network but this server.
"""

from __future__ import annotations

import base64
import logging
import secrets
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import plotly
import streamlit as st

from stylecore.charts.losses import OPTIONS, Figure
from stylecore.imaging.files import write_whole

_log = logging.getLogger(__name__)
_FOLDER = Path(__file__).parent
_STATIC = _FOLDER.parents[2] / "static"  # what streamlit serves beside app.py


def _component(name: str, *, isolated: bool = True) -> Any:  # noqa: ANN401  # streamlit's own type is not public
    def part(kind: str) -> str | None:
        file = _FOLDER / f"{name}.{kind}"
        return f"{file.read_text(encoding='utf-8')}\n" if file.exists() else None

    return st.components.v2.component(
        f"stylecore_{name}", html=part("html"), css=part("css"), js=part("js"), isolate_styles=isolated
    )


_VIEWER = _component("viewer")
_GALLERY = _component("gallery")
_CHART = _component("chart", isolated=False)  # Plotly puts its styles into the page
_SCRUBBER = _component("scrubber")
_GRID = _component("grid")
_NETWORK = _component("network")
_MATRIX = _component("matrix")
_VISITOR = _component("visitor")


def _told(key: str, event: str) -> Any:  # noqa: ANN401  # whatever a browser sends
    """What a component's event says; None if the browser has sent the event without its component's state."""
    return getattr(st.session_state.get(key), event, None)


def _told_in_turn(key: str, event: str, word: str) -> Any:  # noqa: ANN401  # whatever a browser sends
    """What is under a word of an event whose component numbers its choices; takes note of the number."""
    match _told(key, event):
        case {"turn": int(number), **said}:
            st.session_state[f"{key}_turn"] = number
            return said.get(word)
    return None


def _heard(key: str) -> dict[str, Any]:
    """Number of the last choice that came from a component that numbers them; another session begins to count anew."""
    session = st.session_state.setdefault("component_session", secrets.token_hex(4))
    return {"turn": st.session_state.get(f"{key}_turn", 0), "session": session}


class Cover(TypedDict):
    """The chosen picture, shown larger above a gallery."""

    url: str
    alt: str
    caption: str


class Item(TypedDict):
    """One picture of a gallery."""

    id: str
    label: str
    url: str
    note: str


def data_url(data: bytes, kind: str = "jpeg") -> str:
    """Image bytes as an address that a page can show."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def viewer(
    after: bytes,
    size: tuple[int, int],
    *,
    key: str,
    alt: str,
    caption: str = "",
    before: bytes | None = None,
    before_label: str = "",
    after_label: str = "",
    arrival: str = "",
) -> None:
    """Shows a picture, and another one to compare it with.

    Args:
        after: JPEG bytes.
        size: width and height at the original size.
        key: streamlit's.
        alt: what the picture is, for those who don't see it.
        caption: a line below.
        before: JPEG bytes of the same shape.
        before_label: what `before` is.
        after_label: what `after` is.
        arrival: when this changes, a phone scrolls to the picture.
    """
    _VIEWER(
        key=key,
        data={
            "after": data_url(after),
            "before": data_url(before) if before else None,
            "alt": alt,
            "before_alt": before_label,
            "before_label": before_label,
            "after_label": after_label,
            "caption": caption,
            "arrival": arrival,
            "width": size[0],
            "height": size[1],
        },
    )


def gallery(
    items: Sequence[Item],
    selected: str | None,
    *,
    key: str,
    label: str,
    on_choice: Callable[[str], object],
    side: int = 44,
    cover: Cover | None = None,
) -> None:
    """Shows small pictures to choose from; `on_choice` gets the id of the chosen one before the page runs again."""

    def chosen() -> None:
        choice = _told(key, "chosen")
        if any(item["id"] == choice for item in items):  # whatever the browser says
            on_choice(choice)

    data = {"items": items, "selected": selected, "label": label, "side": side, "cover": cover}
    _GALLERY(key=key, data=data, on_chosen_change=chosen)


def chart(
    figure: Figure,
    *,
    key: str,
    alt: str,
    live: bool,
    frames: Sequence[tuple[int, bytes]] = (),
    on_step: Callable[[float], object],
    height: int = 330,
) -> None:
    """Shows a Plotly figure over steps.

    Args:
        figure: data and layout.
        key: streamlit's.
        alt: what the chart says, for those who don't see it.
        live: whether it is still growing.
        frames: (step, JPEG bytes): small pictures shown where the pointer is.
        on_step: gets the step that was clicked, or the point's own number, before the page runs again.
        height: pixels.
    """

    def clicked() -> None:
        step = _told(key, "step")
        if isinstance(step, (int, float)) and abs(step) < 10**9:
            on_step(step)

    data = {
        "figure": figure,
        "frames": [(step, data_url(picture)) for step, picture in frames],
        "live": live,
        "height": height,
        "alt": alt,
        "plotly": plotly_address(),
        "options": OPTIONS,
    }
    _CHART(key=key, data=data, on_step_change=clicked, height=height)


class Scrubbed(TypedDict):
    """One picture of a scrubber."""

    lam: float
    url: str
    colour: str
    note: str


def scrubber(
    pictures: Sequence[Scrubbed],
    selected: float,
    size: tuple[int, int],
    *,
    key: str,
    alt: str,
    on_choice: Callable[[float], object],
) -> None:
    """Shows the picture of one λ, and a slider over all of them.

    Args:
        pictures: by rising λ; at least one.
        selected: the λ to show.
        size: width and height of each, for their shape.
        key: streamlit's.
        alt: what the pictures are, λ aside.
        on_choice: gets the λ that was chosen, before the page runs again.
    """

    def chosen() -> None:
        choice = _told_in_turn(key, "chosen", "lam")
        if any(picture["lam"] == choice for picture in pictures):
            on_choice(choice)

    data = {
        "pictures": pictures,
        "selected": selected,
        "heard": _heard(key),
        "alt": alt,
        "width": size[0],
        "height": size[1],
    }
    _SCRUBBER(key=key, data=data, on_chosen_change=chosen)


class Column(TypedDict):
    """A column of a grid."""

    label: str
    colour: str


class GridCell(TypedDict):
    """One picture of a grid, or the place for it."""

    id: str
    url: str
    note: str


class Row(TypedDict):
    """A row of a grid."""

    label: str
    cells: list[GridCell]


def grid(
    columns: Sequence[Column],
    rows: Sequence[Row],
    selected: str,
    *,
    key: str,
    label: str,
    on_choice: Callable[[str], object],
) -> None:
    """Shows pictures in rows and columns with headings; `on_choice` gets the id of the one that was clicked."""

    def chosen() -> None:
        choice = _told(key, "chosen")
        if any(cell["id"] == choice for row in rows for cell in row["cells"]):
            on_choice(choice)

    data = {"columns": columns, "rows": rows, "selected": selected, "label": label}
    _GRID(key=key, data=data, on_chosen_change=chosen)


class LayerBox(TypedDict):
    """One layer in a drawing of the network."""

    name: str
    note: str
    hint: str
    height: float
    width: float
    colour: str
    selected: bool


def network(layers: Sequence[LayerBox], *, key: str, label: str, on_choice: Callable[[str], object]) -> None:
    """Shows the layers of the network as boxes; `on_choice` gets the name of the one that was clicked.

    Args:
        layers: shallow to deep; height and width are shares of the largest.
        key: streamlit's.
        label: what the drawing is, for those who don't see it.
        on_choice: called before the page runs again.
    """

    def chosen() -> None:
        choice = _told(key, "chosen")
        if any(layer["name"] == choice for layer in layers):
            on_choice(choice)

    _NETWORK(key=key, data={"layers": layers, "label": label}, on_chosen_change=chosen)


def matrix(
    rows: Sequence[Sequence[int]],
    *,
    key: str,
    name: str,
    label: str,
    largest: int,
    on_change: Callable[[list[int]], object],
) -> None:
    """Shows a matrix of whole numbers from 0 on that can be changed.

    Args:
        rows: as many numbers in each.
        key: streamlit's.
        name: of the matrix, for the labels of its fields.
        label: what it is, for those who don't see it.
        largest: number that may be written.
        on_change: gets all numbers, row by row, before the page runs again.
    """
    count = sum(map(len, rows))

    def changed() -> None:
        values = _told_in_turn(key, "changed", "values")
        if isinstance(values, list) and len(values) == count and all(value in range(largest + 1) for value in values):
            on_change([int(value) for value in values])

    data = {"rows": rows, "name": name, "label": label, "largest": largest, "heard": _heard(key)}
    _MATRIX(key=key, data=data, on_changed_change=changed)


def remember_visitor(name: str, value: str) -> None:
    """Sets the cookie that knows the visitor again after a reload."""
    _VISITOR(key="visitor_cookie", data={"name": name, "value": value})


def plotly_address() -> str:
    """Where this server serves the installed package's plotly.js, copied once to where streamlit looks for files."""
    try:
        return _copied_plotly()
    except OSError:
        _log.exception("plotly.js could not be copied to %s: charts stay empty until it can", _STATIC)
        return ""  # the chart says so in a sentence


@cache  # what was copied; a disk that is full is tried again
def _copied_plotly() -> str:
    source = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    target = _STATIC / f"plotly-{plotly.__version__}.min.js"
    if not target.exists() or target.stat().st_size != source.stat().st_size:
        target.parent.mkdir(exist_ok=True)
        write_whole(target, source.read_bytes())
    return f"app/static/{target.name}"
