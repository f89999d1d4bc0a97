"""The numbers of charts as files: read back by what other people read them with."""

import csv
import io
import json

import pytest

from stylecore.charts.comparison import balance_figure
from stylecore.charts.insight import difference_figure, trajectory_figure
from stylecore.charts.loss_table import Run, loss_table
from stylecore.charts.losses import loss_figure
from stylecore.charts.tables import Curve, Table, figure_table, to_csv, to_json
from stylecore.config import SETTINGS, TransferConfig
from stylecore.settings import layers_from_text
from tests.support.losses import loss_history, loss_record

LONG = loss_history(1000)  # of which a chart draws a part
ADAM = TransferConfig(optimizer="adam", statistic="gram+moments", size=64, style_layers=(("relu1_1", 0.1),))
TABLE = loss_table([Run(TransferConfig(), LONG, 0), Run(ADAM, loss_history(2), 0)])


def rows_of(data):
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_every_step_and_every_digit_is_in_the_csv():
    rows = rows_of(to_csv(TABLE))
    assert [int(row["step"]) for row in rows] == [*range(1000), 0, 1]
    for row, record in zip(rows, LONG + loss_history(2), strict=True):
        found = [float(row[f"{term}_loss"]) for term in ("content", "style", "total")]
        assert found == [record.content[0], record.style[0], record.total[0]]
        assert float(row["style_loss_relu2_1"]) == record.style_layers["relu2_1"][0]
        assert float(row["lambda"]) == record.lambdas[0]


def test_settings_are_columns_that_make_the_run_again():
    row = rows_of(to_csv(TABLE))[-1]
    values = {name: row[f"{name}_pixels" if name == "size" else name] for name in SETTINGS if name != "lambdas"}
    found = TransferConfig.from_dict({name: SETTINGS[name].from_text(text) for name, text in values.items()})
    assert found == ADAM
    assert layers_from_text(row["style_layers"]) == ADAM.style_layers


def test_json_has_settings_as_they_are_and_says_what_each_column_holds():
    content = json.loads(to_json(TABLE, "Losses"))
    assert content["title"] == "Losses"
    lbfgs, adam = content["curves"]
    assert lbfgs["values"]["total_loss"] == [record.total[0] for record in LONG]
    settings = {"size" if name == "size_pixels" else name: value for name, value in adam["settings"].items()}
    assert TransferConfig.from_dict(settings) == ADAM
    named = {*adam["settings"], *adam["values"]} - {"content_loss_relu4_2", "style_loss_relu1_1", "style_loss_relu2_1"}
    assert named <= set(content["columns"])


def test_pandas_reads_the_csv_as_it_is():
    pandas = pytest.importorskip("pandas")
    frame = pandas.read_csv(io.BytesIO(to_csv(TABLE)))
    assert frame.groupby("optimizer").size().to_dict() == {"lbfgs": 1000, "adam": 2}
    assert frame["total_loss"].tolist()[:1000] == [record.total[0] for record in LONG]
    assert frame.dtypes["step"].kind == "i"
    assert {frame.dtypes[name].kind for name in ("lambda", "content_loss", "learning_rate")} == {"f"}


def test_the_newest_step_alone():
    table = loss_table([Run(ADAM, LONG, 0), Run(ADAM, [], 0)], newest=True)
    assert [row["step"] for row in rows_of(to_csv(table))] == ["999"]


def test_a_picture_of_a_batch_has_its_own_losses_and_a_steered_one_its_own_lambdas():
    one, other = loss_record(0, lam=0.2), loss_record(1, lam=0.7, content=0.4)
    table = loss_table([Run(ADAM, [one, other], 0)])
    assert table.curves[0].values["lambda"] == [0.2, 0.7]


@pytest.mark.parametrize(
    ("figure", "names", "count"),
    [
        (loss_figure(loss_history(5), steps=4), ["step", "loss", "curve", "layer"], 15),
        (
            trajectory_figure([(0, 1.5, ((0.0,),)), (9, 0.5, ((0.0,),))], 0),
            ["step", "distance_from_the_style", "layer"],
            2,
        ),
        (difference_figure(((1.0, -2.0), (3.0, 4.0)), (7, 9), 4.0), ["row", "column", "value", "matrix", "layer"], 4),
        (balance_figure({"start": (0.0, 1.0, None)}, ("λ", "L(λ)")), ["λ", "l_λ", "curve", "layer"], 2),
    ],
)
def test_any_figure_is_a_table_of_what_it_shows(figure, names, count):
    rows = rows_of(to_csv(figure_table(figure, {"layer": "relu1_1"})))
    assert list(rows[0]) == names
    assert len(rows) == count
    assert {row["layer"] for row in rows} == {"relu1_1"}


def test_cells_of_a_heat_map_keep_their_places():
    rows = rows_of(to_csv(figure_table(difference_figure(((1.0, -2.0), (3.0, 4.0)), (7, 9), 4.0), {})))
    assert [(row["row"], row["column"], float(row["value"])) for row in rows] == [
        ("7", "7", 1.0),
        ("7", "9", -2.0),
        ("9", "7", 3.0),
        ("9", "9", 4.0),
    ]


def test_curves_with_other_columns_leave_gaps_and_no_number_is_no_json():
    table = Table([Curve({"a": 1}, {"x": [1.0, float("inf")]}), Curve({"b": "two, three"}, {"y": [None]})])
    assert rows_of(to_csv(table)) == [
        {"x": "1.0", "y": "", "a": "1", "b": ""},
        {"x": "inf", "y": "", "a": "1", "b": ""},
        {"x": "", "y": "", "a": "", "b": "two, three"},
    ]
    assert json.loads(to_json(table, ""))["curves"][0]["values"] == {"x": [1.0, None]}
    assert to_csv(Table([])) == b"\n"
