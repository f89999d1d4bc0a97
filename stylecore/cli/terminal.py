"""What the commands print: results on stdout, and everything that is said about them on stderr.

A terminal that can't show a character, is closed, or has a full disk behind it, is no failure of what is told about.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
import traceback
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:  # torch takes seconds to import, --help should not
    from stylecore.transfer.records import Step

BAR = 24  # characters of the progress bar
DONE, SOME_FAILED, BAD_INPUT, BUG, SAVED_ELSEWHERE, STOPPED = 0, 1, 2, 70, 74, 130  # exit statuses
BUG_SENTENCE = (
    "this is a bug in stylecore, not in your input: set STYLECORE_DEBUG=1 to see its traceback, and report it."
)


def make_tolerant() -> None:
    r"""Lets both streams write what they can't encode as \u03bb; for names of files, help, and anything else."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def tell(sentence: str, stream: TextIO | None = None) -> None:
    """Says something, on stderr unless it is told where. That nobody can hear it is no failure.

    Names of files can hold line ends and terminal codes; they are shown as replacement characters.
    """
    _write("".join(c if c.isprintable() else "�" for c in sentence) + "\n", stream or sys.stderr)


def say(sentence: str) -> None:
    """Says a sentence of this program's own on stderr."""
    tell(f"stylecore: {sentence}")


def note(sentence: str) -> None:
    """Tells the user something that doesn't stop the command."""
    say(f"note: {sentence}")


def repeat(text: str) -> None:
    """Shows on stderr what another process of ours has said."""
    if text:
        _write(text, sys.stderr)


def describe_bug(debug: bool) -> str:
    """The sentence about the exception that is being handled; shows its traceback to who has asked for it.

    Args:
        debug: whether the command line asks; STYLECORE_DEBUG=1 does as well.
    """
    if debug or os.environ.get("STYLECORE_DEBUG") == "1":
        _write(traceback.format_exc(), sys.stderr)
    return BUG_SENTENCE


def print_json(values: object) -> None:
    """Prints a result as indented JSON, in ASCII where the stream can't take every character.

    Raises:
        OSError: if it can't be written.
    """
    ascii_only = "utf" not in (getattr(sys.stdout, "encoding", None) or "").lower()
    print_result(json.dumps(values, indent=2, ensure_ascii=ascii_only))


def print_result(text: str) -> None:
    """Prints what a command was asked for. Whoever closes the pipe, as `head` does, has had enough of it.

    Raises:
        OSError: if it can't be written.
    """
    try:
        print(text, flush=True)
    except BrokenPipeError:
        _lead_nowhere(sys.stdout)


def show_progress(step: Step, steps: int, left: float) -> None:
    """Shows a progress bar with losses and the time left if stderr is a terminal; a step's notice in any case.

    Args:
        step: the newest one.
        steps: updates that the run will have made at its end.
        left: share of its work that is still to be done, from 0 to 1; steps at a small size are less work.
    """
    if step.notice:
        _write(f"\n{step.notice}\n", sys.stderr)
    if not is_terminal():
        return
    seconds = step.seconds * left / (1 - left) if 0 < left < 1 else 0.0
    bar = "█" * int(BAR * (1 - left)) + "░" * (BAR - int(BAR * (1 - left)))
    losses = f"content {step.losses.content[0]:.4g}  style {step.losses.style[0]:.4g}"
    if len(step.lambdas) > 1:
        losses = f"L {', '.join(f'{total:.3g}' for total in step.losses.total)}"
    end = "\n" if step.last else ""
    _write(f"\r{bar} {step.index}/{steps}  {losses}  {seconds:.0f} s left \x1b[K{end}", sys.stderr)


def leave_progress() -> None:
    """Ends the line of a progress bar that stopped before its last step."""
    if is_terminal():
        _write("\n", sys.stderr)


def show_line(text: str) -> None:
    """Shows a line that the next one takes the place of, if stderr is a terminal."""
    if is_terminal():
        _write(f"\r{text}\x1b[K", sys.stderr)


def settle() -> None:
    """Writes out what the streams still hold, so that Python has nothing to complain of when it exits."""
    for stream in (sys.stdout, sys.stderr):
        _write("", stream)


def is_terminal() -> bool:
    """Whether somebody looks at stderr."""
    return sys.stderr is not None and sys.stderr.isatty()


def _write(text: str, stream: TextIO | None) -> None:
    """Writes to a stream as long as anybody listens; one that has failed leads nowhere from then on."""
    if stream is None:  # closed before the program began
        return
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        _lead_nowhere(stream)


def _lead_nowhere(stream: TextIO) -> None:
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
