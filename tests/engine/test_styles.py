"""Several styles and masks in the engine: steering, going on, what is refused, and what is counted."""

import dataclasses

import numpy as np
import pytest
import torch
from PIL import Image

from stylecore.artifacts.recipe import read_recipe
from stylecore.engine.cost import cost_of
from stylecore.engine.derived_jobs import from_result, made_large
from stylecore.engine.engine import Engine
from stylecore.engine.jobs import merged
from stylecore.engine.quotas import RequestRefused
from stylecore.experiments.grid import same_but_lambda
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.inputs import InputImage
from stylecore.imaging.mask_files import is_small_mask
from stylecore.transfer.records import Steering
from stylecore.transfer.stylize import stylize
from tests.support.engines import limits, wait


@pytest.fixture
def engine(toy):
    return Engine("cpu", lambda _name, _device: toy, limits=limits(), refresh=0.0)


def grey(levels):
    return encode_png(Image.fromarray(np.asarray(levels, np.uint8)))


LEFT = grey(np.broadcast_to(np.where(np.arange(400) < 200, 255, 0), (300, 400)))  # larger than masks are used


@pytest.fixture
def two_styles(request_for, picture):
    """A request of two styles that share the picture, with these masks."""

    def make(*, leave=b"", region=b"", mask=b"", **settings):
        request = request_for(**settings)
        other = InputImage(data=picture[0], name="other", weight=3.0, region=region, mask=mask)
        inputs = dataclasses.replace(request.inputs, styles=(request.inputs.style, other), leave=leave)
        return dataclasses.replace(request, inputs=inputs)

    return make


def test_the_mix_is_steered_as_lambda_is(engine, two_styles, gate):
    gate.clear()
    job = engine.submit("ann", two_styles(steps=20))
    engine.steer(job, Steering(style_weights=(1.0, 0.5)))
    engine.steer(job, Steering(lambdas=(0.9,)))
    engine.steer(job, Steering(style_weights=(1.0, 0.0)))
    gate.set()
    snapshot = wait(job)
    assert snapshot.weight_changes == ((0, (1.0, 0.0)),)
    assert snapshot.changes == ((0, (0.9,)),)
    assert snapshot.loss_history[0].style_weights == (1.0, 3.0)
    assert {record.style_weights for record in snapshot.loss_history[1:]} == {(1.0, 0.0)}
    recipe = read_recipe(snapshot.results[0])
    assert recipe.weight_changes == ((0, (1.0, 0.0)),)
    assert [style.weight for style in recipe.styles] == [1.0, 3.0]
    assert job.style_weights == (1.0, 0.0)


def test_what_goes_on_from_a_result_has_the_mix_that_it_was_steered_to(engine, two_styles, gate):
    gate.clear()
    job = engine.submit("ann", two_styles(leave=LEFT))
    engine.steer(job, Steering(style_weights=(2.0, 1.0)))
    gate.set()
    wait(job)
    for request in (from_result(job, 5), made_large(job, 64)):
        assert request.inputs.style_weights == (2.0, 1.0)
        assert request.inputs.leave == job.request.inputs.leave


def test_a_run_that_begins_anew_is_steered_again(engine, two_styles, toy, monkeypatch):
    """As after a lack of memory: the steps that were published are repeated, with all changes."""
    job = engine.submit("ann", two_styles(steps=6))
    wait(job)
    engine.go_on(job, more_steps=1)
    engine.steer(job, Steering(style_weights=(0.0, 1.0)))
    before = wait(job)
    engine._slots.runners[0].release(job.id)
    monkeypatch.setattr(job, "begun", False)
    engine.go_on(job, more_steps=2)
    after = wait(job)
    assert after.loss_history[: len(before.loss_history)] == before.loss_history
    assert after.loss_history[-1].index == 9
    assert after.loss_history[-1].style_weights == (0.0, 1.0)


def test_masks_are_small_once_they_are_submitted_and_the_content_stays(engine, two_styles, picture):
    job = engine.submit("ann", two_styles(leave=LEFT, region=LEFT, mask=LEFT))
    results = wait(job).results
    assert all(is_small_mask(mask) for mask in job.request.inputs.masks())
    found, content = (np.asarray(decode(data)) for data in (results[0], picture[0]))
    assert np.array_equal(found[:, :11], content[:, :11])
    assert not np.array_equal(found, content)
    assert set(read_recipe(results[0]).masks.values()) == set(job.request.inputs.masks())
    again = dataclasses.replace(job.request, config=dataclasses.replace(job.request.config, lambdas=(0.7,)))
    assert same_but_lambda(job.request, again)
    assert not same_but_lambda(job.request, two_styles(leave=LEFT))


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        ({"leave": grey(np.full((6, 8), 255))}, "nothing to paint"),
        ({"mask": grey(np.zeros((6, 8)))}, "black all over"),
        ({"leave": b"not a picture, only words"}, "isn't a picture we can read"),
        ({"region": LEFT[:80]}, "damaged, cut off"),
        ({"region": b"x" * (26 * 2**20)}, "A mask has more than 25 MB"),
    ],
)
def test_masks_that_can_not_be_used_are_refused_before_the_run(engine, two_styles, masks, sentence):
    with pytest.raises(RequestRefused, match=sentence):
        engine.submit("ann", two_styles(**masks))
    assert not engine.jobs_of("ann")


def test_what_masks_leave_together_is_told_by_the_run(engine, two_styles):
    """Each mask alone leaves something to paint; both together do not."""
    hard = grey(np.broadcast_to(np.where(np.arange(24) < 12, 255, 0), (20, 24)))
    request = two_styles(leave=hard)
    styles = tuple(dataclasses.replace(style, region=hard) for style in request.inputs.styles)
    job = engine.submit("ann", dataclasses.replace(request, inputs=dataclasses.replace(request.inputs, styles=styles)))
    assert wait(job).status == "failed"
    assert "nothing to paint" in job.snapshot.error


@pytest.mark.parametrize("weights", [(1.0,), (0.0, 0.0), (-1.0, 1.0), (float("nan"), 1.0)])
def test_weights_that_can_not_be_mixed_are_refused(engine, two_styles, gate, weights):
    gate.clear()
    job = engine.submit("ann", two_styles())
    with pytest.raises(RequestRefused):
        engine.steer(job, Steering(style_weights=weights))
    gate.set()
    assert wait(job).weight_changes == ()


def test_the_newer_weights_count():
    both = merged(Steering(style_weights=(1.0, 0.0)), Steering(lambdas=(0.1,)))
    assert (both.style_weights, both.lambdas) == ((1.0, 0.0), (0.1,))
    assert merged(both, Steering(style_weights=(0.0, 1.0))).style_weights == (0.0, 1.0)


def test_five_styles_and_regions_cost_setup_and_memory(engine, two_styles):
    config = two_styles(size=256).config
    one, five = (cost_of([(640, 480)], [(400, 300)] * n, config) for n in (1, 5))
    assert one.setup < five.setup
    assert one.stages == five.stages
    assert one.memory < cost_of([(640, 480)], [(400, 300)] * 2, config, regions=2).memory
    assert (
        engine.price((640, 480), [(400, 300)] * 2, config, 2).memory
        > engine.price((640, 480), [(400, 300)], config).memory
    )
    plain, masked = (engine.price_of(two_styles(size=24, leave=leave)) for leave in (b"", LEFT))
    assert plain.memory < masked.memory


def test_a_step_with_five_styles_makes_as_many_passes_as_one(toy, picture):
    from stylecore.config import TransferConfig
    from stylecore.transfer.styling import Style, Styling, regions_of

    config = TransferConfig(size=24, steps=4, content_layers=(("relu1_1", 1.0),), style_layers=(("relu1_1", 1.0),))
    images = [torch.rand(1, 3, 20, 24, generator=torch.Generator().manual_seed(k)) for k in range(6)]

    def passes(count):
        styling = Styling(
            styles=tuple(map(Style, images[:count])),
            weights=(1.0,) * count,
            regions=regions_of([(tuple(range(count)), None)], None),
        )
        run = stylize(toy, images[5], styling, config)
        next(run)
        toy.passes = 0
        list(run)
        return toy.passes

    assert passes(1) == passes(5)
