"""Figures as a file to keep."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.io

from stylecore.charts.reading import as_read, options_for
from stylecore.charts.style import Figure
from stylecore.language import ENGLISH, Sentence, translated

HEIGHT = 480  # pixels of a figure


def to_html(figures: Mapping[str, Figure], language: str = ENGLISH) -> bytes:
    """Makes a page of interactive figures; plotly.js is inside, so that it needs no network.

    Args:
        figures: by the heading above each.
        language: of its reader.

    Returns:
        HTML in UTF-8.
    """
    parts: list[str] = []
    options = options_for(language)
    for heading, figure in figures.items():
        read = as_read(figure, language)
        whole = {**read, "layout": {**read["layout"], "paper_bgcolor": "#fff", "height": HEIGHT}}
        drawn = plotly.io.to_html(whole, full_html=False, include_plotlyjs=not parts, validate=False, config=options)
        parts.append(f"<h2>{translated(heading, language)}</h2>\n{drawn}")
    title = translated(Sentence("Neural style transfer"), language)
    head = f'<!doctype html>\n<html lang="{language}">\n<meta charset="utf-8">\n<title>{title}</title>\n'
    return (head + '<body style="font-family: sans-serif">\n' + "\n".join(parts) + "\n</body>\n</html>\n").encode()
