"""Texts of the theory page: a file for each language, with the same keys. Where there is none, it is English."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from stylecore.language import ENGLISH


@cache
def texts(language: str) -> dict[str, str]:
    """All texts in one of `language.languages`, by key."""
    files = (Path(__file__).parent / f"theory.{code}.toml" for code in (language, ENGLISH))
    return tomllib.loads(next(file for file in files if file.exists()).read_text(encoding="utf-8"))
