"""What tells the browser in which language a page is: for screen readers, hyphens and the browser's own translation."""

from __future__ import annotations

from stylecore.ui.components.mounting import component

_PAGE_LANGUAGE = component("page_language")


def page_speaks(language: str) -> None:
    """Sets `<html lang>` to the code of a language."""
    _PAGE_LANGUAGE(key="page_language", data={"language": language})
