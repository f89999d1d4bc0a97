"""Figures as somebody reads them: their sentences in a language, their numbers with its signs; pure.

A figure is made in English, as its tables and files have it, and becomes another language's only where it is drawn.
"""

from __future__ import annotations

from typing import Any

from stylecore.charts.style import OPTIONS, Figure
from stylecore.language import ENGLISH, Sentence, separators, translated

PLOTLY_WORDS = (
    Sentence("Zoom"),
    Sentence("Pan"),
    Sentence("Zoom in"),
    Sentence("Zoom out"),
    Sentence("Autoscale"),
    Sentence("Reset axes"),
    Sentence("Box Select"),
    Sentence("Lasso Select"),
    Sentence("Double-click to zoom back out"),
    Sentence("Double-click on legend to isolate one trace"),
)


def as_read(figure: Figure, language: str) -> Figure:
    """A figure in a language.

    Args:
        figure: with `Sentence`s where it has words.
        language: one of `language.languages`.

    Returns:
        The same figure in English, else a translated copy.
    """
    if language == ENGLISH:
        return figure
    read: Figure = _translated(figure, language)
    return {**read, "layout": {**read["layout"], "separators": "".join(separators(language))}}


def options_for(language: str) -> dict[str, Any]:
    """What plotly.js is told besides the figure, with the words of its own buttons in a language."""
    if language == ENGLISH:
        return OPTIONS
    words = {str(word): translated(word, language) for word in PLOTLY_WORDS}
    return {**OPTIONS, "locale": language, "locales": {language: {"dictionary": words}}}


def _translated(value: Any, language: str) -> Any:  # noqa: ANN401  # whatever plotly.js takes
    if isinstance(value, Sentence):
        return translated(value, language)
    if isinstance(value, dict):
        return {name: _translated(entry, language) for name, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_translated(entry, language) for entry in value]
    return value
