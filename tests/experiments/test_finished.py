"""The finished results that come with the package: small, and still those that this core paints."""

import dataclasses

import pytest

from stylecore.artifacts.recipe import read_recipe, sha256
from stylecore.config import TransferConfig, with_lambda
from stylecore.engine.runner import Task
from stylecore.engine.thread_runner import ThreadRunner
from stylecore.experiments.finished import (
    LOSSES,
    examples_like,
    file_name,
    finished_jobs,
    finished_requests,
    gallery_cells,
)
from stylecore.experiments.grid import cells_of
from stylecore.samples import finished_folder

PAINT = "paint them again: python -m tests.long.paint_finished"
MOST_BYTES = 1_500_000
REPEATED = 5  # steps


def files():
    for name, request in finished_requests().items():
        for place, lam in enumerate(request.config.lambdas):
            yield pytest.param(request, lam, finished_folder() / file_name(name, place), id=file_name(name, place))


@pytest.mark.parametrize(("request_", "lam", "path"), list(files()))
def test_each_has_the_recipe_of_its_run(request_, lam, path):
    recipe = read_recipe(path.read_bytes())
    assert recipe.config == with_lambda(request_.config, lam), PAINT
    assert (recipe.content_sha256, recipe.style_sha256) == tuple(map(sha256, request_.inputs.pair)), PAINT
    assert (recipe.steps_done, recipe.changes) == (request_.config.steps, ())


def test_nothing_else_is_there_and_all_together_are_small():
    expected = {path.values[2].name for path in files()} | {LOSSES}
    assert {path.name for path in finished_folder().iterdir()} == expected
    assert sum(path.stat().st_size for path in finished_folder().iterdir()) <= MOST_BYTES


def test_losses_and_recipes_agree():
    for job in finished_jobs():
        last = job.snapshot.loss_history[-1]
        for place, png in enumerate(job.snapshot.results):
            assert last.total[place] == pytest.approx(read_recipe(png).losses["total"], rel=1e-3)


def test_the_core_still_paints_them(vgg):
    """The first steps of one, through all blocks of the network; on another machine they differ a little."""
    kept = next(job for job in finished_jobs() if job.id == "sample-style-relu5_1")
    runner = ThreadRunner("cpu", lambda name, device: vgg)
    runner.begin("again", Task(request=kept.request, steps=REPEATED))
    again = [runner.step("again", None, is_frame=False).losses for _ in range(REPEATED + 1)]
    for record in kept.snapshot.loss_history:
        if record.index <= REPEATED:
            assert again[record.index].total == pytest.approx(record.total, rel=0.05), PAINT


def test_the_gallery_has_a_dozen_and_each_pair_once():
    pairs = [cell.job.request.inputs.pair for cell in gallery_cells()]
    assert len(pairs) == len(set(pairs)) >= 12


def test_examples_are_of_the_same_settings_whatever_their_size_and_steps():
    lab = next(job for job in finished_jobs() if job.id == "sample-lab")
    wanted = dataclasses.replace(lab.request, config=TransferConfig(size=64, steps=5))
    assert examples_like(wanted) == [lab]
    assert not cells_of([lab], wanted)  # it is not what Run would paint
    other = dataclasses.replace(wanted, config=dataclasses.replace(wanted.config, pooling="average"))
    assert examples_like(other) == []
