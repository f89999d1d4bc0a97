"""Texts of the theory page in every language: one file each, with the same keys."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "ru": "Русский"}


@cache
def texts(language: str) -> dict[str, str]:
    """All texts of one of `LANGUAGES`, by key."""
    return tomllib.loads((Path(__file__).parent / f"theory.{language}.toml").read_text(encoding="utf-8"))
