"""Contact sheet, archive and the animation over λ."""

import csv
import dataclasses
import io
import zipfile

import pytest
from PIL import Image, ImageFont, ImageSequence

from stylecore.artifacts.animation import sweep
from stylecore.artifacts.contact_sheet import FONT, archive, contact_sheet
from stylecore.artifacts.export import finished_pictures
from stylecore.artifacts.recipe import CHUNK, read_recipe
from stylecore.config import TransferConfig
from stylecore.imaging.images import encode_png
from stylecore.imaging.inputs import pair
from stylecore.imaging.tensors import to_image
from stylecore.transfer.stylize import stylize

LAMBDAS = (0.1, 0.5, 0.9)


@pytest.fixture
def pictures(toy, tensors):
    layers = {"content_layers": (("relu1_1", 1.0),), "style_layers": (("relu1_1", 1.0),)}
    config = TransferConfig(lambdas=LAMBDAS, steps=2, coarse_to_fine="off", **layers)
    history = []
    for step in stylize(toy, *tensors, config):
        history.append(step.losses)
    files = pair(encode_png(to_image(tensors[0][0])), b"style")
    return finished_pictures(step, config, "cpu", files), history


def test_a_sheet_shows_every_picture_and_repeats_them_all(pictures):
    files, _ = pictures
    sheet = contact_sheet([("", [(f"λ = {lam}", png) for lam, png in zip(LAMBDAS, files, strict=True)])])
    image = Image.open(io.BytesIO(sheet)).convert("RGB")
    found = 0
    for png in files:
        wanted = Image.open(io.BytesIO(png)).convert("RGB")
        found += any(
            image.crop((x, y, x + wanted.width, y + wanted.height)).tobytes() == wanted.tobytes()
            for x in range(image.width - wanted.width + 1)
            for y in range(image.height - wanted.height + 1)
        )
    assert found == 3
    recipe = read_recipe(sheet)
    assert recipe.config.lambdas == LAMBDAS
    assert recipe.losses["total at λ = 0.5"] == read_recipe(files[1]).losses["total"]


def test_the_recipe_is_of_those_that_ran_alike(pictures):
    def with_recipe(png, **changes):
        recipe = dataclasses.replace(read_recipe(png), **changes)
        return encode_png(Image.open(io.BytesIO(png)).convert("RGB"), {CHUNK: recipe.to_json()})

    def shared(*files):
        return read_recipe(contact_sheet([("", [("", png) for png in files])]))

    first, second, third = pictures[0]
    stopped = shared(with_recipe(first, steps_done=1), second, third)
    assert (stopped.config.lambdas, stopped.steps_done) == ((0.5, 0.9), 2)
    steered = shared(first, with_recipe(second, changes=((1, 0.3),)), third)
    assert (steered.config.lambdas, steered.changes) == ((0.1, 0.9), ())
    alone = shared(with_recipe(first, changes=((1, 0.3),)), with_recipe(third, changes=((1, 0.4),)))
    assert (alone.config.lambdas, alone.changes) == ((0.1,), ((1, 0.3),))


def test_a_grid_has_headings_and_gaps(pictures):
    files, _ = pictures
    one = contact_sheet([("", [("λ", files[0])])])
    grid = contact_sheet(
        [("first", [("λ", files[0]), ("λ", None)]), ("second", [("λ", None), ("λ", files[1])])], "title"
    )
    small, large = (Image.open(io.BytesIO(data)).size for data in (one, grid))
    assert large[0] > 2 * small[0]
    assert large[1] > 1.8 * small[1]
    with pytest.raises(ValueError, match="no picture"):
        contact_sheet([("", [("λ", None)])])


def test_the_font_has_what_the_labels_need():
    font = ImageFont.truetype(str(FONT), 20)
    nothing = font.getmask("\uffff").getbbox()
    for letter in "λαβ×→…ЯжЁ":
        assert font.getmask(letter).getbbox() != nothing, letter


def test_the_archive_has_pictures_and_losses(pictures):
    files, history = pictures
    data = archive({"": {lam: (files[k], history, k) for k, lam in enumerate(LAMBDAS)}})
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.namelist() == ["lambda-0.1.png", "lambda-0.5.png", "lambda-0.9.png", "losses.csv"]
        assert file.read("lambda-0.5.png") == files[1]
        rows = list(csv.DictReader(io.StringIO(file.read("losses.csv").decode())))
    assert len(rows) == 9
    assert float(rows[-1]["total_loss"]) == history[-1].total[2]
    assert [row["step"] for row in rows[:3]] == ["0", "1", "2"]


def test_the_archive_of_a_grid_tells_the_rows_apart(pictures):
    files, history = pictures
    data = archive({"max": {0.1: (files[0], history, 0)}, "average": {0.1: (files[1], history, 1)}}, "pooling")
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        assert file.namelist() == ["max/lambda-0.1.png", "average/lambda-0.1.png", "losses.csv"]
        rows = list(csv.DictReader(io.StringIO(file.read("losses.csv").decode())))
    assert [row["pooling"] for row in rows] == ["max"] * 3 + ["average"] * 3


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_the_sweep_goes_there_and_back(kind):
    colours = ["red", "green", "blue"]
    files = [encode_png(Image.new("RGB", (20, 10), colour)) for colour in colours]
    animation = Image.open(io.BytesIO(sweep(files, kind)))
    seen = [frame.convert("RGB").getpixel((9, 4)) for frame in ImageSequence.Iterator(animation)]
    wanted = [Image.new("RGB", (1, 1), colour).getpixel((0, 0)) for colour in [*colours, "green"]]
    assert all(
        abs(a - b) < 12 for ours, theirs in zip(seen, wanted, strict=True) for a, b in zip(ours, theirs, strict=True)
    )
