"""Hostile values: what a stranger may write into a recipe, or into the address of the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from stylecore.config import TransferConfig

SETTINGS = json.loads(json.dumps(TransferConfig().to_dict()))
RECIPE: dict[str, Any] = {
    "format": 2,
    "config": SETTINGS,
    "device": "cpu",
    "versions": {"torch": "2"},
    "contents": [{"sha256": "c" * 64, "weight": 1.0, "mask_sha256": ""}],
    "styles": [{"sha256": "5" * 64, "weight": 1.0, "mask_sha256": ""}],
    "init_sha256": "",
    "steps_done": 3,
    "losses": {"content": 0.5, "style": 0.5, "total": 0.5},
    "changes": [[1, 0.5]],
    "postprocess": {"colours": "style", "blend": 0.0},
}
NUMBERS = (float("nan"), float("inf"), -float("inf"), -1, 0, 10**18, 10**400, 1e308, 1e-320, -0.0, 2**53, 0.1, True)
TEXTS = (
    "",
    " ",
    "x" * 100_000,
    "../../../etc/passwd",
    "/etc/passwd",
    "a\0b",
    "a\nb\r\nc",
    "\x1b[31mred\x1b[0m",
    "\x9b31m",
    "\u202egnp.exe",
    "e\u0301" * 50 + "\u0300" * 400,
    "\ud800",
    "\U0001f469\u200d\U0001f469",
    "<script>alert(1)</script>",
    "[click](http://evil.example)",
    "![x](http://evil.example/pixel.png)",
    "**bold** $x$ :material/home: `code`",
    "'; DROP TABLE recipes; --",
    "${jndi:ldap://evil.example}",
    "{0.__class__}",
    "%s%n%x",
    "__import__('os').system('true')",
    "NaN",
    "1e999",
    "１２８",
    "٣٢",
    "1_0",
    "0x40",
    "9" * 5_000,
    "None",
)
SHAPES: tuple[Any, ...] = (
    None,
    [],
    {},
    [[]],
    [None],
    [[[["relu1_1"]]]],
    {"": {}},
    ["relu1_1"] * 3,
    [[1, 2, 3]],
    [0.5] * 40,
)


def recipes() -> Iterator[tuple[str, str]]:
    """Recipes as JSON text, the first of them sound."""
    yield "sound", json.dumps(RECIPE)
    values = (*NUMBERS, *TEXTS, *SHAPES)
    for key in RECIPE:
        for i, value in enumerate(values):
            yield f"{key}-{i}", _json({**RECIPE, key: value})
    for key in SETTINGS:
        for i, value in enumerate(values):
            yield f"config-{key}-{i}", _json({**RECIPE, "config": {**SETTINGS, key: value}})
    for i, value in enumerate(values):
        yield f"lambda-{i}", _json({**RECIPE, "config": {**SETTINGS, "lambdas": [value]}})
        yield f"weight-{i}", _json({**RECIPE, "config": {**SETTINGS, "style_layers": [["relu1_1", value]]}})
        yield f"layer-{i}", _json({**RECIPE, "config": {**SETTINGS, "content_layers": [[value, 1.0]]}})
        yield f"change-{i}", _json({**RECIPE, "changes": [[value, 0.5]]})
        yield f"change-to-{i}", _json({**RECIPE, "changes": [[1, value]]})
        yield f"sha256-{i}", _json({**RECIPE, "styles": [{"sha256": value}]})
        yield f"style-weight-{i}", _json({**RECIPE, "styles": [{"sha256": "5", "weight": value}]})
        yield f"loss-{i}", _json({**RECIPE, "losses": {"total": value}})
        yield f"version-{i}", _json({**RECIPE, "versions": {"torch": value}})
        yield f"colours-{i}", _json({**RECIPE, "postprocess": {"colours": value}})
        yield f"blend-{i}", _json({**RECIPE, "postprocess": {"blend": value}})
    for i, name in enumerate(TEXTS):
        yield f"entry-{i}", _json({**RECIPE, name: 1})
        yield f"setting-{i}", _json({**RECIPE, "config": {**SETTINGS, name: 1}})
        yield f"loss-name-{i}", _json({**RECIPE, "losses": {name: 1.0}})
        yield f"version-name-{i}", _json({**RECIPE, "versions": {name: "1"}})
        yield f"postprocess-name-{i}", _json({**RECIPE, "postprocess": {name: 1}})
        yield f"text-{i}", name
    sound = _json(RECIPE)
    nested = "[" * 5_000 + "]" * 5_000
    yield "twice-format", sound[:-1] + ', "format": 0}'
    yield "twice-config", sound[:-1] + ', "config": {"size": 1000000}}'
    yield "twice-the-same", '{"format": 2, ' + sound[1:]
    yield "nested-lists", "[" * 100_000
    yield "nested-objects", '{"a":' * 30_000
    yield "nested-device", _json(RECIPE).replace('"cpu"', nested)
    yield "nested-500-device", _json(RECIPE).replace('"cpu"', "[" * 500 + "]" * 500)
    yield "nested-500-size", _json(RECIPE).replace('"size": 256', '"size": ' + "[" * 500 + "]" * 500)
    yield "nested-950-lambdas", _json(RECIPE).replace("[0.2]", "[" * 950 + "]" * 950)
    yield "digits", "9" * 10_000
    yield "digits-in-size", sound.replace('"size": 256', '"size": ' + "9" * 4_200)
    yield "digits-in-steps-done", sound.replace('"steps_done": 3', '"steps_done": ' + "9" * 5_000)
    yield "comments", "// hello\n" + sound
    yield "single-quotes", sound.replace('"', "'")
    yield "byte-order-mark", "\ufeff" + sound
    yield "yaml", "!!python/object/apply:os.system ['true']"
    yield "two-in-a-row", sound + sound
    yield "spaces", sound + " " * 190_000
    yield "many-entries", _json({**RECIPE, **{f"k{i}": i for i in range(10_000)}})
    yield "many-losses", _json({**RECIPE, "losses": {f"k{i}": 1 for i in range(10_000)}})
    yield "many-versions", _json({**RECIPE, "versions": {f"k{i}": "v" for i in range(9_000)}})
    yield "many-changes", _json({**RECIPE, "changes": [[i, 0.5] for i in range(15_000)]})
    yield "many-layers", _json({**RECIPE, "config": {**SETTINGS, "style_layers": [["relu1_1", 1.0]] * 9_000}})


def queries() -> Iterator[dict[str, str]]:
    """Words of an address: each setting with each hostile text, and all of them at once."""
    words = ["lam" if name == "lambdas" else name for name in SETTINGS]
    texts = [*TEXTS, *map(str, NUMBERS), "relu1_1:" + "9" * 400, "relu1_1:nan", ":", ",,,", "relu1_1 " * 20_000]
    texts += [f"{text}:many" for text in TEXTS]
    for word in words:
        for text in texts:
            yield {word: text}
    for text in texts:
        yield dict.fromkeys(words, text)
        yield {text: text}


def _json(value: object) -> str:
    """JSON, also of what JSON has no word for: NaN, and half a character."""
    return json.dumps(value)
