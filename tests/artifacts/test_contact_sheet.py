"""Contact sheets: what they show, and the one recipe for all their pictures."""

import dataclasses
import io

import pytest
from PIL import Image, ImageFont

from stylecore.artifacts.contact_sheet import FONT, contact_sheet
from stylecore.artifacts.recipe import CHUNK, read_recipe
from stylecore.imaging.images import encode_png


def test_a_sheet_shows_every_picture_and_repeats_them_all(pictures, lambdas):
    files, _ = pictures
    sheet = contact_sheet([("", [(f"λ = {lam}", png) for lam, png in zip(lambdas, files, strict=True)])])
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
    assert recipe.config.lambdas == lambdas
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
