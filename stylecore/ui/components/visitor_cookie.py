"""The cookie that recognises a visitor after a reload."""

from __future__ import annotations

from stylecore.ui.components.mounting import component

_VISITOR = component("visitor")


def remember_visitor(name: str, value: str) -> None:
    """Sets the cookie in the browser.

    Args:
        name: of the cookie.
        value: the visitor's name.
    """
    _VISITOR(key="visitor_cookie", data={"name": name, "value": value})
