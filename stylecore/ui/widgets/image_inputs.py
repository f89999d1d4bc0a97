"""Which files the fields for pictures take: a browser offers only these, and streamlit refuses all others."""

from __future__ import annotations

from stylecore.imaging.formats import EXTENSIONS

TYPES = [extension for extensions in EXTENSIONS.values() for extension in extensions]
