"""`transfer --from`: a finished picture becomes large, or a sentence says why it can't."""

import dataclasses
import json
import os

import numpy as np
import pytest
from PIL import Image

from stylecore.artifacts.recipe import CHUNK, read_recipe, sha256
from stylecore.cli import run
from stylecore.cli.parser import main
from stylecore.imaging.images import encode_png


@pytest.fixture(scope="module")
def small(inputs, tmp_path_factory):
    """A finished picture of 40 × 30 pixels."""
    path = tmp_path_factory.mktemp("small") / "small.png"
    options = ["--size", "40", "--steps", "4", "--lambda", "0.3", "--device", "cpu"]
    assert main(["transfer", *inputs, "-o", str(path), *options]) == 0
    return path


@pytest.fixture
def enlarge(inputs, tmp_path, capsys):
    def enlarge(picture, *options, pair=inputs, output="large.png"):
        capsys.readouterr()
        command = ["transfer", *pair, "-o", str(tmp_path / output), "--from", str(picture), "--device", "cpu"]
        return main([*command, *options]), capsys.readouterr().err

    return enlarge


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image)


def with_recipe(path, folder, **entries):
    """The same picture with other entries in its recipe."""
    made = dataclasses.replace(read_recipe(path.read_bytes()), **entries)
    with Image.open(path) as image:
        (folder / "changed.png").write_bytes(encode_png(image.convert("RGB"), {CHUNK: made.to_json()}))
    return folder / "changed.png"


def test_it_goes_through_the_sizes_between_and_says_so(enlarge, small, tmp_path):
    log = tmp_path / "steps.jsonl"
    status, told = enlarge(small, "--size", "160", "--steps", "6", "--log", str(log))
    assert status == 0
    assert "160 × 120 pixels, 6 steps on cpu" in told
    assert pixels(tmp_path / "large.png").shape == (120, 160, 3)
    made, before = (read_recipe(path.read_bytes()) for path in (tmp_path / "large.png", small))
    assert made.enlargement == ((80, 4), (160, 2))
    assert (made.steps_done, made.init_sha256) == (6, sha256(small.read_bytes()))
    assert (made.contents, made.styles) == (before.contents, before.styles)
    assert made.config == dataclasses.replace(before.config, size=160, steps=6, init="image")
    assert [json.loads(line)["step"] for line in log.read_text().splitlines()] == list(range(7))
    seen = np.asarray(Image.fromarray(pixels(tmp_path / "large.png")).resize((40, 30)), float)
    assert abs(seen - pixels(small)).mean() < 30


def test_its_recipe_makes_it_again(enlarge, inputs, small, tmp_path, capsys):
    assert enlarge(small, "--size", "80", "--steps", "2", "--blend", "0.25", output="large.tif")[0] == 0
    again = ["transfer", *inputs, "-o", str(tmp_path / "again.tif"), "--recipe", str(tmp_path / "large.tif")]
    again += ["--device", "cpu", "--init-image", str(small)]
    assert main(again) == 0
    assert "note:" not in capsys.readouterr().err
    assert (tmp_path / "again.tif").read_bytes() == (tmp_path / "large.tif").read_bytes()


def test_stopped_on_the_way_it_is_as_large_as_it_was_and_can_be_made_again(
    enlarge, inputs, small, tmp_path, monkeypatch
):
    def stops(latest, *_):
        if latest.index == 1:
            raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(run, "show_progress", stops)
        assert enlarge(small, "--size", "160", "--steps", "6")[0] == 130
    made = read_recipe((tmp_path / "large.png").read_bytes())
    assert (made.enlargement, made.steps_done, made.config.size) == (((80, 4),), 1, 80)
    assert pixels(tmp_path / "large.png").shape == (60, 80, 3)
    again = ["transfer", *inputs, "-o", str(tmp_path / "again.png"), "--recipe", str(tmp_path / "large.png")]
    assert main([*again, "--device", "cpu", "--init-image", str(small)]) == 0
    np.testing.assert_array_equal(pixels(tmp_path / "again.png"), pixels(tmp_path / "large.png"))


def test_the_command_line_overrides_and_the_last_lambda_counts(enlarge, small, tmp_path):
    changed = with_recipe(small, tmp_path, changes=((1, 0.9), (2, 0.6)))
    assert enlarge(changed, "--size", "48", "--steps", "1", "--tv", "0.1")[0] == 0
    config = read_recipe((tmp_path / "large.png").read_bytes()).config
    assert (config.lambdas, config.total_variation) == ((0.6,), 0.1)
    assert enlarge(changed, "--size", "48", "--steps", "1", "--lambda", "0.5")[0] == 0
    assert read_recipe((tmp_path / "large.png").read_bytes()).config.lambdas == (0.5,)


def test_a_checkpoint_goes_on_in_the_middle_of_the_way(enlarge, small, tmp_path, monkeypatch):
    def stops(latest, *_):
        if latest.index == 5:
            raise KeyboardInterrupt

    options = ("--size", "160", "--steps", "6", "--checkpoint", "on")
    with monkeypatch.context() as patched:
        patched.setattr(run, "show_progress", stops)
        assert enlarge(small, *options)[0] == 130
    status, told = enlarge(small, *options)
    assert status == 0
    assert "going on from step 5" in told
    made = read_recipe((tmp_path / "large.png").read_bytes())
    assert (made.enlargement, made.steps_done, made.resumed_at) == (((80, 4), (160, 2)), 6, (5,))
    assert os.listdir(tmp_path) == ["large.png"]


@pytest.mark.parametrize("options", [(), ("--size", "40"), ("--size", "16")])
def test_a_size_that_is_not_larger(enlarge, small, tmp_path, options):
    status, told = enlarge(small, *options)
    assert status == 2
    assert f"{small} is 40 pixels wide or high: name a larger --size with --from" in told
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(("place", "name"), [(0, "content"), (1, "style")])
def test_pictures_that_it_was_not_made_from(enlarge, inputs, small, tmp_path, place, name):
    pair = list(inputs)
    pair[place] = inputs[1 - place]
    status, told = enlarge(small, "--size", "80", pair=pair)
    assert status == 2
    assert f"{pair[place]} is not the {name} picture of {small}: name the file it was made from" in told
    assert not os.listdir(tmp_path)


def test_pictures_that_can_t_be_made_large(enlarge, inputs, small, tmp_path):
    status, told = enlarge(inputs[0], "--size", "400")
    assert status == 2
    assert "There is no recipe in" in told
    several = read_recipe(small.read_bytes()).config
    sheet = with_recipe(small, tmp_path, config=dataclasses.replace(several, lambdas=(0.2, 0.4)))
    status, told = enlarge(sheet, "--size", "400")
    assert status == 2
    assert "is a sheet of several pictures: name one that was painted alone" in told


@pytest.mark.parametrize(
    "other", [("--recipe", "SMALL"), ("--preset", "gatys"), ("--init-image", "SMALL"), ("--init", "noise")]
)
def test_it_says_where_to_begin_and_nothing_else_may(enlarge, small, other):
    status, told = enlarge(small, "--size", "80", *(word.replace("SMALL", str(small)) for word in other))
    assert status == 2
    assert f"choose either --from or {other[0]}" in told


def test_the_finished_picture_is_not_overwritten(enlarge, small):
    before = small.read_bytes()
    status, told = enlarge(small, "--size", "80", output=str(small))
    assert (status, "would overwrite an input" in told) == (2, True)
    assert small.read_bytes() == before
