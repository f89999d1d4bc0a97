"""Settings in an address: there and back, and whatever a stranger may write into one."""

import dataclasses

import pytest

from stylecore.config import PRESETS, TransferConfig
from stylecore.engine.limits import Limits
from stylecore.settings import layers_from_text, layers_to_text
from stylecore.ui.state.url import from_query, to_query, within

LIMITS = Limits(max_size=1024, max_steps=2000, max_waiting=9, kept_mb=9, state_mb=9)


def test_defaults_need_no_word():
    assert to_query(TransferConfig()) == {}
    assert from_query({}, LIMITS) == (TransferConfig(), [])


@pytest.mark.parametrize(
    "config",
    [
        *PRESETS.values(),
        TransferConfig(
            lambdas=(0.65,), size=300, steps=77, seed=5, init="noise", style_scale=1.5, total_variation=0.05
        ),
        TransferConfig(optimizer="adam", learning_rate=0.02, learning_rate_decay=0.9, decay_every=7),
        TransferConfig(lambdas=(1,)),
        TransferConfig(statistic="covariance", padding="replicate", coarse_to_fine="off", lbfgs_memory=9),
    ],
)
def test_a_link_gives_the_settings_back(config):
    found, problems = from_query(to_query(config), LIMITS)
    assert problems == []
    assert found == config


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"lam": "x"}, "λ must be a number, not 'x'"),
        ({"lam": "7"}, "λ must be a number from 0 to 1"),
        ({"lam": "nan"}, "λ must be a number from 0 to 1"),
        ({"size": "1e3"}, "size must be a whole number"),
        ({"size": "99999"}, "size must be a whole number from 16 to 8192"),
        ({"size": "2048"}, "limit for size is 1024"),
        ({"steps": "5000"}, "limit for steps is 2000"),
        ({"optimizer": "magic"}, "optimizer must be one of lbfgs, adam"),
        ({"style_layers": "relu9_9"}, "each layer of style_layers must be one of"),
        ({"style_layers": "relu1_1:many"}, "the weight of relu1_1 must be a number"),
        ({"style_layers": ""}, "style_layers must name at least one layer"),
        ({"lam": "A" * 100_000}, "λ must be a number"),
    ],
)
def test_what_can_t_be_used_is_told_and_the_rest_holds(query, words):
    config, problems = from_query({"pooling": "average", **query}, LIMITS)
    assert len(problems) == 1
    assert words in problems[0]
    assert len(problems[0]) < 400
    assert config.pooling == "average"


def test_words_that_are_no_settings_are_passed_over():
    assert from_query({"utm_source": "x", "embed": "true"}, LIMITS) == (TransferConfig(), [])


def test_several_lambdas_become_one():
    assert within(TransferConfig(lambdas=(0.3, 0.6)), LIMITS, []).lambdas == (0.3,)


def test_layers_as_people_write_them():
    assert layers_from_text("relu1_1, relu2_1:0.8  relu3_1") == (("relu1_1", 1.0), ("relu2_1", 0.8), ("relu3_1", 1.0))
    assert layers_to_text((("relu1_1", 1.0), ("relu2_1", 0.8))) == "relu1_1 relu2_1:0.8"


def test_limits_below_the_defaults_are_no_problem_of_who_asked_for_nothing():
    small = dataclasses.replace(LIMITS, max_steps=50, max_size=192)
    config, problems = from_query({"lam": "0.3"}, small)
    assert (config.steps, config.size, problems) == (50, 192, [])
    config, problems = from_query({"steps": "60"}, small)
    assert config.steps == 50
    assert problems == ["This server's limit for steps is 50: it is set in place of 60."]
