"""Masks: small, the same ever after, and refused in a sentence where they can't be used."""

import io

import numpy as np
import pytest
from PIL import Image

from stylecore.errors import ImageError
from stylecore.imaging.images import encode_png
from stylecore.imaging.inputs import MAX_STYLES, InputImage, Inputs, InputsError, check_weights
from stylecore.imaging.mask_files import (
    LONGEST,
    MOST_BYTES,
    alpha_of,
    described_mask,
    guided_regions,
    is_small_mask,
    left_alone,
    mask_picture,
    small_mask,
    with_small_masks,
)

PHOTO = encode_png(Image.new("RGB", (8, 6), "red"))


def png(levels):
    return encode_png(Image.fromarray(np.asarray(levels, np.uint8)))


def grey(value, size=(8, 6)):
    return encode_png(Image.new("L", size, value))


def noise(shape):
    return np.random.default_rng(0).integers(0, 256, shape)


@pytest.mark.parametrize("data", [grey(7), png(noise((40, 30))), png(noise((700, 300))), png(noise((200, 256, 4)))])
def test_a_small_mask_is_small_and_stays_what_it_is(data):
    mask = small_mask(data)
    assert len(mask) <= MOST_BYTES
    assert max(mask_picture(mask).size) <= LONGEST
    assert is_small_mask(mask)
    assert small_mask(mask) is mask


def test_a_mask_of_few_pixels_keeps_each_of_them():
    levels = noise((40, 30))
    assert np.array_equal(np.asarray(mask_picture(small_mask(png(levels)))), levels)


def test_the_most_restless_mask_has_room():
    assert len(small_mask(png(noise((256, 256))))) <= MOST_BYTES
    coarse = small_mask(png(255 * (noise((256, 256)) > 127)))
    assert mask_picture(coarse).size == (256, 256)
    assert set(np.unique(np.asarray(mask_picture(coarse)))) == {0, 255}


def test_colours_become_grey_and_what_is_transparent_is_black():
    stroke = np.zeros((6, 8, 4), np.uint8)
    stroke[..., :3], stroke[:, :4, 3], stroke[:, 4, 3] = 255, 255, 128
    assert np.asarray(mask_picture(small_mask(png(stroke))))[0].tolist() == [255] * 4 + [128] + [0] * 3
    assert mask_picture(small_mask(PHOTO)).getpixel((0, 0)) == 76


def test_a_large_mask_is_averaged_and_keeps_its_plain_parts():
    levels = np.zeros((800, 1200))
    levels[:, :600] = 255
    found = np.asarray(mask_picture(small_mask(png(levels))))
    assert found.shape == (171, 256)
    assert (found[:, :125] == 255).all()
    assert (found[:, 131:] == 0).all()


def one_bit():
    buffer = io.BytesIO()
    Image.new("1", (8, 6), 1).save(buffer, "PNG")
    return buffer.getvalue()


def sixteen_bits():
    buffer = io.BytesIO()
    Image.fromarray(np.full((6, 8), 65535, np.uint16)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize("data", [one_bit(), sixteen_bits(), encode_png(Image.new("P", (8, 6)).convert("RGB"))])
def test_masks_of_every_mode_are_read(data):
    assert mask_picture(small_mask(data)).size == (8, 6)


@pytest.mark.parametrize("data", [b"", b"words, no picture", PHOTO[:60], b"\0" * (26 * 2**20), PHOTO[:8] + b"\0" * 30])
def test_what_is_no_mask_is_refused_by_its_name(data):
    with pytest.raises(ImageError, match="My mask"):
        small_mask(data, "My mask")


def inputs(leave=b"", **style):
    return Inputs(contents=(InputImage(data=PHOTO),), styles=(InputImage(data=PHOTO, **style),), leave=leave)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (inputs(leave=grey(255)), "All of the photograph is left alone"),
        (inputs(region=grey(0)), "masks of the styles are black all over"),
        (inputs(mask=grey(0)), "mask on style picture 1 is black"),
        (inputs(region=b"words, no picture"), "The mask of style 1 isn't a picture we can read"),
        (inputs(leave=b"words, no picture"), "The mask of what is left alone isn't a picture we can read"),
    ],
)
def test_masks_that_leave_nothing_are_refused(wrong, sentence):
    with pytest.raises((ImageError, InputsError), match=sentence):
        with_small_masks(wrong)


def test_a_black_mask_beside_others_is_no_trouble():
    both = (InputImage(data=PHOTO, region=grey(0)), InputImage(data=PHOTO))
    assert with_small_masks(Inputs(contents=(InputImage(data=PHOTO),), styles=both)).regions == ((0,), (1,))
    assert with_small_masks(inputs(leave=grey(0))).leave == small_mask(grey(0))


def test_styles_of_one_mask_share_a_region():
    styles = [InputImage(data=PHOTO, region=region) for region in (b"", grey(9), b"", grey(9), grey(8))]
    found = Inputs(contents=(InputImage(data=PHOTO),), styles=tuple(styles))
    assert found.regions == ((0, 2), (1, 3), (4,))
    assert guided_regions(found) == 3
    assert guided_regions(inputs()) == 0
    assert guided_regions(inputs(leave=grey(9))) == 1
    assert list(found.files()) == [PHOTO] * 6 + [grey(9), grey(9), grey(8)]


@pytest.mark.parametrize("weights", [(1.0,), (0.0, 0.0), (-1.0, 2.0), (float("nan"), 1.0), (1e9, 1.0)])
def test_weights_that_make_no_mix_are_refused(weights):
    styles = (InputImage(data=PHOTO), InputImage(data=PHOTO))
    with pytest.raises(InputsError):
        check_weights(Inputs(contents=(InputImage(data=PHOTO),), styles=styles), weights)


def test_too_many_styles_are_refused():
    with pytest.raises(InputsError, match="at most 5 styles, not 6"):
        Inputs(contents=(InputImage(data=PHOTO),), styles=(InputImage(data=PHOTO),) * (MAX_STYLES + 1))


def test_what_is_left_alone_is_the_most_of_mask_and_transparency():
    mask, alpha = Image.new("L", (2, 1), 100), Image.fromarray(np.array([[255, 55]], np.uint8))
    assert np.asarray(left_alone(mask, alpha, (2, 1))).tolist() == [[100, 200]]
    assert left_alone(None, None, (2, 1)) is None
    assert left_alone(Image.new("L", (9, 9)), None, (2, 1)) is None


def test_opacity_is_that_of_the_file():
    levels = np.full((6, 8, 4), 255, np.uint8)
    assert alpha_of(png(levels)) is None
    assert alpha_of(PHOTO) is None
    levels[0, 0, 3] = 3
    assert alpha_of(png(levels)).getpixel((0, 0)) == 3


def test_a_mask_in_figures():
    assert described_mask(small_mask(grey(51)))["white"] == 0.2
