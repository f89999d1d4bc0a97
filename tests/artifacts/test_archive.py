"""Archives: pictures in folders, and the losses as a table."""

import csv
import io
import zipfile

from stylecore.artifacts.archive import archive


def test_the_archive_has_pictures_and_losses(pictures, lambdas):
    files, history = pictures
    data = archive({"": {lam: (files[k], history, k) for k, lam in enumerate(lambdas)}})
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.namelist() == ["lambda-0.1.png", "lambda-0.5.png", "lambda-0.9.png", "losses.csv"]
        assert file.read("lambda-0.5.png") == files[1]
        rows = list(csv.DictReader(io.StringIO(file.read("losses.csv").decode())))
    assert len(rows) == 9
    assert float(rows[-1]["total_loss"]) == history[-1].total[2]
    assert [row["step"] for row in rows[:3]] == ["0", "1", "2"]


def test_the_archive_of_a_grid_tells_the_rows_apart(pictures):
    files, history = pictures
    data = archive({"max": {0.1: (files[0], history, 0)}, "average": {0.1: (files[1], history, 1)}}, "pooling")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.namelist() == ["max/lambda-0.1.png", "average/lambda-0.1.png", "losses.csv"]
        rows = list(csv.DictReader(io.StringIO(file.read("losses.csv").decode())))
    assert [row["pooling"] for row in rows] == ["max"] * 3 + ["average"] * 3
