"""Reading picture files and writing results to disk."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from stylecore.errors import ImageError
from stylecore.imaging.images import MAX_BYTES


def read(path: str | Path) -> bytes:
    """The bytes of a picture file.

    At most one byte more than `decode` accepts is read, so that it can refuse a file of any size.

    Raises:
        ImageError: if the file can't be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ImageError(f"{path} can't be read: {error.strerror or error}.") from error
    except ValueError as error:  # a null byte in the name, or half of a surrogate pair
        raise ImageError(f"{path} can't be read: {error}.") from error


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file that appears whole or not at all, even if the disk fills or the process is killed.

    Raises:
        OSError: with one sentence for a message, if the file can't be written; then nothing is left behind.
    """
    try:
        _write_whole(path, data)
    except OSError as error:
        raise type(error)(f"{path} can't be written: {error.strerror or error}.") from error


def _write_whole(path: Path, data: bytes) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)  # mkstemp makes files that only their owner can read
        os.replace(temporary, path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
