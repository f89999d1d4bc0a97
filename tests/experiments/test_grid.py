"""The grid of pictures: what is there, what is missing, in which batches; and a batch against single runs."""

import dataclasses
import io
import time

import pytest
import torch
from PIL import Image

from stylecore.artifacts.recipe import read_recipe
from stylecore.config import TransferConfig
from stylecore.engine.cost import cost_of
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import Request
from stylecore.engine.limits import Limits
from stylecore.experiments.grid import batches, cells_of, missing
from stylecore.imaging import inputs
from stylecore.imaging.files import read
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.tensors import to_image
from stylecore.samples import sample_contents, sample_styles
from stylecore.transfer.preparation import prepare
from stylecore.transfer.records import Steering
from stylecore.transfer.stylize import stylize
from tests.support.engines import at_rest

LAYERS = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
LIMITS = Limits(max_size=512, max_steps=1000, max_waiting=6, kept_mb=50, state_mb=500)


@pytest.fixture
def engine(toy):
    return Engine("cpu", lambda *_: toy, limits=LIMITS, refresh=0.0)


@pytest.fixture
def request_for(tensors):
    content, style = (encode_png(to_image(tensor[0])) for tensor in tensors)

    def make(*lambdas, **settings):
        config = TransferConfig(**{"lambdas": lambdas or (0.2,), "size": 24, "steps": 4, **LAYERS, **settings})
        return Request(inputs=inputs.pair(content, style), config=config)

    return make


def run(engine, *requests):
    jobs = engine.submit_all("ann", requests)
    for job in jobs:
        assert at_rest(job)
    return jobs


def test_what_is_there_is_found_and_only_the_rest_is_computed(engine, request_for):
    (batch,) = run(engine, request_for(0.2, 0.6))
    (single,) = run(engine, request_for(0.4))
    cells = cells_of(engine.jobs_of("ann"), request_for())
    assert {lam: (cell.job, cell.k) for lam, cell in cells.items()} == {
        0.2: (batch, 0),
        0.4: (single, 0),
        0.6: (batch, 1),
    }
    assert list(cells) == [0.2, 0.4, 0.6]
    assert read_recipe(cells[0.6].result).config.lambdas == (0.6,)
    assert missing((0.1, 0.2, 0.4, 0.9), cells) == (0.1, 0.9)


def test_other_settings_are_other_pictures(engine, request_for):
    run(engine, request_for(0.2), request_for(0.4, steps=5), request_for(0.6, optimizer="adam"))
    other = dataclasses.replace(request_for(), inputs=inputs.pair(*[request_for().inputs.content.data] * 2))
    jobs = engine.jobs_of("ann")
    assert list(cells_of(jobs, request_for())) == [0.2]
    assert list(cells_of(jobs, request_for(steps=5))) == [0.4]
    assert cells_of(jobs, other) == {}


def test_steered_and_extended_runs_are_other_pictures_and_stopped_ones_are_not_done(engine, request_for):
    (job,) = run(engine, request_for(0.2))
    engine.go_on(job, more_steps=3)
    assert at_rest(job)
    assert cells_of(engine.jobs_of("ann"), request_for()) == {}
    steered = engine.submit("ann", request_for(0.3))
    engine.steer(steered, Steering(lambdas=(0.9,)))
    assert at_rest(steered)
    if steered.snapshot.changes:  # it may have been over before the message came
        assert 0.3 not in cells_of(engine.jobs_of("ann"), request_for())
    stopped = engine.submit("ann", request_for(0.5, steps=1000))
    while not stopped.snapshot.done:
        time.sleep(0.001)  # leaves the worker the interpreter
    engine.stop(stopped)
    cells = cells_of(engine.jobs_of("ann"), request_for(steps=1000))
    assert list(cells) == [0.5]
    assert missing((0.5,), cells) == (0.5,)


def test_one_more_beside_a_running_batch_lets_it_go_on(engine, request_for):
    first = engine.submit("ann", request_for(0.2, 0.4, steps=30))
    (beside,) = engine.submit_all("ann", [request_for(0.3, steps=30)], beside=True)
    assert at_rest(first)
    assert at_rest(beside)
    assert [job.snapshot.status for job in (first, beside)] == ["finished", "finished"]


def test_a_picture_set_apart_is_what_the_run_of_it_alone_would_be(engine, request_for):
    (batch,) = run(engine, request_for(0.2, 0.6))
    apart = engine.promote(batch, 1)
    (alone,) = run(engine, request_for(0.6))
    assert apart.request == alone.request
    assert [point.total for point in apart.snapshot.loss_history] == [
        point.total for point in alone.snapshot.loss_history
    ]
    ours, theirs = (Image.open(io.BytesIO(job.snapshot.results[0])).tobytes() for job in (apart, alone))
    assert ours == theirs
    assert len(apart.snapshot.frames[0].pictures) == 1
    assert apart.ended
    assert apart in engine.jobs_of("ann")
    assert engine.promote(batch, 1) is apart  # however often it is clicked
    assert engine.promote(batch, 0) is not apart


def test_batches_are_as_large_as_the_memory():
    def cost(lambdas):
        return cost_of([(100, 100)], [(100, 100)], TransferConfig(lambdas=lambdas))

    lambdas = (0.1, 0.2, 0.3, 0.4, 0.5)
    three = cost(lambdas[:3]).memory
    assert batches(lambdas, cost, 10**12) == [lambdas]
    assert batches(lambdas, cost, three) == [lambdas[:3], lambdas[3:]]
    assert batches(lambdas, cost, 1) == [(lam,) for lam in lambdas]
    assert batches((), cost, 10**12) == []


def test_a_batch_on_vgg16_is_bit_by_bit_what_each_would_be_alone(vgg):
    pair = decode(read(sample_contents()["Chelsea"])), decode(read(sample_styles()["Embroidery"]))
    config = TransferConfig(size=48, steps=4, lambdas=(0.05, 0.4, 0.8))
    *_, batch = stylize(vgg, *prepare(*pair, config), config)
    for k, lam in enumerate(config.lambdas):
        single = dataclasses.replace(config, lambdas=(lam,))
        *_, alone = stylize(vgg, *prepare(*pair, single), single)
        assert torch.equal(alone.images[0], batch.images[k])
        assert (alone.losses.content[0], alone.losses.style[0]) == (batch.losses.content[k], batch.losses.style[k])
