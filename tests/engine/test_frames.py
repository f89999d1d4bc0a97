"""Values through a pipe: whole, in order, and nothing but plain ones."""

import io
import math

import pytest

from stylecore.engine.frames import read_frame, write_frame

VALUES = [
    None,
    {"a": b"", "b": [b"\x00\xff", {"c": b"deep"}], "text": "λ “quoted”", "bytes": {"bytes": b"nested"}},
    [1, 0.1, -1e300, 2**60, True, [], {}],
    b"x" * 100_000,
]


def test_values_come_out_as_they_went_in():
    pipe = io.BytesIO()
    for value in VALUES:
        write_frame(pipe, value)
    pipe.seek(0)
    assert [read_frame(pipe) for _ in VALUES] == VALUES
    with pytest.raises(EOFError):
        read_frame(pipe)


def test_numbers_that_are_none_pass():
    pipe = io.BytesIO()
    write_frame(pipe, [math.nan, math.inf, (1, 2)])
    pipe.seek(0)
    nan, infinite, pair = read_frame(pipe)
    assert math.isnan(nan)
    assert (infinite, pair) == (math.inf, [1, 2])


def test_half_a_frame_is_no_value():
    pipe = io.BytesIO()
    write_frame(pipe, {"picture": b"12345678"})
    with pytest.raises(EOFError):
        read_frame(io.BytesIO(pipe.getvalue()[:-1]))


def test_what_is_not_plain_does_not_pass():
    with pytest.raises(TypeError):
        write_frame(io.BytesIO(), {"thing": object()})


def test_a_pipe_that_is_closed_is_told_as_the_system_tells_it():
    pipe = io.BytesIO()
    pipe.close()
    with pytest.raises(BrokenPipeError):
        write_frame(pipe, 1)
