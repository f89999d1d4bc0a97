"""How long a batch says that it will take."""

import json

import pytest

from stylecore.cli import batch_progress
from stylecore.cli.batch_painting import At
from stylecore.cli.batch_progress import BatchProgress
from stylecore.experiments.batch import plan_batch
from tests.support.engines import Clock

LOSSES = {"content": 1.0, "style": 1.0, "total": 1.0}


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(batch_progress.time, "perf_counter", clock)
    return clock


@pytest.fixture
def pictures(tmp_path):
    return plan_batch([tmp_path / f"{number}.png" for number in range(6)], [tmp_path / "ink.png"], (0.2,), "png")


def left(capsys):
    return json.loads(capsys.readouterr().out.splitlines()[-1])["seconds_left"]


def ten_steps(progress, clock, workers=1):
    """Shows ten steps, each of a second, of as many pictures as there are workers."""
    for step in range(10):
        progress.show([At(step, 10)] * workers, "")
        clock.seconds += 1


def test_one_worker_has_as_much_left_as_its_pictures_take(clock, pictures, tmp_path, capsys):
    progress = BatchProgress("json", 6, 0)
    ten_steps(progress, clock)
    progress.at_work([])
    progress.finished(pictures[0], tmp_path, LOSSES, 10.0)
    assert left(capsys) == 50


def test_two_workers_have_half_as_much_left(clock, pictures, tmp_path, capsys):
    progress = BatchProgress("json", 6, 0)
    ten_steps(progress, clock, workers=2)
    progress.at_work([At(9, 10)])  # the other one is nearly done
    progress.finished(pictures[0], tmp_path, LOSSES, 10.0)
    assert left(capsys) == pytest.approx(10 / 1.9 * 4.1, abs=0.1)  # and not 50


def test_the_start_of_the_workers_is_no_measure_of_the_rest(clock, pictures, tmp_path, capsys):
    progress = BatchProgress("json", 6, 0)
    clock.seconds += 1000
    ten_steps(progress, clock)
    progress.at_work([])
    progress.finished(pictures[0], tmp_path, LOSSES, 10.0)
    assert left(capsys) == 50


def test_pictures_that_were_there_before_are_no_measure_of_the_rest(clock, pictures, tmp_path, capsys):
    progress = BatchProgress("json", 6, 3)
    progress.show([At(0, 10)], "")
    clock.seconds += 10
    progress.at_work([])
    progress.finished(pictures[3], tmp_path, LOSSES, 10.0)
    assert left(capsys) == 20
