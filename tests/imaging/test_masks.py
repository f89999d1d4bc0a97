"""Masks to start from."""

import builtins

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.imaging.masks import by_colour, everything, lower_part, middle, nothing, upper_part

SIZE = (600, 400)


@pytest.mark.parametrize("shape", [everything, nothing, middle, upper_part, lower_part])
@pytest.mark.parametrize("size", [SIZE, (40, 90), (1, 1), (5000, 3)])
def test_shapes_are_small_grey_pictures_of_the_photographs_shape(shape, size):
    mask = shape(size)
    assert mask.mode == "L"
    assert max(mask.size) == min(256, max(size))
    assert mask.width / mask.height == pytest.approx(size[0] / size[1], rel=0.1) or min(mask.size) == 1


def test_where_they_are_white():
    assert everything(SIZE).getextrema() == (255, 255)
    assert nothing(SIZE).getextrema() == (0, 0)
    up, down, ellipse = (np.asarray(shape(SIZE), int) for shape in (upper_part, lower_part, middle))
    assert np.abs(up + down - 255).max() <= 1
    assert (up[:70] == 255).all()
    assert (up[101:] == 0).all()
    assert ellipse[85, 128] == 255
    assert ellipse[85, 5] == ellipse[5, 128] == 0
    assert np.array_equal(ellipse, ellipse[::-1, ::-1])
    assert ellipse.mean() / 255 == pytest.approx(np.pi * 0.375**2, rel=0.03)


@pytest.mark.parametrize("shape", [middle, upper_part, lower_part])
def test_edges_are_soft(shape):
    levels = np.asarray(shape(SIZE), int)
    assert np.abs(np.diff(levels, axis=0)).max() <= 25
    assert len(np.unique(levels)) > 10


def scene():
    """A red disc on green, both of them restless."""
    y, x = np.mgrid[:120, :160]
    disc = np.hypot(x - 70, y - 60) < 35
    levels = np.where(disc[..., None], (200, 40, 30), (40, 150, 60)).astype(float)
    levels += np.random.default_rng(0).normal(0, 12, levels.shape)
    return Image.fromarray(levels.clip(0, 255).astype(np.uint8)), disc


def marks(*, left, top, right, bottom):
    mask = Image.new("L", (160, 120))
    mask.paste(255, (left, top, right, bottom))
    return mask


def test_by_colour_finds_what_a_mark_belongs_to():
    pytest.importorskip("cv2")
    photograph, disc = scene()
    found = by_colour(photograph, marks(left=55, top=50, right=85, bottom=70))
    assert np.array_equal(np.unique(np.asarray(found)), [0, 255])
    assert ((np.asarray(found) > 0) == disc).mean() > 0.97
    assert found.tobytes() == by_colour(photograph, marks(left=55, top=50, right=85, bottom=70)).tobytes()


def test_by_colour_of_no_mark_is_nothing_and_of_all_everything():
    pytest.importorskip("cv2")
    assert by_colour(scene()[0], Image.new("L", (9, 9))).getextrema() == (0, 0)
    assert by_colour(scene()[0], Image.new("L", (9, 9), 255)).getextrema() == (255, 255)


@pytest.mark.parametrize("colour", [0, 128])
def test_by_colour_in_a_picture_of_one_colour_is_no_trouble(colour):
    pytest.importorskip("cv2")
    plain = Image.new("RGB", (160, 120), (colour,) * 3)
    for box in ({"left": 0, "top": 0, "right": 2, "bottom": 2}, {"left": 1, "top": 1, "right": 159, "bottom": 119}):
        assert by_colour(plain, marks(**box)).size == (160, 120)


def test_without_opencv_there_is_a_sentence(monkeypatch):
    def without(name, *rest):
        if name == "cv2":
            raise ImportError(name)
        return usual(name, *rest)

    usual = builtins.__import__
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImageError, match="pip install opencv-python-headless"):
        by_colour(scene()[0], Image.new("L", (9, 9)))
