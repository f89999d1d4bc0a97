"""The numbers behind a chart, with the settings that made them, to take home as CSV or JSON; pure.

In CSV the settings are columns of their own, so that any reader takes the file as it is, and files of several charts
can be joined.
"""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from stylecore.charts.style import Figure
from stylecore.config import SETTINGS


@dataclass(frozen=True, slots=True)
class Curve:
    """Numbers of one curve.

    Attributes:
        settings: what the curve is of, by name: plain values.
        values: columns of one length, by name; None where there is no number.
    """

    settings: Mapping[str, Any]
    values: Mapping[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers of a chart.

    Attributes:
        curves: of the chart.
        meanings: what is in a column, with its unit; of those whose name does not say it.
    """

    curves: Sequence[Curve]
    meanings: Mapping[str, str] = field(default_factory=dict)


def figure_table(figure: Figure, settings: Mapping[str, Any]) -> Table:
    """The numbers that any of our figures shows: points of curves, or cells of heat maps.

    Args:
        figure: as `chart` draws it.
        settings: what it is of.
    """
    layout = figure["layout"]
    titles = [_column(layout.get(f"{side}axis", {}).get("title", {}).get("text", "")) or side for side in "xy"]
    headings = [annotation.get("text", "") for annotation in layout.get("annotations", ())]
    curves = []
    for i, trace in enumerate(figure["data"]):
        if trace.get("type") == "heatmap":
            name = headings[i] if i < len(headings) else ""
            curves.append(Curve({"matrix": name, **settings}, _cells(trace)))
        elif "x" in trace and "y" in trace:
            values = dict(zip(titles, (trace["x"], trace["y"]), strict=True))
            curves.append(Curve({**({"curve": trace["name"]} if "name" in trace else {}), **settings}, values))
    return Table(curves)


def to_csv(table: Table) -> bytes:
    """CSV in UTF-8 with one line of names; the columns of values come first, then those of settings."""
    values = list(dict.fromkeys(name for curve in table.curves for name in curve.values))
    settings = list(dict.fromkeys(name for curve in table.curves for name in curve.settings))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(values + settings)
    for curve in table.curves:
        constant = [_as_text(name, curve.settings.get(name)) for name in settings]
        for i in range(max(map(len, curve.values.values()), default=0)):
            writer.writerow([curve.values[name][i] if name in curve.values else None for name in values] + constant)
    return text.getvalue().encode()


def to_json(table: Table, title: str) -> bytes:
    """JSON in UTF-8: the title, what each column holds, and the settings and the columns of every curve."""
    curves = [
        {"settings": curve.settings, "values": {name: _finite(column) for name, column in curve.values.items()}}
        for curve in table.curves
    ]
    content = {"title": title, "columns": table.meanings, "curves": curves}
    return json.dumps(content, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _cells(heatmap: Mapping[str, Any]) -> dict[str, list[Any]]:
    """All cells of a heat map, row by row."""
    rows = list(zip(heatmap["y"], heatmap["z"], strict=True))
    return {
        "row": [row for row, values in rows for _ in values],
        "column": [column for _ in rows for column in heatmap["x"]],
        "value": [value for _, values in rows for value in values],
    }


def _column(title: str) -> str:
    """The title of an axis as the name of a column."""
    return re.sub(r"\W+", "_", title.lower()).strip("_")


def _as_text(name: str, value: object) -> object:
    """A setting as it stands in CSV: layers as people write them."""
    return SETTINGS[name].to_text(value) if name in SETTINGS and SETTINGS[name].kind == "layers" else value


def _finite(column: Sequence[Any]) -> list[Any]:
    """JSON has no word for infinity."""
    return [None if isinstance(value, float) and not math.isfinite(value) else value for value in column]
