"""What the pictures of a run are called, for people."""

from __future__ import annotations

from stylecore.imaging.inputs import Inputs


def style_names(inputs: Inputs) -> str:
    """The name of the style, or of all of them in one line."""
    *names, last = (style.name for style in inputs.styles)
    return f"{', '.join(names)} and {last}" if names else last
