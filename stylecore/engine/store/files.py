"""The files of a store: each named by its SHA-256, whole or not there at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from stylecore.artifacts.recipe import sha256
from stylecore.engine.store.database import PRIVATE
from stylecore.imaging.files import new_file

_NEW = "new"  # the folder of files that are being written


class StoredFiles:
    """Bytes by their checksum, in a folder of folders: what has the same bytes is there once."""

    def __init__(self, folder: Path) -> None:
        """Makes the folder where it is missing.

        Raises:
            OSError: if it can't be made.
        """
        self._folder = folder
        for made in (folder, folder / _NEW):
            made.mkdir(PRIVATE, exist_ok=True)

    def write(self, name: str, data: bytes) -> None:
        """Writes a file; when this returns, it is on the disk.

        Raises:
            OSError: if it can't be; then nothing of it is there.
        """
        path = self._path(name)
        path.parent.mkdir(PRIVATE, exist_ok=True)
        with new_file(self._folder / _NEW, 0o600) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
            if sys.platform == "win32":
                file.close()  # it renames no open files
            os.replace(file.name, path)

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None if it is not there, or is not what was written."""
        try:
            data = self._path(name).read_bytes()
        except OSError:
            return None
        return data if sha256(data) == name else None

    def remove(self, name: str) -> None:
        """Removes a file; one that is not there is no error."""
        with suppress(FileNotFoundError):
            self._path(name).unlink()

    def sizes(self) -> dict[str, int]:
        """The bytes of each file."""
        paths = (path for path in self._folder.glob("*/*") if path.parent.name != _NEW)
        return {path.name: path.stat().st_size for path in paths}

    def remove_others(self, names: Iterable[str]) -> None:
        """Removes all files but these, and what was being written when a server was killed."""
        kept = set(names)
        for path in self._folder.glob("*/*"):
            if path.parent.name == _NEW or path.name not in kept:
                path.unlink()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name
