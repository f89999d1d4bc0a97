"""Where a command writes: the names and formats of its outputs, tried out before it starts to work."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from stylecore.config import FileFormat
from stylecore.errors import SettingError
from stylecore.imaging.files import NOT_EXCHANGED, STDOUT, is_written_into, new_file, stream_at
from stylecore.imaging.output_formats import LONGEST_SIDE, format_of

RECIPE_BYTES = 100_000  # more than a file has besides its pixels


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A picture that a command will write.

    Attributes:
        path: `STDOUT`, or of a file, a pipe or a device.
        kind: its format.
    """

    path: Path
    kind: FileFormat


def picture_outputs(
    output: str, lambdas: Sequence[float], kind: FileFormat | None = None, *, animations: bool = False
) -> list[Output]:
    """One picture for each λ: OUT.png for a single one, else OUT-0.2.png, OUT-0.5.png and so on.

    Args:
        output: OUT.png, or "-" for the standard output.
        lambdas: of the run.
        kind: the format, if the user names it; else it follows from the name, and is PNG for pipes and devices.
        animations: whether what is written may be one, and so GIF.

    Raises:
        SettingError: if the name does not say the format, or two λ would share a name.
    """
    path = Path(output)
    with _as_sentence(path):
        one_place = is_written_into(path) and not path.is_dir()
    named = format_of(path)
    if named == "gif" and not animations:
        named = None
    if kind is None and named is None and not one_place:
        raise SettingError(
            f"{path} must end in .png, .jpg, .webp or .tif{' (an animation in .gif)' * animations}: that says the "
            "format; or name it by --format"
        )
    if kind is not None and named is not None and kind != named:
        raise SettingError(f"{path} does not end as --format {kind} says: leave one of them out")
    chosen = kind or named or "png"
    if len(lambdas) == 1:
        return [Output(path=path, kind=chosen)]
    if one_place:
        raise SettingError(f"{_name(path)} takes one picture: choose one λ, or the name of a file")
    paths = [path.with_name(f"{path.stem}-{lam:g}{path.suffix}") for lam in lambdas]
    if len(set(paths)) < len(paths):
        raise SettingError("the same λ is named twice")
    return [Output(path=path, kind=chosen) for path in paths]


def try_outputs(
    pictures: Sequence[Output], size: tuple[int, int], log: str | None, log_bytes: int, inputs: Iterable[str]
) -> None:
    """Tries whether everything can be written, and that nothing would replace an input or another output.

    Nothing is changed by it: what it has to create is gone at its end.

    Args:
        pictures: what will be written.
        size: width and height of each, in pixels.
        log: the file for the losses, if any.
        log_bytes: its size.
        inputs: files that are read.

    Raises:
        SettingError: naming the first output that can't be written, and why.
    """
    for output in pictures:
        if max(size) > LONGEST_SIDE[output.kind]:
            raise SettingError(
                f"{output.kind} pictures have at most {LONGEST_SIDE[output.kind]} pixels a side: choose another format"
            )
        _refuse_terminal(output.path)
    picture_bytes = size[0] * size[1] * 3 * 102 // 100 + RECIPE_BYTES  # if it can't be compressed at all
    wanted = [(output.path, picture_bytes, "a picture") for output in pictures]
    wanted += [(Path(log), log_bytes, "the log")] if log else []
    taken = {_file_id(Path(path)): "an input" for path in inputs}
    with contextlib.ExitStack() as held:  # until all are tried: some disks take OUT.png and out.PNG for one file
        for path, count, what in wanted:
            with _as_sentence(path):
                replaced = "a folder" if path.is_dir() else taken.get(_file_id(path))
                if replaced:
                    raise SettingError(f"{_name(path)} would overwrite {replaced}")
                if path != STDOUT and not path.parent.is_dir():
                    raise SettingError(f"the folder {path.parent} does not exist")
                held.enter_context(_reserved(path, count))
            taken[_file_id(path)] = what


def goes_to_stdout(paths: Iterable[Path]) -> bool:
    """Whether one of these outputs is what the standard output leads to: then sentences don't belong there."""
    with contextlib.suppress(OSError, ValueError):
        return any(stream_at(path) is sys.stdout for path in paths)
    return False


@contextlib.contextmanager
def _as_sentence(path: Path) -> Iterator[None]:
    """Makes what the system says of an output a sentence."""
    try:
        yield
    except SettingError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null byte in the name, or half of a surrogate pair
        reason = getattr(error, "strerror", None) or error
        raise SettingError(f"{_name(path)} can't be written ({reason}): choose another name or folder") from error


@contextlib.contextmanager
def _reserved(path: Path, count: int) -> Iterator[None]:
    """Holds an output's name and so many bytes of its disk.

    Raises:
        OSError: if it could not be written.
    """
    if is_written_into(path):
        _try_open(path)
        yield
        return
    target = Path(os.path.realpath(path))
    with contextlib.ExitStack() as held:
        exists = target.exists()
        if exists:
            os.close(os.open(target, os.O_WRONLY))  # refused if it is protected, or somebody else's
        else:
            held.enter_context(_placeholder(target))
        try:
            held.enter_context(_room(target.parent, count))
        except OSError as error:
            if not exists or error.errno not in NOT_EXCHANGED:
                raise
        yield


def _try_open(path: Path) -> None:
    """Finds out whether a device, a pipe or the like can be written into, without writing."""
    if path == STDOUT:
        if stream_at(path) is None:
            raise OSError(errno.EBADF, "it is closed")
        return
    mode = os.stat(path).st_mode
    if not (stat.S_ISCHR(mode) or stat.S_ISFIFO(mode) or stat.S_ISREG(mode)):
        raise OSError(errno.EINVAL, "it is a disk or a socket")
    if not os.access(path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _refuse_terminal(path: Path) -> None:
    """Keeps a picture's bytes off the screen."""
    with _as_sentence(path):
        if not is_written_into(path) or path.is_dir():
            return
        stream = stream_at(path)
        is_device = path != STDOUT and stat.S_ISCHR(os.stat(path).st_mode)
        if stream is not None:
            shown = stream.isatty()
        elif is_device:
            descriptor = os.open(path, os.O_WRONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))
            shown = os.isatty(descriptor)
            os.close(descriptor)
        else:
            shown = False
    if shown:
        raise SettingError("a terminal can't show a picture's bytes: name a file, or send them through a pipe")


@contextlib.contextmanager
def _placeholder(target: Path) -> Iterator[None]:
    """An empty file, for as long as names are tried."""
    with open(target, "xb") as file:
        made = os.fstat(file.fileno())
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if os.path.samestat(made, os.stat(target)):  # nobody has put another one there meanwhile
                target.unlink()


@contextlib.contextmanager
def _room(folder: Path, count: int) -> Iterator[None]:
    """So many bytes of a disk: quotas and limits count as well as what is free."""
    with new_file(folder) as file:
        if hasattr(os, "posix_fallocate"):
            try:
                os.posix_fallocate(file.fileno(), 0, count)
            except OSError as error:
                if error.errno not in (errno.EINVAL, errno.EOPNOTSUPP):  # a file system that can't tell
                    raise
        else:
            file.write(bytes(count))
            file.flush()
        yield


def _file_id(path: Path) -> object:
    """Equal for all names of one file; equal to nothing for what isn't there, or takes everything as /dev/null does."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        found = os.fstat(sys.stdout.fileno()) if path == STDOUT else os.stat(path)
        if not stat.S_ISCHR(found.st_mode):
            return found.st_dev, found.st_ino
    return object()


def _name(path: Path) -> str:
    return "the standard output" if path == STDOUT else str(path)
