"""The theory page in its languages: complete, the same formulas, nothing left in the other language."""

import re
import string

from stylecore.language import languages
from stylecore.transfer.statistics.sliced import DIRECTIONS
from stylecore.ui.theory.cloud_query import POINTS
from stylecore.ui.theory.texts import texts


def formulas(text):
    """What stands between dollars, without white space."""
    return sorted("".join(part.split()) for part in re.findall(r"\$\$(.+?)\$\$", text, re.DOTALL))


def fields(text):
    return {name for _, name, _, _ in string.Formatter().parse(text) if name} if "$$" not in text else set()


def test_every_language_has_every_text_and_the_same_formulas():
    english = texts("en")
    for language in languages():
        other = texts(language)
        assert list(other) == list(english)
        for name, text in english.items():
            assert text.strip()
            assert formulas(other[name]) == formulas(text), name
            if "vgg_facts" in name or "found" in name or "small" in name:
                assert fields(other[name].replace("\\times", "")) == fields(text.replace("\\times", "")), name


def test_display_formulas_stand_on_lines_of_their_own():
    for language in languages():
        for text in texts(language).values():
            assert all(line == "$$" for line in text.splitlines() if "$$" in line)  # else KaTeX does not see them


def test_russian_is_russian():
    """Names of papers and of VGG16 aside, a text has more Cyrillic letters than Latin ones outside its formulas."""
    for name, text in texts("ru").items():
        plain = re.sub(r"\$\$.+?\$\$|\$.+?\$|\{\w+\}", "", text, flags=re.DOTALL)
        cyrillic, latin = (len(re.findall(letters, plain)) for letters in ("[а-яё]", "[a-zA-Z]"))
        if name not in ("sources", "total_x", "total_y", "total_result", "chain"):
            assert cyrillic > latin, name


def test_numbers_in_the_texts_are_those_of_the_code():
    for language in languages():
        assert f" {POINTS} " in texts(language)["described"]
        assert f"{{{DIRECTIONS}}}" in texts(language)["described_sliced"]
