"""Texts in the reader's language: gettext catalogues, and sentences that can still be translated after they were made.

English is the language of the code: of the command line, of logs, and of everything that nobody translates. A page says
`_("Run")`, or `_("About {size:.1f} GB", size=1.2)`. Where a sentence is made far from any page (an error of the core, a
notice of a run, the label of a setting), it is a `Sentence`: an English `str` that `_` can say in another language.

Another language is one more catalogue, `locale/<code>/LC_MESSAGES/stylecore.po`: see CONTRIBUTING.md.
"""

from __future__ import annotations

import gettext
import string
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

ENGLISH = "en"
FOLDER = Path(__file__).with_name("locale")
DOMAIN = "stylecore"

_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Sentence(str):
    """An English text that knows how it was made.

    Everybody may use it as the `str` that it is; `_` translates its template, and its values if they are sentences.

    Attributes:
        template: the text, with `{name}` or `{name:.1f}` where a value stands; as it is if there are no values.
        many: the template for another number than one, by `values["count"]`; empty if there is no such choice.
        values: by name.
    """

    __slots__ = ("many", "template", "values")

    template: str
    many: str
    values: Mapping[str, object]

    def __new__(cls, template: str, many: str = "", /, **values: object) -> Sentence:
        """Makes the sentence; `counted` makes one that depends on a number."""
        chosen = many if many and values["count"] != 1 else template
        sentence = super().__new__(cls, _filled(chosen, values, ENGLISH))
        sentence.template, sentence.many, sentence.values = template, many, values
        return sentence

    def __getnewargs_ex__(self) -> tuple[tuple[str, str], dict[str, object]]:
        """For pickle and copy."""
        return (self.template, self.many), dict(self.values)


def counted(one: str, many: str, count: int, /, **values: object) -> Sentence:
    """A sentence that depends on a number; other languages may have more than two forms of it.

    Args:
        one: the template for 1; `{count}` stands for the number.
        many: the template for every other number.
        count: the number.
        values: of the templates.
    """
    return Sentence(one, many, count=count, **values)


def _(text: str, /, **values: object) -> str:
    """A text in the reader's language.

    Args:
        text: a template with its values, or a `Sentence` alone.
        values: of the template.
    """
    return translated(text if isinstance(text, Sentence) else Sentence(text, **values), reader())


def translated(text: str, language: str) -> str:
    """A text in one of `languages`; as it is where there is no translation, or no such language."""
    if not isinstance(text, Sentence):
        return catalogue(language).gettext(text) if text else ""
    if text.many:
        template = catalogue(language).ngettext(text.template, text.many, int(str(text.values["count"])))
    else:
        template = catalogue(language).gettext(text.template) if text.template else ""
    return _filled(template, text.values, language)


def number(value: float, spec: str = "") -> str:
    """A number as the reader's language writes it.

    Args:
        value: the number.
        spec: as in `format`.
    """
    return _localised(format(value, spec), reader())


def reader() -> str:
    """The code of the language in which `_` speaks here; English unless `read_by` says otherwise."""
    return _reader()


def read_by(ask: Callable[[], str]) -> None:
    """Lets pages say who reads.

    Args:
        ask: gives one of `languages`, for whoever is being served in the thread that calls it.
    """
    global _reader
    _reader = ask


def separators(language: str) -> tuple[str, str]:
    """The decimal sign of a language, and what stands between its thousands."""
    sample = catalogue(language).gettext(_SAMPLE)
    return sample[-2], sample[1]


def percent_sign(language: str) -> str:
    """The percent sign of a language, with the space that it has before it; numbers of format `%` have it already."""
    return catalogue(language).gettext(_PERCENT).removeprefix("50")


@cache
def languages() -> Mapping[str, str]:
    """Codes of all languages, with the name that each has for itself; English is the first."""
    others = sorted(folder.parent.name for folder in FOLDER.glob("*/LC_MESSAGES"))
    return {code: catalogue(code).gettext(_NAME) for code in (ENGLISH, *others)}


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """The translations into a language; none if it is English, or unknown."""
    return gettext.translation(DOMAIN, FOLDER, [language], fallback=True)


def _only_english() -> str:
    return ENGLISH


_reader: Callable[[], str] = _only_english


def _filled(template: str, values: Mapping[str, object], language: str) -> str:
    return _Formatter(language).vformat(template, (), values) if values else template


def _localised(written: str, language: str) -> str:
    """A number that Python has written, as a language writes it."""
    if language == ENGLISH:
        return written
    decimal, thousands = separators(language)
    if written.endswith("%"):
        return _localised(written.removesuffix("%"), language) + percent_sign(language)
    mantissa, _, exponent = written.partition("e")
    mantissa = mantissa.translate({ord("."): decimal, ord(","): thousands})
    return f"{mantissa}·10{str(int(exponent)).translate(_SUPERSCRIPTS)}" if exponent else mantissa


class _Formatter(string.Formatter):
    """Fills templates: numbers as the language writes them, sentences in that language."""

    def __init__(self, language: str) -> None:
        self._language = language

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str | int]:
        value, used = super().get_field(field_name, args, kwargs)
        return translated(value, self._language) if isinstance(value, Sentence) else value, used

    def format_field(self, value: Any, format_spec: str) -> str:  # noqa: ANN401  # whatever a template is given
        written = str(super().format_field(value, format_spec))
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return _localised(written, self._language) if is_number else written


# Translators: the name of your language, in your language.
_NAME = Sentence("English")
# Translators: this number as your language writes it: its two signs are used in all numbers.
_SAMPLE = Sentence("1,234.5")
# Translators: a half as your language writes it: its sign, with the space before it if any, is used everywhere.
_PERCENT = Sentence("50%")
