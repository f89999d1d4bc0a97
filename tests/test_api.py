"""The package as other programs use it: lazy names, and one call from pictures to pictures."""

import ast
import dataclasses
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import stylecore
from stylecore import api
from stylecore.errors import ImageError, SettingError, UserError
from stylecore.imaging.images import decode, encode_png
from stylecore.transfer.preparation import prepare
from stylecore.transfer.stylize import stylize

CONFIG = stylecore.TransferConfig(
    size=24, steps=3, content_layers=(("relu1_1", 1.0),), style_layers=(("relu1_1", 1.0),), coarse_to_fine="off"
)


@pytest.fixture(autouse=True)
def _toy_network(toy, monkeypatch):
    monkeypatch.setattr(api, "load_vgg16", lambda *_: toy)


def test_importing_the_package_does_not_import_torch():
    code = "import sys, stylecore; dir(stylecore); stylecore.__version__; stylecore.TransferConfig(); "
    code += "print('torch' in sys.modules, 'PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("False False\n", "")


@pytest.mark.parametrize(("before", "then"), [(None, "PASSIVE"), ("ACTIVE", "ACTIVE")])
def test_threads_of_torch_sleep_while_they_wait_unless_somebody_wants_otherwise(before, then, monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    if before:
        monkeypatch.setenv("OMP_WAIT_POLICY", before)
    code = "import os, sys, streamlit.web.bootstrap; early = 'torch' in sys.modules; import stylecore; "
    code += "print(os.environ['OMP_WAIT_POLICY'], early)"  # torch reads it once, when it is loaded
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[1], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == (f"{then} False\n", "")


def test_every_public_name_is_there_and_known_to_type_checkers():
    assert set(stylecore.__all__) <= set(dir(stylecore))
    assert all(getattr(stylecore, name) is not None for name in stylecore.__all__)
    tree = ast.parse(Path(stylecore.__file__).read_text())
    typed = {
        (alias.name, found.module)
        for found in ast.walk(tree)
        if isinstance(found, ast.ImportFrom)
        for alias in found.names
    }
    assert set(stylecore._HOMES.items()) <= typed
    assert set(stylecore._HOMES) == set(stylecore.__all__) - {"__version__"}
    with pytest.raises(AttributeError, match="no attribute 'monet'"):
        stylecore.monet  # noqa: B018


def test_the_pictures_are_those_of_the_generator(picture, toy):
    found = stylecore.stylize_images(*picture, (0.2, 0.9), config=CONFIG)
    config = dataclasses.replace(CONFIG, lambdas=(0.2, 0.9))
    steps = list(stylize(toy, *prepare(*map(decode, picture), config), config))
    assert found.config == config
    assert found.losses == tuple(step.losses for step in steps)
    assert [image.size for image in found.images] == [(24, 20)] * 2
    for image, tensor in zip(found.images, steps[-1].images, strict=True):
        expected = (tensor * 255).round().byte().permute(1, 2, 0).numpy()
        np.testing.assert_array_equal(np.asarray(image), expected)
    assert found.image is found.images[0]


def test_pictures_come_in_many_forms(picture, tmp_path):
    files = [tmp_path / "content.png", tmp_path / "style.png"]
    for file, data in zip(files, picture, strict=True):
        file.write_bytes(data)
    expected = stylecore.stylize_images(*picture, config=CONFIG)
    images = [decode(data) for data in picture]
    before = [image.tobytes() for image in images]
    for pair in (files, map(str, files), images, map(np.asarray, images), (picture[0], images[1])):
        found = stylecore.stylize_images(*pair, config=CONFIG)
        assert found.image.tobytes() == expected.image.tobytes()
    assert [image.tobytes() for image in images] == before


def test_images_of_other_modes_are_converted_and_left_alone(picture):
    content = decode(picture[0]).convert("RGBA")
    content.putalpha(128)
    style = decode(picture[1]).convert("L")
    kept = content.tobytes()
    found = stylecore.stylize_images(content, style, config=CONFIG)
    assert found.image.mode == "RGB"
    assert (content.mode, content.tobytes()) == ("RGBA", kept)
    assert found.image.tobytes() == stylecore.stylize_images(encode_png(content), style, config=CONFIG).image.tobytes()


def test_shortcuts_replace_the_settings(picture):
    found = stylecore.stylize_images(*picture, 0.7, size=20, steps=1, config=CONFIG)
    assert found.config == dataclasses.replace(CONFIG, lambdas=(0.7,), size=20, steps=1)
    assert [record.index for record in found.losses] == [0, 1]
    assert max(found.image.size) == 20


def test_a_picture_to_start_from(picture):
    found = stylecore.stylize_images(*picture, steps=0, init=picture[1], config=CONFIG)
    assert found.config.init == "image"
    assert found.image.tobytes() != stylecore.stylize_images(*picture, steps=0, config=CONFIG).image.tobytes()
    with pytest.raises(SettingError, match="needs a picture to start from"):
        stylecore.stylize_images(*picture, config=dataclasses.replace(CONFIG, init="image"))


def test_on_step_sees_every_step_and_may_stop(picture):
    seen = []
    whole = stylecore.stylize_images(*picture, config=CONFIG, on_step=lambda step: seen.append(step.index))
    assert seen == [0, 1, 2, 3]
    stopped = stylecore.stylize_images(*picture, config=CONFIG, on_step=lambda step: step.index == 1)
    assert stopped.losses == whole.losses[:2]
    assert stopped.image.tobytes() == stylecore.stylize_images(*picture, steps=1, config=CONFIG).image.tobytes()


def test_stop_iteration_ends_the_run_with_its_picture_and_other_exceptions_end_the_call(picture):
    def raising(error):
        def on_step(step):
            if step.index == 1:
                raise error

        return on_step

    stopped = stylecore.stylize_images(*picture, config=CONFIG, on_step=raising(StopIteration))
    assert stopped.image.tobytes() == stylecore.stylize_images(*picture, steps=1, config=CONFIG).image.tobytes()
    for error in (KeyboardInterrupt, ZeroDivisionError):
        with pytest.raises(error):
            stylecore.stylize_images(*picture, config=CONFIG, on_step=raising(error))


def test_losses_are_columns(picture):
    found = stylecore.stylize_images(*picture, (0.2, 0.9), config=CONFIG)
    columns = found.columns
    assert list(columns) == ["step", "lam", "content", "style", "total", "content_relu1_1", "style_relu1_1"]
    assert columns["step"] == [0, 0, 1, 1, 2, 2, 3, 3]
    assert columns["lam"] == [0.2, 0.9] * 4
    for name in ("content", "style", "total"):
        assert columns[name] == [value for record in found.losses for value in getattr(record, name)]
    assert columns["style_relu1_1"] == [value for record in found.losses for value in record.style_layers["relu1_1"]]


def test_a_notebook_shows_the_picture_or_a_sheet_of_all(picture):
    one = stylecore.stylize_images(*picture, steps=0, config=CONFIG)
    assert decode(one._repr_png_()).tobytes() == one.image.tobytes()
    several = stylecore.stylize_images(*picture, (0.2, 0.5, 0.9), steps=0, config=CONFIG)
    assert decode(several._repr_png_()).width > 3 * several.image.width


@pytest.mark.parametrize(
    "wrong", [None, 5, np.zeros((4, 4)), np.zeros((4, 4, 4), np.uint8), np.zeros((0, 4, 3), np.uint8), [[[1, 2, 3]]]]
)
def test_what_is_no_picture_is_refused(picture, wrong):
    with pytest.raises(ImageError, match="content must be a Pillow image, a path, bytes"):
        stylecore.stylize_images(wrong, picture[1], config=CONFIG)
    with pytest.raises(ImageError, match="style is empty"):
        stylecore.stylize_images(picture[0], b"", config=CONFIG)


def test_settings_out_of_range_are_refused(picture):
    for settings in ({"lambdas": 2}, {"lambdas": ()}, {"size": 1}, {"steps": -1}):
        with pytest.raises(SettingError):
            stylecore.stylize_images(*picture, **settings, config=CONFIG)
    with pytest.raises(SettingError, match="device must be"):
        stylecore.stylize_images(*picture, device="tpu", config=CONFIG)


def test_pillow_images_of_a_camera_are_turned(picture):
    content = decode(picture[0])
    turned = content.transpose(Image.Transpose.ROTATE_90)
    turned.getexif()[0x112] = 6
    found = stylecore.stylize_images(turned, picture[1], steps=0, config=CONFIG)
    assert found.image.size == content.size
    assert turned.size == content.size[::-1]


def test_several_styles_with_masks_and_weights(picture):
    content, style = picture
    left = np.zeros((20, 24), np.uint8)
    left[:, :12] = 255
    alone = stylecore.stylize_images(content, style, config=CONFIG)
    first = stylecore.stylize_images(content, [style, content], weights=(1, 0), config=CONFIG)
    assert np.array_equal(alone.image, first.image)
    assert first.losses[-1].style_weights == (1, 0)
    masks = {"regions": [left, None], "leave": Image.fromarray(255 - left)}
    kept = stylecore.stylize_images(content, [style, style], **masks, config=CONFIG)
    assert np.array_equal(np.asarray(kept.image)[:, 12:], np.asarray(decode(content))[:, 12:])
    assert not np.array_equal(kept.image, alone.image)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"weights": (1, 2)}, "as many weights"),
        ({"weights": (0,)}, "above 0"),
        ({"regions": [None, None]}, "as many weights and regions"),
        ({"leave": np.full((4, 4), 255, np.uint8)}, "nothing to paint"),
    ],
)
def test_styles_that_do_not_go_together(picture, options, sentence):
    with pytest.raises(UserError, match=sentence):
        stylecore.stylize_images(*picture, **options)
