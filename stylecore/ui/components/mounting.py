"""How a component is made from its files, and how what a browser sends for it is read."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from stylecore.ui.page_errors import guarded_callback

_FOLDER = Path(__file__).parent


def component(name: str, *scripts: str, isolated: bool = True) -> Any:  # noqa: ANN401  # streamlit's own type is not public
    """The component whose HTML, CSS and JavaScript lie beside this file.

    Args:
        name: of the files, without their endings.
        scripts: names of the JavaScript files of a component that has several; they become one module, in this order.
        isolated: whether its styles are kept apart from those of the page.
    """

    def read(kind: str, *names: str) -> str | None:
        files = [file for each in names or (name,) if (file := _FOLDER / f"{each}.{kind}").exists()]
        return "\n".join(f"{file.read_text(encoding='utf-8')}\n" for file in files) or None

    return st.components.v2.component(
        f"stylecore_{name}", html=read("html"), css=read("css"), js=read("js", *scripts), isolate_styles=isolated
    )


def data_url(data: bytes, kind: str = "jpeg") -> str:
    """Image bytes as an address that a page can show."""
    return f"data:image/{kind};base64,{base64.b64encode(data).decode()}"


def when_sent(key: str, event: str, handle: Callable[[Any], object]) -> Callable[[], None]:
    """A callback for a component's event.

    Args:
        key: of the component.
        event: its name.
        handle: gets the value that the browser sent, which may be anything; None if there was none.
    """
    return guarded_callback(lambda: handle(getattr(st.session_state.get(key), event, None)))


def when_sent_numbered(key: str, event: str, field: str, handle: Callable[[Any], object]) -> Callable[[], None]:
    """A callback for an event of a component that numbers its choices; the number is remembered for `last_event`.

    Args:
        key: of the component.
        event: its name.
        field: of the event that holds the value.
        handle: gets the value, which may be anything; None if there was none.
    """

    def read(sent: object) -> None:
        value = None
        match sent:
            case {"turn": int(number), **fields}:
                st.session_state[f"{key}_turn"] = number
                value = fields.get(field)
        handle(value)

    return when_sent(key, event, read)


def last_event(key: str) -> dict[str, Any]:
    """Number of the newest event that arrived from a component that numbers them.

    The component drops what the page says of earlier events, so that fast input is not undone by a late answer. The
    session's own name is there because a new session counts from 0 again.
    """
    session = st.session_state.setdefault("component_session", secrets.token_hex(4))
    return {"turn": st.session_state.get(f"{key}_turn", 0), "session": session}
