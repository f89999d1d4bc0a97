"""Settings, links and recipes as Hypothesis tries them: whatever is valid comes back, whatever is not is refused."""

import dataclasses
import json

from hypothesis import given, settings
from hypothesis import strategies as st

from stylecore.artifacts.recipe import Recipe, RecipeError
from stylecore.cli import choices
from stylecore.cli.parser import parse
from stylecore.config import SETTINGS
from stylecore.engine.limits import Limits
from stylecore.settings import MAX_LAMBDAS
from stylecore.ui.state.url import from_query, to_query
from tests.support.strategies import configs, json_values, queries, recipes

LIMITS = Limits(max_size=8192, max_steps=10_000, max_waiting=9, kept_mb=9, state_mb=9)
SMALL = Limits(max_size=256, max_steps=50, max_waiting=9, kept_mb=9, state_mb=9)

few = settings(max_examples=60, deadline=None, derandomize=True, database=None)  # the same ones in every run


@few
@given(configs)
def test_a_link_brings_the_settings_back(config):
    assert from_query(to_query(config), LIMITS) == (dataclasses.replace(config, lambdas=config.lambdas[:1]), [])


@few
@given(configs)
def test_the_command_line_brings_the_settings_back(config):
    flags = [f"{declared.flag}={declared.to_text(getattr(config, name))}" for name, declared in SETTINGS.items()]
    if config.init == "image":
        flags = [flag for flag in flags if not flag.startswith("--init=")] + ["--init-image", "start.png"]
    options = parse(["transfer", "content.png", "style.png", "-o", "out.png", *flags])
    assert choices.choose(options).config == config
    assert len(config.lambdas) <= MAX_LAMBDAS


@few
@given(recipes)
def test_a_recipe_comes_back_whole(recipe):
    assert Recipe.from_json(recipe.to_json()) == recipe


@few
@given(queries)
def test_any_address_gives_settings_that_the_server_allows_and_that_have_an_address(query):
    config, problems = from_query(query, SMALL)
    assert (config.size <= SMALL.max_size, config.steps <= SMALL.max_steps, len(config.lambdas)) == (True, True, 1)
    assert all(problem.endswith(".") for problem in problems)
    assert from_query(to_query(config), SMALL)[0] == config


@few
@given(recipes, st.data())
def test_a_recipe_with_anything_in_place_of_an_entry_is_read_or_refused(recipe, data):
    values = json.loads(recipe.to_json())
    place = values["config"] if data.draw(st.booleans()) else values
    place[data.draw(st.sampled_from(sorted(place)))] = data.draw(json_values)
    try:
        found = Recipe.from_json(json.dumps(values))
    except RecipeError:
        return
    assert Recipe.from_json(found.to_json()) == dataclasses.replace(found, not_understood=())
