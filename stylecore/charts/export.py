"""Figures as a file to keep."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.io

from stylecore.charts.style import OPTIONS, Figure

HEIGHT = 480  # pixels of a figure


def to_html(figures: Mapping[str, Figure]) -> bytes:
    """Makes a page of interactive figures; plotly.js is inside, so that it needs no network.

    Args:
        figures: by the heading above each.

    Returns:
        HTML in UTF-8.
    """
    parts: list[str] = []
    for heading, figure in figures.items():
        whole = {**figure, "layout": {**figure["layout"], "paper_bgcolor": "#fff", "height": HEIGHT}}
        drawn = plotly.io.to_html(whole, full_html=False, include_plotlyjs=not parts, validate=False, config=OPTIONS)
        parts.append(f"<h2>{heading}</h2>\n{drawn}")
    head = '<!doctype html>\n<meta charset="utf-8">\n<title>Neural style transfer</title>\n'
    return (head + '<body style="font-family: sans-serif">\n' + "\n".join(parts) + "\n</body>\n").encode()
