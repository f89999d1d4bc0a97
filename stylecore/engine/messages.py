"""What visitors are told when something goes wrong with a run, in one sentence each."""

from __future__ import annotations

import logging

from stylecore.errors import UserError
from stylecore.language import Sentence
from stylecore.transfer.devices import is_out_of_memory

_log = logging.getLogger(__name__)

HALVED = "Memory ran out, so these pictures are computed in two parts, one after the other, from where they were."
KILLED = "The computation was cut off; the last good picture is kept. Please try again."
BROKEN = "Something went wrong in the computation; the last good picture is kept. Please try again."
RELEASED = "The server needed the memory of this paused run, so it ended here; the picture is kept."
NO_STATE = "The optimiser's state of this run is no longer there: start a new run from its picture."
NO_ROOM = "There is too little memory for this picture: choose a smaller size."
LEFT_QUEUE = "You were away while others waited for a place, so this run left the queue: press Run again."
SERVER_ENDS = "This server is being stopped or started anew, so this run ended here: save the picture from this page."
SERVER_RETURNS = Sentence("This server is being started anew: this run goes on as soon as it is back.")
OTHER_VERSION = Sentence("The server has another version since this run began, so it ended here; its picture is kept.")
TOO_FAR = Sentence(
    "The server was started anew, and repeating so long a run would take too long, so it ended at its last picture."
)
CUT_OFF = "This view was cut off: try again."
NOT_ENCODED = "The finished picture could not be encoded: choose a smaller size."


def message_for(problem: Exception) -> str:
    """What a visitor is told of an error, in one sentence; a bug is logged with its traceback."""
    if isinstance(problem, UserError):
        return str(problem)
    if is_out_of_memory(problem):
        return NO_ROOM
    _log.error("the computation failed", exc_info=problem)
    return BROKEN


def time_is_up(seconds: int) -> str:
    """Why a run was stopped after so many seconds of computing."""
    spoken = f"{seconds // 60} minutes" if seconds >= 120 else f"{seconds} seconds"
    return f"A run has at most {spoken} here, so this one was stopped."
