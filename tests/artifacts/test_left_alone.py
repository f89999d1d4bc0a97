"""What is left alone has the content's own pixels in the saved file, to the bit, also where it is transparent."""

import dataclasses
import io

import numpy as np
import pytest
import torch
from PIL import Image

from stylecore.artifacts.export import finish, finished_pictures, postprocessed
from stylecore.artifacts.recipe import read_recipe
from stylecore.config import Postprocess, TransferConfig
from stylecore.imaging.images import decode, encode_png
from stylecore.imaging.inputs import InputImage, Inputs
from stylecore.imaging.mask_files import with_small_masks
from stylecore.transfer.preparation import decode_inputs, prepare
from stylecore.transfer.stylize import stylize

CONFIG = TransferConfig(size=64, steps=2, content_layers=(("relu1_1", 1.0),), style_layers=(("relu1_1", 1.0),))
COLUMNS = np.arange(64)


def png_of(levels):
    return encode_png(Image.fromarray(levels))


def photograph(mode):
    """64 × 48 pixels; where it knows transparency, that goes from nothing at the left to all at the right."""
    levels = np.random.default_rng(0).integers(0, 256, (48, 64, {"RGB": 3, "RGBA": 4, "LA": 2}[mode]), np.uint8)
    if mode != "RGB":
        levels[..., -1] = np.clip((COLUMNS - 16) * 8, 0, 255)
    return png_of(levels)


LEAVE = png_of(np.broadcast_to(np.where(COLUMNS > 40, 255, 0).astype(np.uint8), (48, 64)).copy())
MODES = pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA"])
MASKS = pytest.mark.parametrize("leave", [b"", LEAVE], ids=["transparency alone", "with a mask"])


def painted(toy, content, leave, config=CONFIG):
    style = png_of(np.random.default_rng(1).integers(0, 256, (40, 64, 3), np.uint8))
    inputs = with_small_masks(
        Inputs(contents=(InputImage(data=content),), styles=(InputImage(data=style),), leave=leave)
    )
    *_, step = stylize(toy, *prepare(*decode_inputs(inputs, config), config), config)
    return step, inputs


def opened(data):
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


def wanted(content):
    """The photograph as RGB or RGBA."""
    image = opened(content)
    return np.asarray(image.convert("RGBA" if image.mode in ("RGBA", "LA") else "RGB"))


def stays(mode, leave):
    """Where all of the photograph stays."""
    full = np.zeros((48, 64), bool)
    if leave:
        full |= COLUMNS > 40
    if mode != "RGB":
        full |= COLUMNS <= 16
    return full


@MODES
@MASKS
@pytest.mark.parametrize("kind", ["png", "webp", "tiff"])
@pytest.mark.parametrize("settings", [Postprocess(), Postprocess(colours="statistics", blend=0.3)])
def test_files_have_the_very_pixels_of_the_photograph(toy, mode, leave, kind, settings):
    content = photograph(mode)
    step, inputs = painted(toy, content, leave)
    (picture,) = finish(step, CONFIG, "cpu", inputs)
    found = opened(picture.postprocessed(settings).encoded(kind))
    if kind == "tiff":
        import tifffile

        levels = tifffile.imread(io.BytesIO(picture.postprocessed(settings).encoded(kind)))
        assert (levels[stays(mode, leave)] % 257 == 0).all()
        levels = (levels // 257).astype(np.uint8)
    else:
        levels = np.asarray(found)
    assert levels.shape[2] == (3 if mode == "RGB" else 4)
    full = stays(mode, leave)
    assert np.array_equal(levels[full], wanted(content)[full])
    assert full.all() or (levels[~full][:, :3] != wanted(content)[~full][:, :3]).any()
    if mode != "RGB":
        assert np.array_equal(levels[..., 3], wanted(content)[..., 3])
    assert np.array_equal(np.asarray(opened(picture.encoded("jpeg"))).shape, (48, 64, 3))


@MODES
def test_the_dashboards_postprocessing_gives_the_same_file(toy, mode):
    content, settings = photograph(mode), Postprocess(colours="luminance", blend=0.25)
    step, inputs = painted(toy, content, LEAVE)
    (png,) = finished_pictures(step, CONFIG, "cpu", inputs)
    (picture,) = finish(step, CONFIG, "cpu", inputs)
    again = postprocessed(png, content, settings)
    assert np.array_equal(np.asarray(opened(again)), np.asarray(opened(picture.postprocessed(settings).encoded("png"))))
    assert read_recipe(again).leave == inputs.leave


def test_what_is_seen_is_what_was_judged_where_nothing_is_transparent(toy):
    step, inputs = painted(toy, photograph("RGB"), LEAVE)
    (png,) = finished_pictures(step, CONFIG, "cpu", inputs)
    seen = (step.images[0].permute(1, 2, 0) * 255).round().to(torch.uint8).numpy()
    assert np.array_equal(np.asarray(decode(png)), seen)


def test_a_photograph_that_is_scaled_stays_as_it_was_scaled(toy):
    config = dataclasses.replace(CONFIG, size=96)
    content = photograph("RGB")
    step, inputs = painted(toy, content, LEAVE, config)
    (png,) = finished_pictures(step, config, "cpu", inputs)
    scaled = np.asarray(opened(content).resize((96, 72), Image.Resampling.LANCZOS))
    assert np.array_equal(np.asarray(decode(png))[:, 64:], scaled[:, 64:])


def test_an_opaque_picture_with_an_alpha_channel_is_painted_all_over(toy):
    levels = np.full((48, 64, 4), 255, np.uint8)
    levels[..., :3] = np.random.default_rng(0).integers(0, 256, (48, 64, 3))
    step, inputs = painted(toy, png_of(levels), b"")
    (png,) = finished_pictures(step, CONFIG, "cpu", inputs)
    assert opened(png).mode == "RGB"


def test_the_largest_masks_have_room_in_every_format_but_jpeg(toy):
    """Five styles with two masks each and one more, all as restless as they can be."""
    rng = np.random.default_rng(2)
    masks = [png_of(rng.integers(0, 256, (128, 128)).astype(np.uint8)) for _ in range(11)]
    style = png_of(np.random.default_rng(1).integers(0, 256, (40, 64, 3), np.uint8))
    images = [InputImage(data=style, mask=masks[2 * k], region=masks[2 * k + 1]) for k in range(5)]
    inputs = Inputs(contents=(InputImage(data=photograph("RGB")),), styles=tuple(images), leave=masks[10])
    inputs = with_small_masks(inputs)
    *_, step = stylize(toy, *prepare(*decode_inputs(inputs, CONFIG), CONFIG), dataclasses.replace(CONFIG, steps=0))
    (picture,) = finish(step, CONFIG, "cpu", inputs)
    for kind in ("png", "webp", "tiff", "jpeg"):
        recipe = read_recipe(picture.encoded(kind))
        assert set(recipe.masks.values()) == (set() if kind == "jpeg" else set(inputs.masks()))
        assert dataclasses.replace(recipe, masks=picture.recipe.masks) == picture.recipe
