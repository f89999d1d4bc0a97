"""Every setting goes exactly through a link, a recipe and the command line, which are derived from its declaration."""

import dataclasses
import itertools
import json
from typing import get_args, get_type_hints

import pytest

from stylecore.artifacts.recipe import InputDigest, Recipe
from stylecore.cli import choices
from stylecore.cli.parser import parse
from stylecore.config import PRESETS, SETTINGS, Postprocess, TransferConfig
from stylecore.engine.limits import Limits
from stylecore.errors import SettingError
from stylecore.layers import LAYERS
from stylecore.settings import MAX_LAMBDAS, MAX_LAYER_WEIGHT, settings_of
from stylecore.ui.state.url import from_query, to_query

POSTPROCESS = settings_of(Postprocess)
LIMITS = Limits(max_size=8192, max_steps=10_000, max_waiting=9, kept_mb=9, state_mb=9)
MANY_DIGITS = (0.1 + 0.2, 1 / 3, 2 / 3, 0.1, 1e-4, 1e-300, 5e-324)
ADDED = {
    "content_layers": "--content-layers",
    "style_layers": "--style-layers",
    "learning_rate": "--learning-rate",
    "learning_rate_decay": "--learning-rate-decay",
    "decay_every": "--decay-every",
    "lbfgs_memory": "--lbfgs-memory",
}


def awkward_values(declared):
    """The values of a setting that are most likely to be lost on the way, from its declaration alone."""
    if declared.kind == "choice":
        return list(declared.labels)
    if declared.kind == "int":
        low, high = int(declared.low), int(declared.high)
        return [low, low + 1, (low + high) // 3, high - 1, high]
    if declared.kind == "float":
        span = declared.high - declared.low
        inside = [declared.low + span * share for share in MANY_DIGITS]
        return [declared.low, *inside, *(v for v in MANY_DIGITS if declared.low <= v <= declared.high), declared.high]
    if declared.kind == "lambdas":
        many = tuple(i / 97 for i in range(MAX_LAMBDAS))
        return [(0.0,), (1.0,), (1,), *((value,) for value in MANY_DIGITS), (0.1 + 0.2, 1 / 3, 0.9), many]
    weights = (*MANY_DIGITS, MAX_LAYER_WEIGHT, 1.0, 2, 123456.789)
    odd = tuple(zip(LAYERS, itertools.cycle(weights)))
    return [(), *(((layer, 1.0),) for layer in LAYERS), odd, odd[::-1], (("relu3_1", 0.0), ("relu1_1", 1 / 3))]


def config_with(name, value):
    """Settings with one value set, and what else that value needs."""
    values = {name: value}
    if value == () and name in ("content_layers", "style_layers"):
        values["lambdas"] = (0.0,) if name == "content_layers" else (1.0,)
    return TransferConfig(**values)


def exactly(config, other):
    """Equal, and with numbers of the same value to the last bit."""
    return config == other and repr(plain(config.to_dict())) == repr(plain(other.to_dict()))


def plain(value):
    """Whole floats as integers: 1 and 1.0 are the same setting."""
    if isinstance(value, dict):
        return {name: plain(entry) for name, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return tuple(map(plain, value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


CASES = [
    pytest.param(config_with(name, value), id=f"{name}-{i}")
    for name, declared in SETTINGS.items()
    for i, value in enumerate(awkward_values(declared))
]
PRESET_CASES = [pytest.param(config, id=f"preset-{name}") for name, config in PRESETS.items()]
each_value = pytest.mark.parametrize("config", CASES + PRESET_CASES)


def recipe_of(config, **entries):
    digest = (InputDigest(sha256="5" * 64),)
    recipe = Recipe(
        config=config, device="cpu", versions={}, contents=digest, styles=digest, steps_done=0, losses={}, **entries
    )
    return json.loads(recipe.to_json())


def chosen(*options):
    """What the command line would run."""
    options = parse(["transfer", "content.png", "style.png", "-o", "out.png", *options])
    return choices.choose(options)


def options_of(values, declarations):
    """Options that name every setting of a dataclass instance."""
    return [f"{declared.flag}={declared.to_text(getattr(values, name))}" for name, declared in declarations.items()]


# There and back


@each_value
def test_text(config):
    for name, declared in SETTINGS.items():
        value = declared.from_text(declared.to_text(getattr(config, name)))
        declared.check(value)
        assert plain(value) == plain(getattr(config, name))


@each_value
def test_link(config):
    """A link is to one picture: of several λ the first one stays."""
    found, problems = from_query(to_query(config), LIMITS)
    assert problems == []
    assert exactly(found, dataclasses.replace(config, lambdas=config.lambdas[:1]))


@each_value
def test_recipe(config):
    found = Recipe.from_json(json.dumps(recipe_of(config)))
    assert found.not_understood == ()
    assert exactly(found.config, config)


@each_value
def test_command_line(config):
    """Every setting is named, also those that are as usual."""
    if config.init == "image":  # a picture to start from is named with an option of its own
        named = [option for option in options_of(config, SETTINGS) if not option.startswith("--init=")]
        assert exactly(chosen(*named, "--init-image", "start.png").config, config)
    else:
        assert exactly(chosen(*options_of(config, SETTINGS)).config, config)


@pytest.mark.parametrize(
    "postprocess",
    [Postprocess(**{name: value}) for name, declared in POSTPROCESS.items() for value in awkward_values(declared)],
    ids=str,
)
def test_postprocessing_through_recipe_and_command_line(postprocess):
    config = TransferConfig()
    assert Recipe.from_json(json.dumps(recipe_of(config, postprocess=postprocess))).postprocess == postprocess
    assert chosen(*options_of(postprocess, POSTPROCESS)).postprocess == postprocess


@pytest.mark.parametrize(
    "options",
    [
        ["--lambda", "0.1", "--lambda", "0.5"],
        ["--lambda", "0.1 0.5"],
        ["--lambda", "0.1,0.5"],
        ["--lambda=0.1", "--lambda=0.5"],
    ],
)
def test_several_lambdas_on_the_command_line(options):
    assert chosen(*options).config.lambdas == (0.1, 0.5)


def test_lambdas_of_the_command_line_replace_those_of_the_preset():
    assert chosen("--preset", "gatys", "--lambda", "0.5").config.lambdas == (0.5,)
    assert chosen("--preset", "gatys").config == PRESETS["gatys"]


@pytest.mark.parametrize(("name", "idle", "other"), [("content_layers", 0.0, 0.5), ("style_layers", 1.0, 0.5)])
def test_no_layers_where_lambda_needs_none(name, idle, other):
    config = TransferConfig(**{name: (), "lambdas": (idle,)})
    flag = SETTINGS[name].flag
    assert exactly(from_query({"lam": str(idle), name: ""}, LIMITS)[0], config)
    assert exactly(Recipe.from_json(json.dumps(recipe_of(config))).config, config)
    assert exactly(chosen("--lambda", str(idle), flag, "").config, config)
    with pytest.raises(SettingError, match="at least one layer"):
        chosen("--lambda", str(other), flag, "")
    assert from_query({"lam": str(other), name: ""}, LIMITS)[0] == TransferConfig(lambdas=(other,))


# Names of earlier versions


OLD = [
    ("weights", "loss_weighting", "paper"),
    ("network", "vgg_weights", "IMAGENET1K_V1"),
    ("history", "lbfgs_memory", 7),
]


def test_all_old_names_are_tried():
    assert {(old, name) for name, declared in SETTINGS.items() for old in declared.old_names} == {
        (old, name) for old, name, _ in OLD
    }


@pytest.mark.parametrize(("old", "name", "value"), OLD)
def test_old_names_are_read(old, name, value):
    expected = TransferConfig(**{name: value})
    assert from_query({old: str(value)}, LIMITS) == (expected, [])
    values = recipe_of(TransferConfig())
    values["config"][old] = value
    del values["config"][name]
    found = Recipe.from_json(json.dumps(values))
    assert (found.config, found.not_understood) == (expected, ())
    for flag in SETTINGS[name].old_flags:
        assert chosen(flag, str(value)).config == expected


def test_a_current_name_wins_over_an_old_one():
    for old, name, value in OLD:
        usual = getattr(TransferConfig(), name)
        assert getattr(from_query({old: str(value), name: str(usual)}, LIMITS)[0], name) == usual


def test_old_flags():
    flags = {flag: name for name, declared in SETTINGS.items() for flag in declared.old_flags}
    assert flags == {"--weights": "loss_weighting", "--network": "vgg_weights"}


# The declarations


@pytest.mark.parametrize(("name", "flag"), ADDED.items())
def test_settings_that_the_command_line_once_lacked(name, flag, capsys):
    assert SETTINGS[name].flag == flag
    with pytest.raises(SystemExit):
        parse(["transfer", "--help"])
    assert f" {flag} " in capsys.readouterr().out


def test_every_field_is_declared():
    for kind, declarations in ((TransferConfig, SETTINGS), (Postprocess, POSTPROCESS)):
        assert list(declarations) == [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize("declared", [*SETTINGS.values(), *POSTPROCESS.values()], ids=lambda declared: declared.name)
def test_a_declaration_is_whole(declared):
    kind = TransferConfig if declared.name in SETTINGS else Postprocess
    usual = getattr(kind(), declared.name)
    declared.check(usual)
    assert declared.label
    assert declared.help.endswith(".")
    assert declared.help[0].isupper()
    assert ". " not in declared.help.replace("et al. ", "")  # one sentence
    assert "\n" not in declared.help
    assert len(declared.help) < 200
    hint = get_type_hints(kind)[declared.name]
    if declared.kind == "choice":
        assert tuple(declared.labels) == get_args(hint)
        assert len(set(declared.labels.values())) == len(declared.labels)
        assert all(declared.labels.values())
    else:
        assert not declared.labels
    if declared.kind in ("int", "float"):
        assert hint is {"int": int, "float": float}[declared.kind]
        assert declared.low <= usual <= declared.high
        assert 0 <= declared.slider_high <= declared.high
    if declared.needs:
        other, value = declared.needs
        assert value in SETTINGS[other].labels


def test_flags_and_names_are_unique():
    declarations = [*SETTINGS.values(), *POSTPROCESS.values()]
    flags = [flag for declared in declarations for flag in (declared.flag, *declared.old_flags)]
    words = [word for declared in declarations for word in (declared.query, *declared.old_names)]
    for names in (flags, words):
        assert len(set(names)) == len(names)
    assert all(flag.startswith("--") for flag in flags)
    assert not {"--recipe", "--preset", "--init-image", "--device", "--output", "--log", "--debug", "--help"} & {*flags}


@pytest.mark.parametrize("name", SETTINGS)
def test_awkward_values_are_awkward(name):
    """More than the default is tried of each setting, its extremes among them."""
    declared = SETTINGS[name]
    values = awkward_values(declared)
    assert len(values) > 1
    if declared.kind in ("int", "float"):
        assert {declared.low, declared.high} <= set(values)
        for beyond in (declared.low - 1, declared.high * 2 + 1, float("nan"), True, "1"):
            with pytest.raises(SettingError, match=name):
                TransferConfig(**{name: beyond})
