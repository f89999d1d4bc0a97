"""ZIP archives of several results: their pictures, and their losses as a table."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

from stylecore.transfer.records import LossRecord


def archive(rows: Mapping[str, Mapping[float, tuple[bytes, Sequence[LossRecord], int]]], axis: str = "row") -> bytes:
    """ZIP bytes with every picture and `losses.csv`.

    If there are several rows, each has a folder of its own, and the first column of the table says which row it is.

    Args:
        rows: by heading and λ: PNG bytes, the losses of all steps, and the index of the λ in those losses.
        axis: name of that first column: what the headings are values of.
    """
    several = len(rows) > 1
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow([axis] * several + ["lambda", "step", "content_loss", "style_loss", "total_loss"])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:  # the pictures are compressed already
        for heading, row in rows.items():
            for lam, (png, history, k) in row.items():
                file.writestr(f"{heading}/lambda-{lam:g}.png" if several else f"lambda-{lam:g}.png", png)
                writer.writerows(
                    [heading] * several + [lam, p.index, p.content[k], p.style[k], p.total[k]] for p in history
                )
        file.writestr("losses.csv", table.getvalue(), zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
