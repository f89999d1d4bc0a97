"""Why a run ended without its picture, in one sentence for people."""

from __future__ import annotations

from stylecore.cli.terminal import BAD_INPUT, BUG, STOPPED, describe_bug
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


def ended_by(error: BaseException, size: int, debug: bool, advice: str = FEWER_LAMBDAS) -> tuple[str, int]:
    """Why a run ended early, in one sentence, and the exit status that it gives.

    Args:
        error: that is being handled.
        size: of the picture, in pixels.
        debug: whether a bug is shown with its traceback.
        advice: as for `memory_ran_out`.
    """
    if isinstance(error, KeyboardInterrupt):
        return "stopped", STOPPED
    if isinstance(error, UserError):
        return str(error), BAD_INPUT
    if is_out_of_memory(error):
        return memory_ran_out(size, advice), BAD_INPUT
    return describe_bug(debug), BUG


def trouble_of(error: Exception, size: int, debug: bool) -> str:
    """Why a picture of a batch could not be made, of one λ; takes what `ended_by` does."""
    return str(error) if isinstance(error, OSError) else ended_by(error, size, debug, advice="")[0]
