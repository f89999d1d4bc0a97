"""How fast the machine is said to be."""

import itertools

import pytest

from stylecore.config import TransferConfig
from stylecore.engine.throughput import ThroughputEstimator, measure_throughput
from stylecore.imaging.files import read
from stylecore.imaging.images import decode
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.preparation import prepare
from stylecore.transfer.stylize import stylize


def test_the_measured_throughput_is_that_of_a_run(vgg):
    config = TransferConfig(size=160, steps=10)
    content, style = prepare(
        decode(read(sample_contents()["Chelsea"])), decode(read(sample_styles()["Swirling night"])), config
    )
    seconds = [step.seconds for step in stylize(vgg, content, style, config)]
    fastest = min(after - before for before, after in itertools.pairwise(seconds))
    per_pixel = fastest / (160 * 106)
    assert (
        per_pixel / 4 < measure_throughput(vgg).of(160 * 106) < per_pixel * 4
    )  # catches a wrong unit, not a busy machine


def test_the_throughput_is_known_apart_for_each_size():
    throughput = ThroughputEstimator()
    assert throughput.of(10_000) is None
    throughput.learn(10_000, 0.02)
    assert throughput.of(1_000_000) == pytest.approx(2e-6)  # the nearest that is known
    for _ in range(200):
        throughput.learn(1_000_000, 1.0)
    assert throughput.of(900_000) == pytest.approx(1e-6, rel=1e-3)
    assert throughput.of(9_000) == pytest.approx(2e-6)
    throughput.learn(10_000, 0.04)
    assert throughput.of(10_000) == pytest.approx(2.1e-6)  # a twentieth of the way
