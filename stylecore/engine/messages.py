"""What visitors are told when something goes wrong with a run, in one sentence each."""

from __future__ import annotations

import logging

from stylecore.errors import UserError
from stylecore.language import Sentence, counted
from stylecore.transfer.devices import is_out_of_memory

_log = logging.getLogger(__name__)

HALVED = Sentence(
    "Memory ran out, so these pictures are computed in two parts, one after the other, from where they were."
)
KILLED = Sentence("The computation was interrupted; the last good picture is kept. Please try again.")
BROKEN = Sentence("Something went wrong in the computation; the last good picture is kept. Please try again.")
RELEASED = Sentence("The server needed the memory of this paused run, so it ended here; the picture is kept.")
NO_STATE = Sentence("The optimiser's state of this run is no longer there: start a new run from its picture.")
FROM_PICTURE = Sentence(
    "What the optimiser had learnt in that run is no longer there, so these steps begin anew from its picture."
)
NOT_DEEP = Sentence("The server keeps only 8 bits of this picture by now: save it as PNG, or run it again.")
NO_ROOM = Sentence("There is too little memory for this picture: choose a smaller size.")
LEFT_QUEUE = Sentence("You were away while others waited for a place, so this run left the queue: press Run again.")
SERVER_ENDS = Sentence(
    "This server is being stopped or restarted, so this run ended here: save the picture from this page."
)
SERVER_RETURNS = Sentence("This server is being restarted: this run goes on as soon as it is back.")
OTHER_VERSION = Sentence("The server has another version since this run began, so it ended here; its picture is kept.")
TOO_FAR = Sentence(
    "The server was restarted, and repeating so long a run would take too long, so it ended at its last picture."
)
CUT_OFF = Sentence("This was interrupted: please try again.")
NOT_ENCODED = Sentence("The finished picture could not be encoded: choose a smaller size.")


def message_for(problem: Exception) -> Sentence:
    """What a visitor is told of an error, in one sentence; a bug is logged with its traceback."""
    if isinstance(problem, UserError):
        return problem.sentence
    if is_out_of_memory(problem):
        return NO_ROOM
    _log.error("the computation failed", exc_info=problem)
    return BROKEN


def time_is_up(seconds: int) -> Sentence:
    """Why a run was stopped after so many seconds of computing."""
    if seconds >= 120:
        return counted(
            "A run has at most {count} minute here, so this one was stopped.",
            "A run has at most {count} minutes here, so this one was stopped.",
            seconds // 60,
        )
    return counted(
        "A run has at most {count} second here, so this one was stopped.",
        "A run has at most {count} seconds here, so this one was stopped.",
        seconds,
    )
