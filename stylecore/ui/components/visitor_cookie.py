"""The cookie that recognises a visitor after a reload."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stylecore.ui.components.mounting import component, when_sent

_VISITOR = component("visitor")


def remember_visitor(name: str, value: str, days: int, on_other: Callable[[Any], object]) -> None:
    """Sets the cookie in the browser, unless another tab has set it meanwhile.

    Args:
        name: of the cookie.
        value: of the cookie.
        days: for which the browser keeps it from today on; 0 until it is closed.
        on_other: gets the value that another tab has set, before the page runs again; it may be anything.
    """
    key = "visitor_cookie"
    data = {"name": name, "value": value, "days": days}
    _VISITOR(key=key, data=data, on_other_change=when_sent(key, "other", on_other))
