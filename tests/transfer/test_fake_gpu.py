"""Devices and shapes of a run on a GPU, where there is none: torch's fake tensors know both, and compute nothing."""

import numpy
import pytest
import torch
from PIL import Image
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode

from stylecore.config import TransferConfig
from stylecore.engine.feature_views import CalibrationQuery, FeatureMapsQuery, ShuffleQuery, StatisticsQuery
from stylecore.engine.view_pictures import ViewPictures
from stylecore.imaging.images import encode_png
from stylecore.transfer.descent import Descent
from stylecore.transfer.objective import Objective
from stylecore.transfer.records import Steering
from stylecore.transfer.styling import Style, Styling, regions_of
from stylecore.transfer.stylize import stylize
from stylecore.transfer.vgg import BUNDLED, VGG16, read_bundled


@pytest.fixture
def fake(monkeypatch):
    """VGG16 on a GPU that does not exist; every number read from it is one half."""

    def listed(tensor):
        def nest(shape):
            if shape:
                return [nest(shape[1:]) for _ in range(shape[0])]
            return True if tensor.dtype == torch.bool else 0.5 if tensor.dtype.is_floating_point else 1

        return nest(tuple(tensor.shape))

    for name, number in (("item", 0.5), ("__bool__", True), ("__float__", 0.5), ("__int__", 1)):
        monkeypatch.setattr(FakeTensor, name, lambda _, number=number: number)
    monkeypatch.setattr(FakeTensor, "tolist", listed)
    monkeypatch.setattr(FakeTensor, "numpy", lambda self: numpy.zeros(tuple(self.shape), "uint8"))
    monkeypatch.setattr(torch.autograd, "grad", lambda _total, image: (torch.rand_like(image.detach()),))
    judge = Descent.judge
    monkeypatch.setattr(Descent, "judge", lambda self, total, finite, _solved: judge(self, total, finite, False))
    state = read_bundled(BUNDLED)
    with FakeTensorMode(allow_non_fake_inputs=True):
        on_gpu = {name: torch.rand(value.shape, device="cuda") for name, value in state.items()}
        vgg = VGG16(on_gpu, (0.5, 0.5, 0.5), (1.0, 1.0, 1.0))
        vgg.mean, vgg.deviation = vgg.mean.to("cuda"), vgg.deviation.to("cuda")
        yield vgg


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"optimizer": "adam"},
        {"statistic": "covariance", "padding": "replicate", "pooling": "average"},
        {"statistic": "gram+moments"},
        {"statistic": "wasserstein"},
        {"statistic": "sliced"},
        {"init": "noise", "total_variation": 1.0},
        {"init": "style"},
        {"init": "image"},
        {"coarse_to_fine": "on", "loss_weighting": "paper"},
        {"lambdas": (1.0,), "style_layers": ()},
    ],
    ids=str,
)
def test_a_run_stays_on_its_device(fake, settings):
    config = TransferConfig(**{"size": 64, "steps": 8, "lambdas": (0.2, 0.6), **settings})
    run = stylize(fake, torch.rand(1, 3, 64, 48), torch.rand(1, 3, 40, 64), config, torch.rand(1, 3, 90, 200))
    step = next(run)
    while not step.last:
        assert step.images.device.type == "cuda"
        assert step.images.shape == (len(config.lambdas), 3, 64, 48)
        step = run.send(Steering(lambdas=(0.5,) * len(config.lambdas)) if step.index == 3 else None)
    assert step.index == 8


@pytest.mark.parametrize("statistic", ["gram", "covariance", "moments", "gram+moments", "wasserstein"])
def test_regions_stay_on_its_device_wherever_their_masks_come_from(fake, statistic):
    mask, styles = torch.rand(1, 1, 64, 48), (torch.rand(1, 3, 40, 64), torch.rand(1, 3, 64, 40))
    styling = Styling(
        styles=(Style(styles[0], torch.rand(1, 1, 40, 64)), Style(styles[1])),
        weights=(1.0, 2.0),
        regions=regions_of([((0, 1), mask), ((1,), None)], mask),
        leave=mask,
    )
    config = TransferConfig(size=64, steps=2, statistic=statistic, lambdas=(0.2, 0.6))
    run = stylize(fake, torch.rand(1, 3, 64, 48), styling, config)
    steps = [next(run), run.send(Steering(style_weights=(2.0, 1.0))), *run]
    assert [step.images.device.type for step in steps] == ["cuda"] * 3


def test_a_batch_goes_through_together(fake, monkeypatch):
    seen = []
    part = Objective._gradient
    monkeypatch.setattr(Objective, "_gradient", lambda self, x, lam: seen.append(len(x)) or part(self, x, lam))
    run = stylize(fake, torch.rand(1, 3, 64, 48), torch.rand(1, 3, 40, 64), TransferConfig(lambdas=(0.1, 0.5, 0.9)))
    next(run)
    assert seen == [3]


def answer(work):
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value


@pytest.mark.parametrize("kind", ["features", "statistics", "calibration", "shuffle"])
def test_questions_are_answered(fake, kind):
    config = TransferConfig(size=64)
    picture = encode_png(Image.new("RGB", (48, 64), "teal"))
    work = {
        "features": FeatureMapsQuery(picture, "relu2_1", config),
        "statistics": StatisticsQuery(picture, picture, picture, ((1, picture),), "relu2_1", config),
        "calibration": CalibrationQuery(picture, picture, config),
        "shuffle": ShuffleQuery(picture, "relu2_1", 3, config),
    }[kind].work(fake, ViewPictures())
    assert answer(work) is not None
    assert torch.is_grad_enabled()
