"""Postprocessing: what it keeps, and that it never fails on odd pictures."""

import numpy as np
import pytest
import torch
from PIL import Image

from stylecore.artifacts.postprocess import match_statistics, postprocess, without_blend
from stylecore.config import Postprocess
from stylecore.imaging.scaling import fit
from stylecore.imaging.tensors import to_image


@pytest.fixture
def picture(tensors):
    return to_image(tensors[0][0] * 0.4 + 0.3)


@pytest.fixture
def content():
    """A smooth picture of other colours, as large as the other."""
    down, right = torch.meshgrid(torch.linspace(0.3, 0.7, 20), torch.linspace(0.3, 0.7, 24), indexing="ij")
    return to_image(torch.stack([down, right, 0.5 * down + 0.2]))


@pytest.fixture
def coloured():
    """A noise in the middle of the range whose channels depend on each other, (1, 3, 30, 40)."""
    mix = torch.tensor([[0.05, 0.02, 0.0], [0.0, 0.04, 0.01], [0.01, 0.0, 0.03]])
    noise = torch.randn(1, 3, 30, 40, generator=torch.Generator().manual_seed(3))
    return 0.5 + torch.einsum("ij,bjhw->bihw", mix, noise)


def test_the_defaults_change_nothing_changes(picture, content):
    assert postprocess(picture, content, Postprocess()) is picture


def test_luminance_takes_light_from_the_result_and_colour_from_the_content(picture, content):
    found = postprocess(picture, content, Postprocess(colours="luminance")).convert("YCbCr")
    for channel, origin in (("Y", picture), ("Cb", content), ("Cr", content)):
        ours, theirs = (np.asarray(image.getchannel(channel), int) for image in (found, origin.convert("YCbCr")))
        assert abs(ours - theirs).max() <= 2  # rounding there and back


def test_statistics_gives_the_mean_and_covariance_of_the_reference(coloured):
    image = 0.5 + 0.05 * torch.randn(1, 3, 20, 24, generator=torch.Generator().manual_seed(4))
    matched = match_statistics(image, coloured)
    assert 0 < matched.min() < matched.max() < 1  # nothing was clamped
    ours, theirs = (np.asarray(picture[0].flatten(1), np.float64) for picture in (matched, coloured))
    np.testing.assert_allclose(ours.mean(1), theirs.mean(1), atol=1e-6)
    np.testing.assert_allclose(np.cov(ours, bias=True), np.cov(theirs, bias=True), rtol=2e-3, atol=1e-6)


def test_statistics_moves_colours_by_the_map_that_moves_them_least(coloured):
    """Of all linear maps between two statistics it is the only one that is symmetric and positive."""
    image = 0.5 + 0.05 * torch.randn(1, 3, 20, 24, generator=torch.Generator().manual_seed(4))
    before, after = (
        np.asarray(picture[0].flatten(1), np.float64) for picture in (image, match_statistics(image, coloured))
    )
    before, after = (colours - colours.mean(1, keepdims=True) for colours in (before, after))
    matrix = np.linalg.lstsq(before.T, after.T)[0].T
    assert abs(matrix[0, 1]) > 0.05  # colours are mixed, so that symmetry says something
    np.testing.assert_allclose(matrix, matrix.T, atol=1e-4)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_equal_statistics_change_nothing(coloured):
    torch.testing.assert_close(match_statistics(coloured, coloured.flip(3)), coloured, atol=1e-4, rtol=0)


def test_a_grey_content_makes_the_result_grey(picture):
    grey = Image.linear_gradient("L").resize(picture.size).convert("RGB")
    light = np.asarray(picture.convert("YCbCr").getchannel("Y"), int)
    for channel in postprocess(picture, grey, Postprocess(colours="luminance")).split():
        assert abs(np.asarray(channel, int) - light).max() <= 1
    red, green, blue = (
        np.asarray(c, int) for c in postprocess(picture, grey, Postprocess(colours="statistics")).split()
    )
    assert max(abs(red - green).max(), abs(green - blue).max()) <= 1
    assert red.mean() == pytest.approx(np.asarray(grey)[..., 0].mean(), abs=1)
    assert red.std() > 10


def test_a_grey_result_takes_the_mean_colour_and_stays_as_varied(content):
    grey = Image.linear_gradient("L").resize(content.size).convert("RGB").point(lambda level: 96 + level // 4)
    found = np.asarray(postprocess(grey, content, Postprocess(colours="statistics")), float).reshape(-1, 3)
    np.testing.assert_allclose(found.mean(0), np.asarray(content, float).reshape(-1, 3).mean(0), atol=1)
    deviations = np.linalg.svd(found - found.mean(0), compute_uv=False)
    assert deviations[1] < 0.05 * deviations[0]  # one line through the colours, as grey is


@pytest.mark.parametrize("colours", ["luminance", "statistics"])
def test_pictures_of_one_pixel(colours):
    painted, photo = Image.new("RGB", (1, 1), (100, 140, 90)), Image.new("RGB", (1, 1), (150, 120, 110))
    found = postprocess(painted, photo, Postprocess(colours=colours))
    luma = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as in JPEG
    light = {"luminance": luma @ (100, 140, 90), "statistics": luma @ (150, 120, 110)}[colours]
    expected = np.array([150, 120, 110]) - luma @ (150, 120, 110) + light
    np.testing.assert_allclose(found.getpixel((0, 0)), expected, atol=3)  # rounded twice, and Cb counts 1.772 times


def test_blend_goes_from_the_result_to_the_content(picture, content):
    assert postprocess(picture, content, Postprocess(blend=0)).tobytes() == picture.tobytes()
    assert postprocess(picture, content, Postprocess(blend=1)).tobytes() == content.tobytes()
    for share in (0.25, 0.5):
        found = np.asarray(postprocess(picture, content, Postprocess(blend=share)), float)
        expected = (1 - share) * np.asarray(picture, float) + share * np.asarray(content, float)
        assert abs(found - expected).max() <= 1


@pytest.mark.parametrize("share", [0, 0.25, 0.75, 1])
def test_a_blend_can_be_taken_back(picture, content, share):
    blended = postprocess(picture, content, Postprocess(blend=share))
    before = np.asarray(without_blend(blended, content, share), int)
    expected = content if share == 1 else picture
    assert abs(before - np.asarray(expected, int)).max() <= 0.5 / max(1 - share, 0.25) + 0.5


def test_colours_come_before_the_blend(picture, content):
    both = np.asarray(postprocess(picture, content, Postprocess(colours="statistics", blend=0.5)), float)
    coloured = np.asarray(postprocess(picture, content, Postprocess(colours="statistics")), float)
    assert abs(both - (coloured + np.asarray(content, float)) / 2).max() <= 1


@pytest.mark.parametrize(
    "settings", [Postprocess(colours="luminance"), Postprocess(colours="statistics"), Postprocess(blend=0.3)], ids=str
)
def test_a_content_of_another_size_is_scaled_as_for_the_run(picture, content, settings):
    large = content.resize((240, 200), Image.Resampling.BICUBIC)
    found = postprocess(picture, large, settings)
    assert found.tobytes() == postprocess(picture, fit(large, 24), settings).tobytes()
    assert found.size == picture.size


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"colours": "gold"}, "colours must be one of style, luminance, statistics, not 'gold'"),
        ({"colours": ["style"]}, "colours must be one of style, luminance, statistics, not"),
        ({"blend": 1.5}, "blend must be a number from 0 to 1, not 1.5"),
        ({"blend": -0.1}, "blend must be a number from 0 to 1"),
        ({"blend": "0.5"}, "blend must be a number from 0 to 1, not '0.5'"),
        ({"blend": float("nan")}, "blend must be a number from 0 to 1"),
        ({"blend": True}, "blend must be a number from 0 to 1"),
        ({"glitter": 1}, "unknown postprocessing 'glitter'"),
    ],
)
def test_bad_values_are_told(values, words):
    with pytest.raises(ValueError, match=words):
        Postprocess.from_dict(values)
