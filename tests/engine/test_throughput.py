"""How fast the machine is said to be."""

import itertools
from types import SimpleNamespace

import pytest

from stylecore.config import TransferConfig
from stylecore.engine import throughput as throughput_module
from stylecore.engine.throughput import ENOUGH, NEWEST, ThroughputEstimator, measure_throughput
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


@pytest.mark.parametrize("share", [1.0, 0.5])
def test_the_fastest_pass_counts_and_a_run_has_its_share_of_the_device(toy, monkeypatch, share):
    clock = itertools.accumulate(itertools.chain([0.0, 3.0, 2.0], itertools.repeat(4.0)))
    monkeypatch.setattr(throughput_module, "time", SimpleNamespace(perf_counter=lambda: next(clock)))
    assert measure_throughput(toy, 64, share).of(64 * 64) == pytest.approx(2.0 / 64**2 / share)


def test_the_throughput_is_known_apart_for_each_size():
    throughput = ThroughputEstimator()
    assert throughput.of(10_000) is None
    throughput.learn(10_000, 0.02)
    assert throughput.of(1_000_000) == pytest.approx(2e-6)  # the nearest that is known
    throughput.learn(1_000_000, 1.0)
    assert throughput.of(900_000) == pytest.approx(1e-6)
    assert throughput.of(9_000) == pytest.approx(2e-6)


def test_one_step_that_was_held_up_changes_nothing_and_a_change_of_speed_is_followed():
    throughput = ThroughputEstimator()
    for seconds in (1.0, 1.1, 1.0, 30.0, 1.2):
        throughput.learn(10**6, seconds)
    assert throughput.of(10**6) == pytest.approx(1.1e-6)
    for _ in range(NEWEST):
        throughput.learn(10**6, 4.0)
    assert throughput.of(10**6) == pytest.approx(4e-6)


@pytest.mark.parametrize("pixels", [8_000, 25_600, 60_000])
def test_what_a_busy_machine_measured_at_its_start_is_mended_by_one_real_step(pixels):
    throughput = ThroughputEstimator(25_600, 2.56)
    assert throughput.of(250_000) == pytest.approx(1e-4)
    throughput.learn(pixels, 1e-6 * pixels)
    assert throughput.of(250_000) == pytest.approx(1e-6)


def test_a_few_slow_steps_do_not_count_against_what_was_measured():
    throughput = ThroughputEstimator(10**6, 1.0)
    for _ in range(ENOUGH - 1):
        throughput.learn(10**6, 2.0)
        assert throughput.of(10**6) == pytest.approx(1e-6)
    throughput.learn(10**6, 2.0)
    assert throughput.of(10**6) == pytest.approx(2e-6)


def test_steps_of_a_larger_size_say_nothing_of_a_smaller_one():
    throughput = ThroughputEstimator(25_600, 0.0256)
    throughput.learn(10**6, 0.5)
    assert throughput.of(25_600) == pytest.approx(1e-6)


def test_what_is_measured_later_counts_only_where_no_step_was_made():
    throughput = ThroughputEstimator()
    throughput.learn(10**6, 1.0)
    throughput.take(ThroughputEstimator(10**6, 9.0))
    assert throughput.of(10**6) == pytest.approx(1e-6)
