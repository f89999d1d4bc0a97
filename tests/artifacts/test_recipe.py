"""The recipe inside a picture: what comes back, and what a stranger may have written there."""

import base64
import dataclasses
import io
import json

import pytest
import torch
from PIL import Image
from PIL.PngImagePlugin import PngInfo

import stylecore
from stylecore.artifacts.recipe import (
    CHUNK,
    FORMAT,
    InputDigest,
    Recipe,
    RecipeError,
    current_versions,
    read_recipe,
    sha256,
)
from stylecore.config import PRESETS, SETTINGS, Postprocess, TransferConfig
from stylecore.imaging import files
from stylecore.imaging.images import encode_png
from stylecore.imaging.mask_files import small_mask
from stylecore.imaging.tensors import to_image

MASK = small_mask(encode_png(Image.linear_gradient("L")))
RECIPE = Recipe(
    config=TransferConfig(
        lambdas=(0.1 + 0.2,),
        size=384,
        seed=2**53 - 1,
        init="noise",
        optimizer="adam",
        learning_rate=1 / 3,
        style_layers=(("relu1_1", 0.25), ("relu5_3", 1e-7)),
    ),
    device="NVIDIA “Ω” 9000",
    versions={"torch": "2.14.1+cu130", "python": "3.11"},
    contents=(InputDigest(sha256="c" * 64),),
    styles=(
        InputDigest(sha256="5" * 64, weight=0.25),
        InputDigest(sha256="6" * 64, weight=0.75, mask_sha256="m" * 64, region_sha256=sha256(MASK)),
    ),
    leave_sha256=sha256(MASK),
    masks={sha256(MASK): MASK},
    init_sha256="1" * 64,
    steps_done=77,
    losses={"content": 1e-300, "style": 0.1, "total": 12345678.901234567},
    changes=((10, 0.3), (20, 1.0)),
    weight_changes=((5, (0.5, 1.0)),),
    postprocess=Postprocess(colours="luminance", blend=0.25),
    enlargement=((768, 20), (1536, 57)),
    resumed_at=(12, 40),
    frames=3,
)


def in_png(text: str) -> bytes:
    info = PngInfo()
    info.add_itxt(CHUNK, text)
    buffer = io.BytesIO()
    Image.new("RGB", (2, 2)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def changed(**entries) -> str:
    return json.dumps({**json.loads(RECIPE.to_json()), **entries})


def with_setting(**settings) -> str:
    return changed(config={**json.loads(RECIPE.to_json())["config"], **settings})


def without(name: str) -> str:
    return json.dumps({key: value for key, value in json.loads(RECIPE.to_json()).items() if key != name})


def refusal(data: bytes) -> str:
    with pytest.raises(RecipeError) as caught:
        read_recipe(data, "picture.png")
    message = str(caught.value)
    assert message.endswith(".")
    assert message.isprintable()
    assert len(message) < 300
    return message


def test_every_field_comes_back_from_the_picture():
    back = read_recipe(encode_png(Image.new("RGB", (3, 2)), {CHUNK: RECIPE.to_json()}))
    for field in dataclasses.fields(Recipe):
        assert getattr(back, field.name) == getattr(RECIPE, field.name), field.name
    assert back.to_json() == RECIPE.to_json()


def test_a_recipe_without_postprocessing_is_read():
    assert read_recipe(in_png(without("postprocess"))) == dataclasses.replace(RECIPE, postprocess=Postprocess())


def test_without_postprocessing_the_json_says_nothing_of_it():
    values = json.loads(RECIPE.to_json())
    assert values.pop("postprocess") == {"colours": "luminance", "blend": 0.25}
    assert json.loads(dataclasses.replace(RECIPE, postprocess=Postprocess()).to_json()) == values
    assert Recipe.from_json(changed(postprocess={"blend": 0.25})).postprocess == Postprocess(blend=0.25)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_comes_back(preset):
    recipe = dataclasses.replace(RECIPE, config=PRESETS[preset], changes=(), init_sha256="")
    assert read_recipe(in_png(recipe.to_json())) == recipe


def test_the_json_says_what_a_reader_needs():
    values = json.loads(RECIPE.to_json())
    assert values["config"]["lambdas"] == [0.30000000000000004]
    assert values["config"]["style_layers"] == [["relu1_1", 0.25], ["relu5_3", 1e-7]]
    assert set(values) == {"format", *(field.name for field in dataclasses.fields(Recipe))} - {"not_understood"}


@pytest.mark.parametrize(
    "entry",
    [
        "changes",
        "enlargement",
        "init_sha256",
        "leave_sha256",
        "masks",
        "precision",
        "resumed_at",
        "weight_changes",
    ],
)
def test_entries_that_may_be_missing(entry):
    assert getattr(Recipe.from_json(without(entry)), entry) in ((), "", "float32", {})


def as_json(data: bytes) -> dict[str, str]:
    return {sha256(data): base64.b64encode(data).decode()}


@pytest.mark.parametrize(
    ("masks", "sentence"),
    [
        ([], "masks must be"),
        ({str(k): "" for k in range(12)}, "masks must be"),
        ({"0" * 64: base64.b64encode(MASK).decode()}, "not what its checksum says"),
        ({"0" * 64: 7}, "must have at most 24576 bytes"),
        ({"0" * 64: "A" * 60_000}, "must have at most 24576 bytes"),
        ({"0" * 64: "*"}, "can't be used"),
        (as_json(b""), "or not small"),
        (as_json(MASK[:40]), "or not small"),
        (as_json(MASK[:-40] + MASK[-12:]), "can't be used"),
        (as_json(encode_png(Image.new("RGB", (8, 8)))), "or not small"),
        (as_json(encode_png(Image.new("L", (300, 8)))), "or not small"),
    ],
)
def test_masks_that_were_not_made_here_are_refused(masks, sentence):
    with pytest.raises(RecipeError, match=sentence):
        Recipe.from_json(changed(masks=masks))


@pytest.mark.parametrize(
    "weights",
    [
        [[1, [1]]],
        [[1, [0, 1]]],
        [[1, [1, -1]]],
        [[1, [1, None]]],
        [[1, [1, 1e9]]],
        [[-1, [1, 1]]],
        [[1]],
        3,
        [[1, "ab"]],
    ],
)
def test_changes_of_the_mix_that_can_not_be_followed_are_refused(weights):
    with pytest.raises(RecipeError):
        Recipe.from_json(changed(weight_changes=weights))


def test_a_recipe_without_masks_says_nothing_of_them():
    plain = dataclasses.replace(
        RECIPE, styles=(InputDigest(sha256="5" * 64),), leave_sha256="", masks={}, weight_changes=()
    )
    text = plain.to_json()
    assert not any(word in text for word in ("region", "leave", "masks", "weight_changes"))
    assert Recipe.from_json(text) == plain


def test_settings_that_are_missing_are_what_was_done_before_they_existed():
    formerly = {name: declared.formerly for name, declared in SETTINGS.items() if declared.formerly is not None}
    assert formerly == {"lbfgs_scales": 0, "levels": 2, "precision": "float32"}
    assert Recipe.from_json(changed(config={})).config == TransferConfig(**formerly)


def test_the_precision_that_was_used_is_kept_beside_the_one_that_was_asked_for():
    recipe = Recipe.from_json(changed(config={"precision": "auto"}, precision="bfloat16"))
    assert (recipe.config.precision, recipe.precision) == ("auto", "bfloat16")
    assert Recipe.from_json(without("precision")).precision == "float32"
    with pytest.raises(RecipeError, match="precision must be float32 or bfloat16"):
        Recipe.from_json(changed(precision="auto"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not JSON",
        "null",
        "[]",
        '"format"',
        "{}",
        RECIPE.to_json()[:-2],
        RECIPE.to_json() + "x",
        "[" * 100_000,
        '{"a":' * 30_000,
        "9" * 10_000,
        *(changed(format=number) for number in (None, 0, -1, True, "2", 2.0, 10**400)),
        *(without(name) for name in ("format", "config", "device", "versions", "losses", "steps_done", "styles")),
        changed(**{"a\n\x1b[31mb": 1}),
        *(changed(config=config) for config in (None, [], "", 7, [["size", 256]], "studio")),
        *(changed(losses=losses) for losses in (None, 3, "abc", {"total": "much"}, {"total": None})),
        *(changed(losses={"total": loss}) for loss in (float("nan"), float("inf"), -float("inf"))),
        *(changed(versions=versions) for versions in (None, 3, [1])),
        *(changed(steps_done=steps) for steps in (None, "many", -1, 10**9, float("nan"), float("inf"), [3])),
        *(changed(changes=changes) for changes in (None, 5, [1], [[1]], [[1, 2, 3]], [["a", 0.5]], [[1, "b"]])),
        *(changed(postprocess=finish) for finish in (None, 5, "", "all", [], [["blend", 0.25]], {"glitter": 1})),
        *(changed(postprocess={"colours": colours}) for colours in (None, "gold", ["style"], {"style": 1})),
        *(
            changed(postprocess={"blend": blend})
            for blend in (None, "0.5", True, [0.5], -0.1, 2, 10**400, float("nan"))
        ),
        *(changed(changes=[[1, lam]]) for lam in (2, -0.1, float("nan"), float("inf"))),
    ],
    ids=lambda text: text[-30:],
)
def test_hostile_recipes(text):
    refusal(in_png(text))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", 10**9),
        ("size", 10**400),
        ("size", 15),
        ("size", 256.0),
        ("size", True),
        ("size", "256"),
        ("size", "x" * 100_000),
        ("size", None),
        ("steps", -1),
        ("steps", 10_001),
        ("seed", 2**53),
        ("learning_rate", float("nan")),
        ("total_variation", float("inf")),
        ("style_scale", 0),
        ("lambdas", []),
        ("lambdas", 0.2),
        ("lambdas", [[0.2]]),
        ("lambdas", [float("nan")]),
        ("lambdas", [1.5]),
        ("lambdas", [0.5] * 33),
        ("lambdas", {"0.2": 1}),
        ("style_layers", []),
        ("style_layers", [["relu1_1"]]),
        ("style_layers", [["relu9_9", 1.0]]),
        ("style_layers", [["relu1_1", -1.0]]),
        ("style_layers", [["relu1_1", 0.0]]),
        ("style_layers", [["relu1_1", 1.0], ["relu1_1", 1.0]]),
        ("style_layers", [[["relu1_1"], 1.0]]),
        ("style_layers", {"relu1_1": 1.0}),
        ("optimizer", ["lbfgs"]),
    ],
    ids=lambda value: str(value)[:20],
)
def test_settings_out_of_their_range(name, value):
    refusal(in_png(with_setting(**{name: value})))


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("optimizer", ("lbfgs", "adam")),
        ("init", ("content", "style", "noise", "image")),
        ("pooling", ("max", "average")),
        ("statistic", ("gram", "covariance")),
        ("loss_weighting", ("calibrated", "paper")),
        ("vgg_weights", ("bundled", "IMAGENET1K_FEATURES", "IMAGENET1K_V1")),
    ],
)
def test_unknown_choices_are_refused_naming_the_choices(name, choices):
    message = refusal(in_png(with_setting(**{name: "other"})))
    assert all(word in message for word in (name, "other", *choices))


def test_an_unknown_setting_or_entry_is_left_out_with_a_sentence():
    found = Recipe.from_json(changed(config={**json.loads(RECIPE.to_json())["config"], "colour": "red"}, surprise=1))
    assert dataclasses.replace(found, not_understood=()) == RECIPE
    assert len(found.not_understood) == 2
    assert "'colour'" in found.not_understood[0]
    assert "'surprise'" in found.not_understood[1]
    many = Recipe.from_json(changed(**{f"k{i}": i for i in range(1000)})).not_understood
    assert len(many) == 6
    assert "995 more" in many[-1]


@pytest.mark.parametrize("later", [{"format": FORMAT + 1}, {"versions": {"stylecore": "12.0"}}])
def test_a_choice_that_only_a_later_version_knows_is_replaced_with_a_sentence(later):
    config = {**json.loads(RECIPE.to_json())["config"], "statistic": "histogram"}
    found = Recipe.from_json(changed(config=config, **later))
    assert found.config == RECIPE.config
    assert found.not_understood == ("This version does not know statistic = histogram: it takes gram.",)


def test_a_recipe_of_the_first_format_is_read_by_its_old_names():
    config = json.loads(RECIPE.to_json())["config"]
    for new, old in (("loss_weighting", "weights"), ("vgg_weights", "network"), ("lbfgs_memory", "history")):
        config[old] = config.pop(new)
    config |= {"weights": "paper", "history": 7}
    values = json.loads(RECIPE.to_json()) | {"format": 1, "config": config}
    del values["contents"], values["styles"], values["weight_changes"]
    values |= {"content_sha256": "a" * 64, "style_sha256": "b" * 64, "finish": values.pop("postprocess")}
    found = Recipe.from_json(json.dumps(values))
    assert found.config == dataclasses.replace(RECIPE.config, loss_weighting="paper", lbfgs_memory=7)
    assert (found.contents, found.styles) == ((InputDigest(sha256="a" * 64),), (InputDigest(sha256="b" * 64),))
    assert found.postprocess == RECIPE.postprocess
    assert found.not_understood == ()


@pytest.mark.parametrize(
    "styles",
    [None, [], {}, "5" * 64, [None], [{}], [{"sha256": 5}], [{"sha256": "5" * 64}] * 33]
    + [[{"sha256": "5", "weight": weight}] for weight in (0, -1, None, True, "1", float("nan"), float("inf"), 10**400)]
    + [[{"sha256": "5", "mask_sha256": mask}] for mask in (None, 5, "a\nb")],
    ids=lambda styles: str(styles)[:30],
)
def test_hostile_inputs(styles):
    refusal(in_png(changed(styles=styles)))


def test_pictures_without_a_recipe():
    bmp, jpeg, png = io.BytesIO(), io.BytesIO(), io.BytesIO()
    Image.new("RGB", (2, 2)).save(bmp, "BMP")
    Image.new("RGB", (2, 2)).save(jpeg, "JPEG", comment=RECIPE.to_json().encode())
    Image.new("RGB", (2, 2)).save(png, "PNG")
    assert "not a PNG, JPEG, WebP or TIFF" in refusal(bmp.getvalue())
    assert "no recipe" in refusal(jpeg.getvalue())  # a comment is not where it would be
    assert "no recipe" in refusal(png.getvalue())
    assert "no recipe" in refusal(in_png(RECIPE.to_json() + " " * 500_000))


@pytest.mark.parametrize("data", [b"", b"text", b"\x89PNG\r\n\x1a\n", in_png(RECIPE.to_json())[:60]])
def test_files_that_are_no_pictures(data):
    assert "no recipe" in refusal(data)


def test_a_result_larger_than_an_input_may_be_has_its_recipe(monkeypatch, tmp_path):
    noise = torch.rand(3, 64, 64, generator=torch.Generator().manual_seed(0))
    (tmp_path / "large.png").write_bytes(encode_png(to_image(noise), {CHUNK: RECIPE.to_json()}))
    monkeypatch.setattr(files, "MAX_BYTES", 9000)  # for this one what 25 MB are for 4096 pixels
    data = files.read(tmp_path / "large.png")
    assert len(data) == 9001  # not all of it
    assert read_recipe(data) == RECIPE


def test_a_recipe_cut_anywhere_is_whole_or_refused():
    data, whole = in_png(RECIPE.to_json()), 0
    for end in range(0, len(data), 7):
        try:
            assert read_recipe(data[:end]) == RECIPE
            whole += 1
        except RecipeError:
            assert not whole
    assert whole


def test_sha256_and_versions():
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    versions = current_versions()
    assert set(versions) == {"stylecore", "torch", "torchvision", "python"}
    assert versions["torch"] == torch.__version__
    assert versions["stylecore"] == stylecore.__version__
