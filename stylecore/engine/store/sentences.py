"""Sentences as plain values, so that they can still be said in another language after a start."""

from __future__ import annotations

from typing import Any

from stylecore.language import Sentence


def sentence_to_plain(text: str) -> Any:  # noqa: ANN401  # whatever JSON has
    """A text as a plain value; a `Sentence` keeps its template and its values."""
    if not isinstance(text, Sentence):
        return text
    values = {name: _value_to_plain(value) for name, value in text.values.items()}
    return {"template": text.template, "many": text.many, "values": values}


def sentence_from_plain(plain: Any) -> str:  # noqa: ANN401
    """The text of `sentence_to_plain`."""
    if isinstance(plain, str):
        return plain
    values = {name: _value_from_plain(value) for name, value in plain["values"].items()}
    return Sentence(plain["template"], plain["many"], **values)


def _value_to_plain(value: object) -> object:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return sentence_to_plain(value if isinstance(value, str) else str(value))


def _value_from_plain(plain: object) -> object:
    return sentence_from_plain(plain) if isinstance(plain, (str, dict)) else plain
