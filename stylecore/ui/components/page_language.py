"""What tells the browser in which language a page is, and the words that Streamlit's own parts shall have in it."""

from __future__ import annotations

from stylecore.language import Sentence, _, separators
from stylecore.ui.components.mounting import component

_PAGE_LANGUAGE = component("page_language")
_WORDS = {  # of Streamlit's, where page.css puts them
    "upload": Sentence("Upload"),
    "take-photo": Sentence("Take photo"),
    "clear-photo": Sentence("Clear photo"),
    "apply": Sentence("Press Enter to apply"),
}


def page_speaks(language: str) -> None:
    """Sets `<html lang>` to the code of a language, for screen readers, and lets numbers be typed as it writes them."""
    words = {name: _(word) for name, word in _WORDS.items()}
    data = {"language": language, "words": words, "decimal": separators(language)[0]}
    _PAGE_LANGUAGE(key="page_language", data=data)
