"""A finished picture that is made large by the engine: its sizes, its price, Stop on the way, its recipe."""

import dataclasses
import io
import time

import pytest
from PIL import Image

from stylecore.artifacts.recipe import read_recipe, sha256
from stylecore.engine.derived_jobs import from_result, made_large, result_side
from stylecore.engine.engine import Engine
from stylecore.transfer.enlargement import Level
from tests.support.engines import limits, wait

LEVELS = (Level(48, 20), Level(96, 10))


@pytest.fixture
def engine(toy):
    return Engine("cpu", lambda _name, _device: toy, limits=limits(), refresh=0.0)


@pytest.fixture
def finished(engine, request_for):
    """A finished job of 24 × 20 pixels that was steered."""
    job = engine.submit("ann", request_for(lambdas=(0.2,)))
    wait(job)
    return job


def sides(data):
    return Image.open(io.BytesIO(data)).size


def test_it_goes_on_from_the_picture_through_the_sizes_between(engine, finished):
    request = made_large(finished, 96)
    assert (request.levels, request.config.steps, request.config.size) == (LEVELS, 30, 96)
    snapshot = wait(engine.submit("ann", request))
    assert (snapshot.status, snapshot.done, snapshot.steps) == ("finished", 30, 30)
    assert snapshot.sizes == ((0, (48, 40)), (20, (96, 80)))
    assert sides(snapshot.results[0]) == (96, 80)
    recipe = read_recipe(snapshot.results[0])
    assert recipe.enlargement == LEVELS
    assert recipe.init_sha256 == sha256(finished.snapshot.results[0])


def test_stop_on_the_way_keeps_the_picture_at_the_size_that_it_has_reached(engine, finished, gate):
    job = engine.submit("ann", made_large(finished, 96))
    while job.snapshot.done < 3:
        time.sleep(0.001)
    gate.clear()
    engine.stop(job)
    gate.set()
    snapshot = wait(job)
    recipe = read_recipe(snapshot.results[0])
    assert sides(snapshot.results[0]) == (48, 40)
    assert (recipe.config.size, recipe.enlargement) == (48, LEVELS[:1])
    assert result_side(job) == 48
    assert made_large(job, 96).levels == LEVELS[1:]


def test_it_repeats_after_its_state_has_gone_and_keeps_the_steered_lambda(engine, finished):
    job = engine.submit("ann", made_large(finished, 96))
    wait(job)
    again = from_result(job, 4)
    assert again.levels == ()
    assert (again.config.init, again.config.size, again.config.steps) == ("image", 96, 4)
    assert wait(engine.submit("ann", again)).status == "finished"


def test_its_price_counts_each_size(engine, finished):
    request = made_large(finished, 96)
    cost = engine.price_of(request)
    assert [updates for updates, _ in cost.stages] == [20, 10]
    small, large = (pixels for _, pixels in cost.stages)
    assert small == pytest.approx(large / 4, rel=0.01)
    plain = dataclasses.replace(request, levels=())
    assert cost.memory == engine.price_of(plain).memory
    assert cost.work() < engine.price_of(plain).work()  # half of the steps cost a quarter
