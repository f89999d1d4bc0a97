"""The declaration of settings: kind, range, names in the interface, in links and on the command line.

A setting is a field of a frozen dataclass whose metadata holds a `Setting`. Everything else is derived from that one
declaration: how its values are checked and written as text, its option on the command line, its widget, and how recipes
and links of earlier versions, which may call it by another name, are read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stylecore.errors import SettingError
from stylecore.language import Sentence
from stylecore.layers import LAYERS, LayerWeights

Kind = Literal["choice", "int", "float", "lambdas", "layers"]
Place = Literal["main", "advanced", "result"]  # always in view, under "Advanced", below a finished picture

MAX_LAMBDAS = 32
MAX_LAYER_WEIGHT = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The declaration of one setting, apart from its type and its default.

    Attributes:
        name: of the dataclass field.
        kind: the type of its values.
        label: its name in the interface.
        help: what it does, in one sentence.
        labels: of a choice: each value with its name in the interface.
        low: the smallest number allowed.
        high: the largest number allowed.
        step: the increment of its widget; 0 if it has none.
        slider_high: the end of its slider, where `high` is more than people usually want; 0 if it has no slider.
        place: where it is in the interface.
        needs: (other setting, value): this setting has an effect only if the other one has that value.
        flag: its option on the command line; derived from the name if empty.
        query: its query parameter in a link; the name if empty.
        old_names: its names in recipes and links of earlier versions.
        old_flags: its options on the command line of earlier versions.
        formerly: what happened before the setting existed, if that is not its default: recipes without it mean this.
    """

    name: str = ""
    kind: Kind
    label: str
    help: str
    labels: Mapping[str, str] = dataclasses.field(default_factory=dict)
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    slider_high: float = 0.0
    place: Place = "advanced"
    needs: tuple[str, str] | None = None
    flag: str = ""
    query: str = ""
    old_names: tuple[str, ...] = ()
    old_flags: tuple[str, ...] = ()
    formerly: Any = None

    def check(self, value: object) -> None:
        """Checks a value.

        Raises:
            SettingError: if the setting can't have this value; the message names the setting and its range.
        """
        if self.kind == "choice":
            _check_choice(self.name, value, self.labels)
        elif self.kind == "lambdas":
            _check_lambdas(self.name, value)
        elif self.kind == "layers":
            _check_layers(self.name, value)
        else:
            _check_number(self.name, value, self.low, self.high, whole=self.kind == "int")

    def to_text(self, value: Any) -> str:  # noqa: ANN401  # whatever the kind says
        """A value as people write it; `from_text` restores it exactly."""
        if self.kind == "lambdas":
            return " ".join(map(_number_to_text, value))
        if self.kind == "layers":
            return layers_to_text(value)
        return _number_to_text(value) if self.kind == "float" else str(value)

    def from_text(self, text: str) -> Any:  # noqa: ANN401  # whatever the kind says
        """Parses a value; whether it is in range is left to `check`.

        Raises:
            SettingError: if the text can't be parsed as this kind of value.
        """
        if self.kind == "lambdas":
            return tuple(_number(word, "λ") for word in text.replace(",", " ").split())
        if self.kind == "layers":
            return layers_from_text(text)
        if self.kind == "float":
            return _number(text, self.name)
        if self.kind == "choice":
            return text
        try:
            return int(text)
        except ValueError:
            raise SettingError("{name} must be a whole number, not {text!r:.40}", name=self.name, text=text) from None


def setting(default: Any, **declaration: Any) -> Any:  # noqa: ANN401  # a dataclass field, of whatever type is annotated
    """Makes a dataclass field that is a setting; the keywords are those of `Setting`."""
    return dataclasses.field(default=default, metadata={"setting": Setting(**declaration)})


def settings_of(kind: type) -> Mapping[str, Setting]:
    """All settings of a dataclass by name, in the order of its fields."""
    if kind not in _declared:
        _declared[kind] = {field.name: _named(field) for field in dataclasses.fields(kind)}
    return _declared[kind]


_declared: dict[type, Mapping[str, Setting]] = {}


def with_current_names(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Replaces the names that settings had in earlier versions by those of today; of two values, today's name wins."""
    new = {old: name for name, declared in settings_of(kind).items() for old in declared.old_names}
    return {new.get(name, name) if new.get(name, name) not in values else name: v for name, v in values.items()}


def check_settings(values: object) -> None:
    """Checks all settings of a dataclass instance, as its `__post_init__` should.

    Raises:
        SettingError: for the first value that is not allowed.
    """
    for name, declared in settings_of(type(values)).items():
        declared.check(getattr(values, name))


def layers_to_text(layers: LayerWeights) -> str:
    """Writes layers and weights as `relu1_1 relu2_1:0.8`; a weight of 1 is left out."""
    return " ".join(layer if weight == 1 else f"{layer}:{_number_to_text(weight)}" for layer, weight in layers)


def layers_from_text(text: str) -> LayerWeights:
    """Parses layers and weights such as `relu1_1 relu2_1:0.8`; commas may separate them, too.

    Raises:
        SettingError: if a weight is not a number.
    """
    layers = []
    for word in text.replace(",", " ").split():
        layer, _, weight = word.partition(":")
        name = Sentence("the weight of {layer}", layer=layer) if layer in LAYERS else Sentence("the weight of a layer")
        layers.append((layer, _number(weight, name) if weight else 1.0))
    return tuple(layers)


def _named(field: dataclasses.Field[Any]) -> Setting:
    declared: Setting = field.metadata["setting"]
    flag = declared.flag or f"--{field.name.replace('_', '-')}"
    return dataclasses.replace(declared, name=field.name, flag=flag, query=declared.query or field.name)


def _number(text: str, name: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SettingError("{name} must be a number, not {text!r:.40}", name=name, text=text) from None


def _number_to_text(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    if value not in tuple(choices):
        raise SettingError(
            "{name} must be one of {choices}, not {value!r}", name=name, choices=", ".join(choices), value=value
        )


def _check_number(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]  # checked by `number`
        values = {"name": name, "low": low, "high": high, "value": value}
        if whole:
            raise SettingError("{name} must be a whole number from {low:g} to {high:g}, not {value!r}", **values)
        raise SettingError("{name} must be a number from {low:g} to {high:g}, not {value!r}", **values)


def _check_lambdas(name: str, lambdas: object) -> None:
    if not isinstance(lambdas, tuple) or not 1 <= len(lambdas) <= MAX_LAMBDAS:
        raise SettingError(
            "{name} must be 1 to {most} numbers, not {lambdas!r}", name=name, most=MAX_LAMBDAS, lambdas=lambdas
        )
    for lam in lambdas:
        _check_number("λ", lam, 0.0, 1.0)


def _check_layers(name: str, layers: object) -> None:
    """Checks pairs of layer and weight. There may be none at all, since a loss without weight needs no layers."""
    if not isinstance(layers, tuple):
        raise SettingError(
            "{name} must name at least one layer of {first} … {last}", name=name, first=LAYERS[0], last=LAYERS[-1]
        )
    for entry in layers:
        if not isinstance(entry, tuple) or len(entry) != 2:
            raise SettingError("{name} must be pairs of layer and weight, not {entry!r}", name=name, entry=entry)
        _check_choice(Sentence("each layer of {name}", name=name), entry[0], LAYERS)
        _check_number(
            Sentence("the weight of {layer} in {name}", layer=entry[0], name=name), entry[1], 0.0, MAX_LAYER_WEIGHT
        )
    if len({layer for layer, _ in layers}) < len(layers):
        raise SettingError("{name} names a layer twice", name=name)
    if layers and not any(weight for _, weight in layers):
        raise SettingError("{name} must give at least one layer a weight above 0", name=name)
