"""Components that show pictures: one to compare, a gallery, a grid, and a slider over several.

Streamlit keeps the callbacks of a page until the tab is closed, also of widgets that are no longer there. So they hold
ids alone: a picture in a callback would outlive its removal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypedDict

from stylecore.language import _, reader
from stylecore.ui.components.mounting import component, data_url, last_event, when_sent, when_sent_numbered

_VIEWER = component("viewer", "words", "viewer")
_GALLERY = component("gallery")
_GRID = component("grid")
_SCRUBBER = component("scrubber", "words", "scrubber")
_MIX_STRIP = component("mix_strip")


class Cover(TypedDict):
    """The chosen picture, shown larger above a gallery."""

    url: str
    alt: str
    caption: str
    size: str


class Item(TypedDict):
    """One picture of a gallery."""

    id: str
    label: str
    url: str
    note: str


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


class Part(TypedDict):
    """One picture of a mix, its share, from 0 to 1, and what stands on it."""

    url: str
    share: float
    label: str


class Scrubbed(TypedDict):
    """One picture of a scrubber."""

    lam: float
    url: str
    colour: str
    note: str


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
    field: str = "",
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
        field: key of the field for files that takes what is dropped onto the picture; empty for none.
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
            "field": field,
            "width": size[0],
            "height": size[1],
            "words": {
                "compare": _("Before / after"),
                "actual": _("Original size"),
                "large": _("Large view"),
                "close": _("Close"),
                "boundary": _(
                    "Boundary between {before} and {after}, in percent", before=before_label, after=after_label
                )
                if before
                else "",
            },
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
    wall: bool = False,
    pinned: bool = False,
) -> None:
    """Shows small pictures to choose from, in one strip.

    Args:
        items: the pictures.
        selected: id of the chosen one; None for none.
        key: streamlit's.
        label: what the pictures are, for those who don't see them.
        on_choice: gets the id of the chosen one before the page runs again.
        side: pixels of the width of each; they are squares.
        cover: the chosen picture, shown larger above; None for none.
        wall: whether they stand in several lines, at least so wide, and by 3 : 2 as high, with a note of several lines.
        pinned: whether the first picture stays in sight, however far the strip is moved.
    """
    ids = [item["id"] for item in items]

    def choose(choice: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if choice in ids:
            on_choice(choice)

    data = {
        "items": items,
        "selected": selected,
        "label": label,
        "side": side,
        "cover": cover,
        "wall": wall,
        "pinned": pinned,
    }
    _GALLERY(key=key, data=data, on_chosen_change=when_sent(key, "chosen", choose))


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
    ids = [cell["id"] for row in rows for cell in row["cells"]]

    def choose(choice: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if choice in ids:
            on_choice(choice)

    data = {"columns": columns, "rows": rows, "selected": selected, "label": label, "empty": _("no picture yet")}
    _GRID(key=key, data=data, on_chosen_change=when_sent(key, "chosen", choose))


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
    lambdas = [picture["lam"] for picture in pictures]

    def choose(choice: Any) -> None:  # noqa: ANN401  # whatever a browser sends
        if choice in lambdas:
            on_choice(choice)

    data = {
        "pictures": pictures,
        "selected": selected,
        "heard": last_event(key),
        "alt": alt,
        "width": size[0],
        "height": size[1],
        "language": reader(),
        "words": {
            "picture": _("{alt}, λ = {lam}"),
            "exact": _("λ = {lam}{note}"),
            "nearest": _("λ = {lam} is not computed: this is the nearest, λ = {nearest}{note}"),
            "tick": _("Show λ = {lam}"),
        },
    }
    _SCRUBBER(key=key, data=data, on_chosen_change=when_sent_numbered(key, "chosen", "lam", choose))


def mix_strip(parts: Sequence[Part], *, key: str, label: str) -> None:
    """Shows pictures in one strip, each as wide as its share; `label` says it for those who don't see it."""
    _MIX_STRIP(key=key, data={"parts": parts, "label": label})
