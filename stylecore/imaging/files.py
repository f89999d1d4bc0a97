"""Reading picture files, and writing results so that neither they nor what was there before is lost."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import select
import stat
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, TextIO

from stylecore.errors import ImageError
from stylecore.imaging.images import MAX_BYTES

if sys.platform != "win32":
    import fcntl

STDOUT = Path("-")  # as an output: the standard output
PATIENCE = 30.0  # seconds that a pipe may stand still before it counts as one that nobody reads
PREFIX, SUFFIX = ".stylecore-", ".part"  # of files that are being written; short, whatever they will be called

_PIPE_BYTES = 4096  # that a pipe takes without blocking once it is ready
# Why a folder may refuse a new file, or the exchange of one, though the old one can be written into: it is read-only,
# it is sticky and the file is somebody else's, or the file is mounted by itself, as containers do it.
NOT_EXCHANGED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS)


def read(path: str | Path, most: int | None = None) -> bytes:
    """The bytes of a picture file.

    Args:
        path: of the file.
        most: bytes of which one more is read at most; if None, as many as `decode` accepts, so that it can refuse a
            file of any size.

    Raises:
        ImageError: if the file can't be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read((MAX_BYTES if most is None else most) + 1)
    except OSError as error:
        raise ImageError("{path} can't be read: {reason}.", path=path, reason=error.strerror or error) from error
    except ValueError as error:  # a null byte in the name, or half of a surrogate pair
        raise ImageError("{path} can't be read: {error}.", path=path, error=error) from error


def write_whole(path: Path, data: bytes) -> None:
    """Writes a file that appears whole or not at all, even if the disk fills or the process is killed.

    A link is followed: the file that it points to is exchanged. Mode and owner of that file stay (another hard link to
    it keeps the old contents). What can't be exchanged is written into: devices, pipes, `STDOUT`, /dev/stdout and the
    like, and a file whose folder takes no new ones.

    Raises:
        OSError: with one sentence for a message, if the file can't be written; then nothing is left behind.
    """
    try:
        _write(path, data)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        kind = type(error) if isinstance(error, OSError) else OSError
        raise kind(f"{path} can't be written: {getattr(error, 'strerror', None) or error}.") from error


def is_written_into(path: Path) -> bool:
    """Whether an output is never exchanged for a new file: a device, a pipe, or an open file such as /dev/stdout.

    Raises:
        OSError: if the name is too long, or its links lead in a circle.
    """
    if path == STDOUT:
        return True
    try:
        regular = stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        return False
    return not regular or _is_descriptor(path)


def stream_at(path: Path) -> TextIO | None:
    """The standard stream that an output goes to, by whatever name, if it goes to one."""
    if not is_written_into(path):
        return None
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):  # closed, or none at all
            if path == STDOUT or os.path.samestat(os.stat(path), os.fstat(stream.fileno())):
                return stream
    return None


@contextlib.contextmanager
def new_file(folder: Path, mode: int = 0o666) -> Iterator[BinaryIO]:
    """A new hidden file in a folder, to be renamed when it is whole; otherwise it is removed at the end.

    It is locked as long as its process lives: what killed processes left in the folder is known by that, and removed.

    Args:
        folder: where it is made.
        mode: its permissions, of which the umask takes some.
    """
    _remove_leftovers(folder)
    path = folder / f"{PREFIX}{secrets.token_hex(8)}{SUFFIX}"
    try:
        with open(path, "xb", opener=partial(os.open, mode=mode)) as file:
            if sys.platform != "win32":
                with contextlib.suppress(OSError):  # some network drives have no locks
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield file
    finally:
        with contextlib.suppress(OSError):  # it was renamed, or its folder is gone
            path.unlink()


def _write(path: Path, data: bytes) -> None:
    if is_written_into(path):
        _write_into(path, data)
        return
    target = Path(os.path.realpath(path))
    try:
        _exchange(target, data)
    except OSError as error:
        if error.errno not in NOT_EXCHANGED or not target.exists():
            raise
        _write_into(target, data)


def _exchange(target: Path, data: bytes) -> None:
    """Puts a new file in the place of an old one, or of none."""
    before = os.stat(target) if target.exists() else None
    with new_file(target.parent, 0o666 if before is None else 0o600) as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
        if before is not None:
            with contextlib.suppress(OSError, AttributeError):  # only root may give files away, and not on Windows
                os.chown(file.name, before.st_uid, before.st_gid)
            with contextlib.suppress(OSError):  # some file systems have no modes
                os.chmod(file.name, stat.S_IMODE(before.st_mode))
        if sys.platform == "win32":
            file.close()  # it renames no open files
        os.replace(file.name, target)


def _write_into(path: Path, data: bytes) -> None:
    stream = stream_at(path)
    if stream is not None:
        stream.flush()
        _pour(stream.fileno(), data)
        return
    descriptor = _open_patiently(path)
    try:
        _pour(descriptor, data)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _open_patiently(path: Path) -> int:
    """Opens what is to be written into; a named pipe that nobody reads yet is waited for."""
    flags = os.O_WRONLY | os.O_TRUNC | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return os.open(path, flags)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > until:
                raise TimeoutError(errno.ETIMEDOUT, "nobody reads from it") from error
            time.sleep(0.02)


def _pour(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        if sys.platform != "win32" and not select.select([], [descriptor], [], PATIENCE)[1]:
            raise TimeoutError(errno.ETIMEDOUT, "nobody reads from it")
        left = left[os.write(descriptor, left[:_PIPE_BYTES]) :]


def _is_descriptor(path: Path) -> bool:
    """Whether a path leads over /proc/…/fd, as /dev/stdout does: there a link stands for an open file."""
    link = os.fspath(path)
    while os.path.islink(link):
        folder = os.path.realpath(os.path.dirname(link))
        if folder.startswith("/proc/"):
            return True
        link = os.path.join(folder, os.readlink(link))
    return False


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(f"{PREFIX}*{SUFFIX}"):
        with contextlib.suppress(OSError):  # locked by a living process, or somebody else's
            if sys.platform == "win32":
                path.unlink()  # refused while it is open
                continue
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink()
            finally:
                os.close(descriptor)
