"""The catalogues of translations, made from the code: `python -m tests.support.catalogues` brings all up to date.

New texts are added to every `locale/*/LC_MESSAGES/stylecore.po` without a translation, texts that are gone leave it,
and what is there is compiled. To begin another language: `python -m tests.support.catalogues de`.
"""

import contextlib
import datetime
import io
import re
import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from stylecore.language import DOMAIN, FOLDER

ROOT = Path(__file__).parents[2]
COUNTED = {"counted": (1, 2)}  # templates for one and for many
NO_DATE = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)  # git knows when; a date here would only be in its way


def sources() -> list[Path]:
    """All code that people read on pages; the command line speaks English."""
    package = [path for path in sorted((ROOT / "stylecore").rglob("*.py")) if path.parent.name != "cli"]
    return [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *package]


def error_classes() -> set[str]:
    """Names of all errors whose message is a sentence for people."""
    found = {"UserError"}
    classes = [line for path in sources() for line in re.findall(r"^class (\w+)\((.+)\):", path.read_text(), re.M)]
    while new := {name for name, bases in classes if found & set(bases.split(", "))} - found:
        found |= new
    return found


def in_code() -> tuple[Catalog, list[str]]:
    """All texts of the code, with their files; and the places of f-strings, which nobody can translate."""
    keywords = {"_": None, "Sentence": None, **COUNTED, **dict.fromkeys(error_classes())}
    catalog, f_strings = Catalog(domain=DOMAIN, charset="utf-8"), []
    for path in sources():
        with contextlib.redirect_stderr(io.StringIO()) as warned:  # Babel has no other way to say it
            file = io.BytesIO(path.read_bytes())
            found = list(extract("python", file, keywords=keywords, comment_tags=("Translators:",)))
        f_strings += [f"{path.relative_to(ROOT)}:{line}" for line in re.findall(r":(\d+): warning", warned.getvalue())]
        for _line, message, comments, _context in found:
            if message:
                catalog.add(message, locations=[(str(path.relative_to(ROOT)), None)], auto_comments=comments)
    return catalog, f_strings


def po_files() -> dict[str, Path]:
    return {path.parent.parent.name: path for path in sorted(FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))}


def translations(path: Path, language: str) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def compiled(catalog: Catalog) -> bytes:
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def update(language: str, path: Path, code: Catalog) -> None:
    catalog = translations(path, language) if path.exists() else Catalog(locale=language, domain=DOMAIN)
    catalog.update(code, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.project, catalog.version, catalog.fuzzy = "stylecore", "1", False
    catalog.header_comment = "# Texts of stylecore's pages; README and LICENSE of the project hold for this file."
    catalog.creation_date = catalog.revision_date = NO_DATE
    catalog.last_translator = catalog.msgid_bugs_address = catalog.language_team = "the stylecore contributors"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=120, sort_output=True, omit_header=False, include_lineno=False)
    path.with_suffix(".mo").write_bytes(compiled(translations(path, language)))


def main() -> None:
    code, f_strings = in_code()
    new = {language: FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po" for language in sys.argv[1:]}
    for language, path in (po_files() | new).items():
        update(language, path, code)
        messages = [message for message in translations(path, language) if message.id]
        missing = [each for each in messages if not all(each.string if each.pluralizable else [each.string])]
        print(f"{path.relative_to(ROOT)}: {len(code)} texts, {len(missing)} without a translation")
    if f_strings:
        print("These f-strings can't be translated; make them templates with values:", *f_strings, sep="\n  ")


if __name__ == "__main__":
    main()
