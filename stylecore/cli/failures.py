"""Why a run ended without its picture, in one sentence for people."""

from __future__ import annotations

from stylecore.cli.terminal import describe_bug
from stylecore.errors import UserError
from stylecore.transfer.devices import is_out_of_memory

FEWER_LAMBDAS = " or fewer λ"


def memory_ran_out(size: int | None = None, advice: str = FEWER_LAMBDAS) -> str:
    """What is said when memory has run out.

    Args:
        size: of the picture, in pixels, where that is known.
        advice: what helps beside a smaller size; empty for nothing.
    """
    at = f" at {size} pixels" if size else ""
    return f"Memory ran out{at}: choose a smaller --size{advice}."


def trouble_of(error: Exception, size: int, debug: bool, advice: str = FEWER_LAMBDAS) -> str:
    """Why a picture of a batch could not be made; a bug is shown with its traceback to who has asked for it.

    Args:
        error: that is being handled.
        size: of the picture, in pixels.
        debug: whether the command line asks for tracebacks.
        advice: as for `memory_ran_out`.
    """
    if isinstance(error, (UserError, OSError)):
        return str(error)
    return memory_ran_out(size, advice) if is_out_of_memory(error) else describe_bug(debug)
