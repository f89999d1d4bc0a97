"""What tells the browser in which language a page is, and the words that Streamlit's own parts shall have in it."""

from __future__ import annotations

from stylecore.language import Sentence, _
from stylecore.ui.components.mounting import component

_PAGE_LANGUAGE = component("page_language")
_WORDS = {  # of Streamlit's, where page.css puts them
    "upload": Sentence("Upload"),
    "take-photo": Sentence("Take photo"),
    "clear-photo": Sentence("Clear photo"),
    "apply": Sentence("Press Enter to apply"),
}


def page_speaks(language: str) -> None:
    """Sets `<html lang>` to the code of a language, for screen readers and the browser's own translation."""
    words = {name: _(word) for name, word in _WORDS.items()}
    _PAGE_LANGUAGE(key="page_language", data={"language": language, "words": words})
