"""A painted animation keeps its pace, and has one recipe for all of its frames."""

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image

from stylecore.artifacts.animated import PaintedFrames
from stylecore.artifacts.export import finish
from stylecore.artifacts.recipe import Recipe, RecipeError, read_recipe
from stylecore.config import TransferConfig
from stylecore.imaging.animations import frames_of, open_animation
from stylecore.imaging.images import encode_png
from stylecore.imaging.inputs import pair
from stylecore.transfer.stylize import stylize
from tests.support.animations import moving_square

LAYERS = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
CONFIG = TransferConfig(steps=2, coarse_to_fine="off", **LAYERS)


@pytest.fixture
def finished(toy, tensors):
    """The start and the end of a run, as finished pictures."""
    files = pair(b"content", b"style")
    return [finish(step, CONFIG, "cpu", files)[0] for step in stylize(toy, *tensors, CONFIG)][::2]


@pytest.mark.parametrize("kind", ["gif", "png", "webp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_a_file_has_the_frames_their_pace_and_the_recipe(finished, kind, mode):
    painted = PaintedFrames(plays=3)
    frames = moving_square(mode=mode)
    for index, frame in enumerate(frames):
        painted.add(finished[index % 2], encode_png(frame), 50 + 10 * index)
    data = painted.encoded(kind)
    animation = open_animation(data)
    found = list(frames_of(animation, 10**4))
    assert (animation.plays, [frame.milliseconds for frame in found]) == (3, [50, 60, 70, 80])
    if kind != "gif":
        for frame, expected in zip(found, frames, strict=True):
            np.testing.assert_array_equal(np.asarray(frame.image), np.asarray(expected.convert("RGBA")))
    recipe = read_recipe(data)
    assert (recipe.frames, recipe.config, recipe.content_sha256) == (4, CONFIG, finished[0].recipe.content_sha256)
    for name, loss in recipe.losses.items():
        assert loss == pytest.approx((finished[0].recipe.losses[name] + finished[1].recipe.losses[name]) / 2)


def test_one_transparent_frame_makes_all_of_them_rgba(finished):
    painted = PaintedFrames(plays=0)
    for frame in (moving_square(1)[0], moving_square(1, mode="RGBA")[0]):
        painted.add(finished[0], encode_png(frame), 50)
    opaque, clear = (
        frame.image.getchannel("A").getextrema() for frame in frames_of(open_animation(painted.encoded("png")), 99)
    )
    assert (opaque, clear) == ((255, 255), (0, 255))


def test_one_frame_is_what_a_picture_is(finished):
    painted = PaintedFrames(plays=0)
    painted.add(finished[0], encode_png(moving_square(1)[0]), 50)
    data = painted.encoded("png")
    assert '"frames"' not in read_recipe(data).to_json()
    with Image.open(io.BytesIO(data)) as image:
        assert image.size == (40, 32)


def test_the_number_of_frames_comes_back_and_is_bounded(finished):
    recipe = dataclasses.replace(finished[0].recipe, frames=7)
    assert Recipe.from_json(recipe.to_json()) == recipe
    for wrong in ("0", "-1", "1001", '"x"', "null"):
        with pytest.raises(RecipeError):
            Recipe.from_json(recipe.to_json().replace('"frames": 7', f'"frames": {wrong}'))
