"""The figures of bench that a toy network has as well."""

from stylecore.cli import bench
from stylecore.config import TransferConfig
from stylecore.transfer.statistics import DESCRIPTIONS


def test_the_cost_of_each_description_is_told_against_gram(toy, tensors, monkeypatch):
    monkeypatch.setattr(bench, "ROUNDS", 3)
    layers = (("relu1_1", 1.0),)
    config = TransferConfig(content_layers=layers, style_layers=layers, precision="float32", lbfgs_memory=1)
    ratios = bench._descriptions(toy, *tensors, config)
    assert list(ratios) == [name for name in DESCRIPTIONS if name != "gram"]
    assert ratios["sliced"] > 1  # it sorts every row
