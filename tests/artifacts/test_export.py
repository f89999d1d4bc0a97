"""Finished pictures as files: their postprocessing, and what their recipes say."""

import dataclasses

import numpy as np
import pytest
from PIL import Image

from stylecore.artifacts.export import converted, finish, postprocessed
from stylecore.artifacts.postprocess import postprocess
from stylecore.artifacts.recipe import RecipeError, read_recipe
from stylecore.config import Postprocess, TransferConfig
from stylecore.errors import ImageError
from stylecore.imaging import images
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.inputs import pair
from stylecore.imaging.tensors import to_image
from stylecore.imaging.tiff_pages import picture_page
from stylecore.imaging.tiff_samples import Layout, bands_of_samples
from stylecore.transfer.stylize import stylize

SETTINGS = Postprocess(colours="luminance", blend=0.25)


@pytest.fixture
def content(tensors):
    return encode_png(to_image(tensors[0][0]))


@pytest.fixture
def finished(toy, tensors, content):
    layers = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
    config = TransferConfig(steps=2, coarse_to_fine="off", **layers)
    *_, step = stylize(toy, *tensors, config)
    return finish(step, config, "cpu", pair(content, b"style"))[0]


@pytest.fixture
def png(finished):
    return finished.encoded("png")


def deep_levels(tiff):
    """The samples of a TIFF, (H, W, 3), in [0, 1]."""
    return np.concatenate(list(bands_of_samples(tiff, Layout.of(picture_page(tiff)), 3))) / 65535


def test_with_the_defaults_the_very_bytes_come_back(png, content):
    assert postprocessed(png, content, Postprocess()) is png


def test_a_postprocessed_picture_differs_in_pixels_and_in_that_entry_of_its_recipe(png, content):
    found = postprocessed(png, content, SETTINGS)
    assert read_recipe(found) == dataclasses.replace(read_recipe(png), postprocess=SETTINGS)
    np.testing.assert_array_equal(decode(found), postprocess(decode(png), decode(content), SETTINGS))
    assert (np.asarray(decode(found)) != np.asarray(decode(png))).any()


def test_a_result_may_be_larger_than_an_input(png, monkeypatch):
    plain = encode_png(Image.new("RGB", (24, 20), (90, 120, 30)))
    expected = postprocessed(png, plain, SETTINGS)
    assert len(plain) < 200 < len(png)
    monkeypatch.setattr(images, "MAX_BYTES", 200)  # what 25 MB are for a result of 4096 pixels
    assert postprocessed(png, plain, SETTINGS) == expected


def test_other_files_are_refused(png, content):
    with pytest.raises(RecipeError, match="no recipe"):
        postprocessed(content, content, SETTINGS)
    with pytest.raises(ImageError, match="The content picture isn't a picture we can read"):
        postprocessed(png, b"text", SETTINGS)


@pytest.mark.parametrize("kind", ["jpeg", "webp", "tiff"])
def test_another_format_has_the_same_recipe(png, kind):
    found = converted(png, kind)
    assert read_recipe(found) == read_recipe(png)
    assert decode(found).size == decode(png).size
    assert converted(png, "png") is png


def test_a_tiff_is_what_was_painted_and_not_what_was_rounded(finished):
    tiff = finished.encoded("tiff")
    painted = finished.image.permute(1, 2, 0).numpy()
    np.testing.assert_allclose(deep_levels(tiff), painted, atol=0.51 / 65535)
    assert read_recipe(tiff) == finished.recipe


@pytest.mark.parametrize("settings", [SETTINGS, Postprocess(colours="statistics"), Postprocess(blend=0.5)], ids=str)
def test_postprocessing_is_the_same_of_every_depth_and_rounds_no_tiff(finished, png, content, settings):
    wanted = finished.postprocessed(settings)
    assert wanted.encoded("png") == postprocessed(png, content, settings)
    tiff = wanted.encoded("tiff")
    levels = deep_levels(tiff) * 255
    assert abs(levels - np.asarray(decode(wanted.encoded("png")))).max() < 1.5
    assert np.unique(levels.round(3) % 1).size > 100  # between the levels of 8 bits
    assert read_recipe(tiff).postprocess == settings
