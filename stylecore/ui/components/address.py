"""What keeps the browser's history to one entry a page."""

from __future__ import annotations

from stylecore.ui.components.mounting import component

_ADDRESS = component("address")


def settings_replace_address() -> None:
    """Lets a change of the settings replace the address in the browser; only a page switch adds to its history."""
    _ADDRESS(key="address")
