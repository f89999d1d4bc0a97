"""Plain values through a pipe: each with its length before it."""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

_LENGTH = struct.Struct("<Q")


def write_frame(pipe: IO[bytes] | None, value: Any) -> None:  # noqa: ANN401  # any plain value
    """Writes one value.

    Raises:
        OSError: if nobody reads any more.
    """
    assert pipe is not None
    data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    try:
        pipe.write(_LENGTH.pack(len(data)))
        pipe.write(data)
        pipe.flush()
    except ValueError as error:  # it has been closed on this side
        raise BrokenPipeError from error


def read_frame(pipe: IO[bytes] | None) -> Any:  # noqa: ANN401  # any plain value
    """Reads one value; waits for it.

    Raises:
        EOFError: if nobody writes any more.
    """
    assert pipe is not None
    (length,) = _LENGTH.unpack(_read(pipe, _LENGTH.size))
    return pickle.loads(_read(pipe, length))


def _read(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
