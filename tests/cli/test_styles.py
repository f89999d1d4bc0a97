"""Several styles, regions and what is left alone, on the command line."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from stylecore.artifacts.recipe import read_recipe, sha256
from stylecore.cli.parser import main, parse
from stylecore.cli.styles import NamedStyle, named_styles
from stylecore.imaging.mask_files import small_mask
from tests.support.noise import noise_file

SIZE = (64, 48)


@pytest.fixture
def files(tmp_path):
    """A content, two styles, and masks that are white at the left and at the right."""
    left = np.where(np.arange(SIZE[0]) < 32, 255, 0).astype(np.uint8)
    levels = {"left": left, "right": 255 - left, "black": 0 * left, "white": 0 * left + 255}
    for name, row in levels.items():
        Image.fromarray(np.broadcast_to(row, SIZE[::-1]).copy()).save(tmp_path / f"{name}.png")
    pictures = {"content": noise_file(tmp_path / "content.png", SIZE, 1)}
    pictures |= {name: noise_file(tmp_path / f"{name}.bmp", (60, 70), k) for k, name in enumerate(("one", "two"), 2)}
    return pictures | {name: str(tmp_path / f"{name}.png") for name in levels} | {"out": str(tmp_path / "out.png")}


def run(files, *options, command="transfer", steps="2"):
    out = ("-o", files["out"], "--steps", steps) if command != "evaluate" else (files["content"],)
    return main([command, files["content"], files["one"], *out, "--size", "64", "--device", "cpu", *options])


def pixels(path):
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"), int)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a.jpg", NamedStyle("a.jpg")),
        ("a.jpg:weight=0.6", NamedStyle("a.jpg", 0.6)),
        ("a.jpg:mask=m.png", NamedStyle("a.jpg", None, "m.png")),
        ("a.jpg:mask=m.png:weight=2", NamedStyle("a.jpg", 2.0, "m.png")),
        (r"C:\my:a.jpg:weight=1:mask=D:\b:c.png", NamedStyle(r"C:\my:a.jpg", 1.0, r"D:\b:c.png")),
        ("weight=3.jpg", NamedStyle("weight=3.jpg")),
    ],
)
def test_the_form_of_a_style(text, wanted):
    assert NamedStyle.read(text) == wanted


def test_a_file_of_just_that_name_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd:weight=7").write_bytes(b"")
    assert NamedStyle.read("odd:weight=7") == NamedStyle("odd:weight=7")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--style", "b:weight=much"], "a weight is a number"),
        (["--style", "b:weight=-1"], "a weight is a number"),
        (["--style", "b:weight=nan"], "a weight is a number"),
        (["--style", "b:weight="], "a style is FILE"),
        (["--style", "b:mask=x:mask=y"], "a style is FILE"),
        (["--style", "b"] * 5, "at most 5 styles"),
        (["--style-mask", "m", "--style-mask", "n"], "one mask"),
    ],
)
def test_wrong_styles_are_refused_in_a_sentence(capsys, options, sentence):
    with pytest.raises(SystemExit):
        parse(["transfer", "c", "s", "-o", "o.png", *options])
    assert sentence in capsys.readouterr().err


def test_a_style_mask_belongs_to_the_style_before_it():
    options = parse(
        ["transfer", "c", "s", "-o", "o.png", "--style-mask", "m", "--style", "a", "--style", "b", "--style-mask", "n"]
    )
    assert [(style.file, style.mask) for style in named_styles(options)] == [("s", "m"), ("a", ""), ("b", "n")]
    assert parse(["transfer", "c", "s", "-o", "o.png"]).more_styles == ()  # nothing stays from the run before


def test_a_recipe_repeats_styles_weights_and_masks_without_their_files(files, tmp_path, capsys):
    options = [f"--style={files['two']}:weight=0.25", "--style-mask", files["left"], "--leave", files["right"]]
    assert run(files, *options) == 0
    first, recipe = pixels(files["out"]), read_recipe(Path(files["out"]).read_bytes())
    assert [style.weight for style in recipe.styles] == [1.0, 0.25]
    left, right = (small_mask(Path(files[name]).read_bytes()) for name in ("left", "right"))
    assert recipe.masks == {sha256(left): left, sha256(right): right}
    again = str(tmp_path / "again.png")
    capsys.readouterr()
    pictures = [files["content"], files["one"], "--style", files["two"]]
    assert main(["transfer", *pictures, "-o", again, "--recipe", files["out"], "--device", "cpu"]) == 0
    assert "not the one" not in capsys.readouterr().err
    assert np.array_equal(pixels(again), first)
    assert read_recipe(Path(again).read_bytes()) == recipe
    assert main(["transfer", *pictures, "-o", again, "--recipe", files["out"], "--leave", files["left"]]) == 0
    assert "mask of what is left alone is not the one of the recipe" in capsys.readouterr().err


def test_what_is_left_alone_is_the_content(files):
    assert run(files, "--leave", files["left"]) == 0
    found, content = pixels(files["out"]), pixels(files["content"])
    assert np.array_equal(found[:, :32], content[:, :32])
    assert not np.array_equal(found[:, 32:], content[:, 32:])


def test_what_is_left_alone_stays_when_the_picture_becomes_large(files, tmp_path):
    assert run(files, "--leave", files["left"]) == 0
    large = str(tmp_path / "large.png")
    pair = [files["content"], files["one"]]
    assert main(["transfer", *pair, "-o", large, "--from", files["out"], "--size", "128", "--steps", "1"]) == 0
    with Image.open(files["content"]) as content:
        scaled = np.asarray(content.convert("RGB").resize((128, 96), Image.Resampling.LANCZOS), int)
    assert np.array_equal(pixels(large)[:, :60], scaled[:, :60])


def test_inspect_shows_masks_in_figures(files, capsys):
    assert run(files, "--leave", files["left"], steps="0") == 0
    capsys.readouterr()
    assert main(["inspect", files["out"]]) == 0
    (mask,) = json.loads(capsys.readouterr().out)["masks"].values()
    assert (mask["width"], mask["height"], mask["white"]) == (64, 48, 0.5)


def test_evaluate_knows_styles_and_masks(files, capsys):
    def losses(*options):
        capsys.readouterr()
        assert run(files, *options, "--loss-weighting", "calibrated", command="evaluate") == 0
        return json.loads(capsys.readouterr().out)

    plain = losses()
    mixed = losses(f"--style={files['two']}:weight=3")
    apart = losses(f"--style={files['two']}:mask={files['left']}", "--leave", files["black"])
    for found in (plain, mixed, apart):
        assert found["style_loss"] == pytest.approx(1, rel=1e-3)
        assert found["content_loss"] == 0
    assert mixed["style_layers"] != plain["style_layers"]
    assert apart["style_layers"] != plain["style_layers"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--leave", "{white}"], "left alone, so there is nothing to paint"),
        (["--style-mask", "{black}"], "black all over, so nothing of it would be used"),
        (["--leave", "{one}x"], "no such file"),
        (["--leave", "{out}"], "empty"),
        (["--style", "{two}:mask={empty}"], "empty"),
        (["--style-mask", "{text}"], "isn't a picture we can read"),
        (["--style", "{two}:weight=0:mask={left}"], "a weight above 0"),
    ],
)
def test_masks_that_can_not_be_used_are_refused_before_the_run(files, tmp_path, capsys, options, sentence):
    (tmp_path / "out.png").write_bytes(b"")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "text.png").write_text("no picture, only some words")
    names = files | {name: str(tmp_path / f"{name}.png") for name in ("empty", "text")}
    capsys.readouterr()
    status = run(files, *(option.format(**names) for option in options), steps="0")
    error = capsys.readouterr().err
    assert (status, sentence.lower() in error.lower()) == (2, True)
    assert "Traceback" not in error


def test_no_output_may_replace_a_mask(files, capsys):
    files["out"] = files["left"]
    assert run(files, "--leave", files["left"]) == 2
    assert "left.png" in capsys.readouterr().err


def test_a_transparent_file_stays_transparent_in_every_format_that_knows_it(files, tmp_path):
    levels = np.random.default_rng(0).integers(0, 256, (48, 64, 4), np.uint8)
    levels[..., 3] = np.where(np.arange(64) < 20, 0, 255)
    Image.fromarray(levels).save(files["content"])
    for ending in ("png", "webp", "tif"):
        files["out"] = str(tmp_path / f"out.{ending}")
        assert run(files, steps="1") == 0
        with Image.open(files["out"]) as image:
            found = np.asarray(image)  # of TIFF, Pillow takes the higher bytes
            assert np.array_equal(found[:, :20], levels[:, :20])
            assert np.array_equal(found[..., 3], levels[..., 3])
