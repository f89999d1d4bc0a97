"""The catalogues: every text of the code is in them, translated, and fits the values that it is filled with."""

import ast
import string

import pytest

from tests.support import catalogues


def fields(template):
    return {(name, spec) for _text, name, spec, _conversion in string.Formatter().parse(template) if name}


@pytest.fixture(scope="module")
def in_code():
    return catalogues.in_code()


def test_no_text_is_made_in_a_way_that_cannot_be_translated(in_code):
    assert in_code[1] == []


def test_no_text_is_inside_an_f_string_where_it_is_not_found():
    def is_hidden(node):
        is_text = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
        return is_text and isinstance(node.args[0], ast.Constant)

    for path in catalogues.sources():
        f_strings = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.JoinedStr)]
        assert not [f_string.lineno for f_string in f_strings if any(map(is_hidden, ast.walk(f_string)))], path


@pytest.mark.parametrize(("code", "path"), catalogues.po_files().items())
def test_every_text_is_translated_and_fits(code, path, in_code):
    catalog = catalogues.translations(path, code)
    assert {message.id for message in catalog if message.id} == {message.id for message in in_code[0] if message.id}
    for message in catalog:
        if message.id:
            sources = message.id if message.pluralizable else (message.id,)
            texts = message.string if message.pluralizable else (message.string,)
            assert all(texts), f"{message.id!r} has no translation"
            assert not message.fuzzy, message.id
            for text in texts:
                assert fields(text) <= fields(sources[-1]), message.id
            assert fields(texts[-1]) == fields(sources[-1]), message.id


@pytest.mark.parametrize(("code", "path"), catalogues.po_files().items())
def test_what_is_compiled_is_what_is_written(code, path):
    assert path.with_suffix(".mo").read_bytes() == catalogues.compiled(catalogues.translations(path, code))
