"""Plain values through a pipe, as JSON with their bytes beside it: nothing that is read can run code."""

from __future__ import annotations

import json
import struct
from typing import IO, Any

_HEAD = struct.Struct("<QQ")  # lengths of the JSON and of all bytes
_BYTES = "\0"  # an object with this key, which no value of ours has, stands for so many of the bytes, in their order


def write_frame(pipe: IO[bytes] | None, value: object) -> None:
    """Writes one value; tuples become lists.

    Raises:
        OSError: if nobody reads any more.
        TypeError: if the value is not plain.
    """
    assert pipe is not None
    parts: list[bytes] = []
    text = json.dumps(_without_bytes(value, parts)).encode()
    try:
        for data in (_HEAD.pack(len(text), sum(map(len, parts))), text, *parts):
            pipe.write(data)
        pipe.flush()
    except ValueError as error:  # it has been closed on this side
        raise BrokenPipeError from error


def read_frame(pipe: IO[bytes] | None) -> Any:  # noqa: ANN401  # whatever was written, as from json.loads
    """Reads one value; waits for it.

    Raises:
        EOFError: if nobody writes any more.
    """
    assert pipe is not None
    length, together = _HEAD.unpack(_read(pipe, _HEAD.size))
    value = json.loads(_read(pipe, length))
    return _with_bytes(value, memoryview(_read(pipe, together)), [0])


def _without_bytes(value: object, parts: list[bytes]) -> object:
    if isinstance(value, bytes):
        parts.append(value)
        return {_BYTES: len(value)}
    if isinstance(value, dict):
        return {name: _without_bytes(inner, parts) for name, inner in value.items()}
    return [_without_bytes(inner, parts) for inner in value] if isinstance(value, (list, tuple)) else value


def _with_bytes(value: object, data: memoryview, taken: list[int]) -> object:
    if isinstance(value, list):
        return [_with_bytes(inner, data, taken) for inner in value]
    if not isinstance(value, dict):
        return value
    if list(value) == [_BYTES]:
        start = taken[0]
        taken[0] += value[_BYTES]
        return bytes(data[start : taken[0]])
    return {name: _with_bytes(inner, data, taken) for name, inner in value.items()}


def _read(pipe: IO[bytes], length: int) -> bytes:
    data = pipe.read(length)
    if len(data) < length:
        raise EOFError
    return data
