"""What pictures are called, for people: samples in the reader's language, files as they are named."""

from __future__ import annotations

import textwrap

from stylecore.imaging.inputs import Inputs
from stylecore.language import Sentence, _


def shown(name: str) -> str:
    """A name in the reader's language where it is ours, which a `Sentence` is; a file's name as it is."""
    return _(name) if isinstance(name, Sentence) else name


def pair_name(content: str, style: str) -> str:
    """Photograph and style in one line."""
    return f"{shown(content)} · {shown(style)}"


def shortened(text: str, most: int) -> str:
    """A text of at most so many characters: its first words, of a single long one its beginning, and "…"."""
    short = textwrap.shorten(text, most, placeholder=" …")
    return f"{text[: most - 1]}…" if short == "…" else short


def painted_name(inputs: Inputs) -> str:
    """What the picture of a run is."""
    return _("{content} in the style of {styles}", content=shown(inputs.content.name), styles=style_names(inputs))


def style_names(inputs: Inputs) -> str:
    """The name of the style, or of all of them in one line."""
    *names, last = (shown(style.name) for style in inputs.styles)
    return _("{names} and {last}", names=", ".join(names), last=last) if names else last
