"""What tells the browser in which language a page is, and the words that Streamlit's own parts shall have in it."""

from __future__ import annotations

from stylecore.language import Sentence, _, separators
from stylecore.ui.components.mounting import component

_PAGE_LANGUAGE = component("page_language")
_LABELS = {  # by Streamlit's own: what a screen reader says of its buttons and fields, and what an empty field says
    "Add files": Sentence("Upload"),
    "Choose an option": Sentence("Choose one"),
    "Choose options": Sentence("Choose some"),
    "Clear all": Sentence("Clear all"),
    "Clear value": Sentence("Clear value"),
    "Close": Sentence("Close"),
    "Decrement": Sentence("Decrease"),
    "Dismiss": Sentence("Close"),
    "file upload": Sentence("File to upload"),
    "Help": Sentence("Help"),
    "Increment": Sentence("Increase"),
    "Open": Sentence("Open the list"),
    "Select all": Sentence("Select all"),
    "Selected values": Sentence("What is chosen"),
}
_BEGINNINGS = {  # of labels that go on with a name, which the browser puts in
    "Help for ": Sentence("Help: {name}", name="{name}"),
    "Remove ": Sentence("Remove: {name}", name="{name}"),
}
_ENDINGS = {  # of what lists tell screen readers, which begins with a name or a number
    " option available.": Sentence("Options: {name}", name="{name}"),
    " options available.": Sentence("Options: {name}", name="{name}"),
    ", selected": Sentence("Chosen: {name}", name="{name}"),
}
_TEXTS = {  # by Streamlit's own, which can be seen
    "Clear photo": Sentence("Clear photo"),
    "Connecting": Sentence("Connecting …"),
    "Connection error": Sentence("No connection"),
    "No results": Sentence("Nothing found"),
    "Press Enter to apply": Sentence("Press Enter to apply"),
    "Skip to main content": Sentence("Skip to main content"),
    "Streamlit server is not responding. Are you connected to the internet?": Sentence(
        "The server does not answer. Check your network; the page goes on by itself as soon as the server is back."
    ),
    "Take Photo": Sentence("Take photo"),
    "Upload": Sentence("Upload"),
}


def page_speaks(language: str) -> None:
    """Makes a page one of a language: `<html lang>`, how numbers may be typed, and Streamlit's own words.

    Args:
        language: its code, one of `languages`.
    """
    data = {
        "language": language,
        "decimal": separators(language)[0],
        "labels": {words: _(word) for words, word in _LABELS.items()},
        "beginnings": {words: _(word) for words, word in _BEGINNINGS.items()},
        "endings": {words: _(word) for words, word in _ENDINGS.items()},
        "texts": {words: _(word) for words, word in _TEXTS.items()},
    }
    _PAGE_LANGUAGE(key="page_language", data=data)
