"""How a setting is declared: its kind and range, its words in the interface, its name on the command line.

A setting is a field of a frozen dataclass whose metadata holds a `Setting`. From that one declaration follow the check
of its values, its form as text (in an address, on the command line), its flag, its widget, and how old recipes that
know it by another name are read.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from stylecore.errors import SettingError
from stylecore.layers import LAYERS, LayerWeights

Kind = Literal["choice", "int", "float", "lambdas", "layers"]
Place = Literal["main", "advanced", "result"]  # beside λ, under Advanced, below a finished picture

MAX_LAMBDAS = 32
MAX_LAYER_WEIGHT = 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """The declaration of one setting, apart from its type and its default.

    Attributes:
        name: of the dataclass field.
        kind: what its values are.
        label: its name in the interface.
        help: one sentence on what it does.
        labels: for a choice: the values, each with its name in the interface.
        low: smallest number.
        high: largest number.
        step: distance of two values in a widget; 0 where it has no such widget.
        slider_high: where the widget's slider ends, if the range goes further than people want.
        place: where in the interface it stands.
        needs: (other setting, value): it has a meaning only while the other one has that value.
        flag: on the command line.
        query: in the address of a page.
        old_names: under which recipes, links and the command line of earlier versions have it.
        old_flags: on the command line of earlier versions.
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

    def check(self, value: object) -> None:
        """Passes values that can be used.

        Raises:
            SettingError: for all others, naming the setting and what it takes.
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
        """A value as people write it; `from_text` gives the very same value back."""
        if self.kind == "lambdas":
            return " ".join(map(_number_to_text, value))
        if self.kind == "layers":
            return layers_to_text(value)
        return _number_to_text(value) if self.kind == "float" else str(value)

    def from_text(self, text: str) -> Any:  # noqa: ANN401  # whatever the kind says
        """The value that a text means; `check` says whether it can be used.

        Raises:
            SettingError: if the text is nothing of this kind.
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
            raise SettingError(f"{self.name} must be a whole number, not {text!r:.40}") from None


def setting(default: Any, **declaration: Any) -> Any:  # noqa: ANN401  # a dataclass field, of whatever type is annotated
    """A dataclass field that is a setting; the keywords are those of `Setting`."""
    return dataclasses.field(default=default, metadata={"setting": Setting(**declaration)})


def settings_of(kind: type) -> Mapping[str, Setting]:
    """All settings of a dataclass by name, in the order of their declaration."""
    if kind not in _declared:
        _declared[kind] = {field.name: _named(field) for field in dataclasses.fields(kind)}
    return _declared[kind]


_declared: dict[type, Mapping[str, Setting]] = {}


def with_current_names(kind: type, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by name, with the names of earlier versions replaced by those of today."""
    new = {old: name for name, declared in settings_of(kind).items() for old in declared.old_names}
    return {new.get(name, name) if new.get(name, name) not in values else name: v for name, v in values.items()}


def check_settings(values: object) -> None:
    """Checks all settings of a dataclass instance; for its `__post_init__`.

    Raises:
        SettingError: for the first value that can't be used.
    """
    for name, declared in settings_of(type(values)).items():
        declared.check(getattr(values, name))


def layers_to_text(layers: LayerWeights) -> str:
    """Layers with their weights as people write them: `relu1_1 relu2_1:0.8`; a weight of 1 is left out."""
    return " ".join(layer if weight == 1 else f"{layer}:{_number_to_text(weight)}" for layer, weight in layers)


def layers_from_text(text: str) -> LayerWeights:
    """Layers with weights out of `relu1_1 relu2_1:0.8`, or with commas between them.

    Raises:
        SettingError: for a weight that is no number.
    """
    layers = []
    for word in text.replace(",", " ").split():
        layer, _, weight = word.partition(":")
        name = f"the weight of {layer if layer in LAYERS else 'a layer'}"
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
        raise SettingError(f"{name} must be a number, not {text!r:.40}") from None


def _number_to_text(value: float) -> str:
    return repr(float(value)).removesuffix(".0")


def _check_choice(name: str, value: object, choices: Iterable[str]) -> None:
    if value not in tuple(choices):
        raise SettingError(f"{name} must be one of {', '.join(choices)}, not {value!r}")


def _check_number(name: str, value: object, low: float, high: float, *, whole: bool = False) -> None:
    number = isinstance(value, int if whole else (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]  # checked by `number`
        kind = "a whole number" if whole else "a number"
        raise SettingError(f"{name} must be {kind} from {low:g} to {high:g}, not {value!r}")


def _check_lambdas(name: str, lambdas: object) -> None:
    if not isinstance(lambdas, tuple) or not 1 <= len(lambdas) <= MAX_LAMBDAS:
        raise SettingError(f"{name} must be 1 to {MAX_LAMBDAS} numbers, not {lambdas!r}")
    for lam in lambdas:
        _check_number("λ", lam, 0.0, 1.0)


def _check_layers(name: str, layers: object) -> None:
    """Passes pairs of layer and weight, also none at all: whether that makes sense depends on λ."""
    if not isinstance(layers, tuple):
        raise SettingError(f"{name} must name at least one layer of {LAYERS[0]} … {LAYERS[-1]}")
    for entry in layers:
        if not isinstance(entry, tuple) or len(entry) != 2:
            raise SettingError(f"{name} must be pairs of layer and weight, not {entry!r}")
        _check_choice(f"each layer of {name}", entry[0], LAYERS)
        _check_number(f"the weight of {entry[0]} in {name}", entry[1], 0.0, MAX_LAYER_WEIGHT)
    if len({layer for layer, _ in layers}) < len(layers):
        raise SettingError(f"{name} names a layer twice")
    if layers and not any(weight for _, weight in layers):
        raise SettingError(f"{name} must give at least one layer a weight above 0")
