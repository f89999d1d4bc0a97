"""What the server tells its operator: one line of JSON for each event, with no picture and no personal data in it."""

from __future__ import annotations

import datetime
import hashlib
import json
import logging
import secrets
import sys
import traceback

Fact = str | int | float | bool | None

_log = logging.getLogger("stylecore.events")
_SALT = secrets.token_bytes(16)  # of this process: nobody can be followed from one to the next


def log_event(event: str, level: int = logging.INFO, **facts: Fact) -> None:
    """Tells of an event.

    Args:
        event: its name.
        level: of the logging module.
        facts: numbers and words of ours; nothing that a visitor wrote, and no name of a file.
    """
    _log.log(level, event, extra={"facts": facts})


def pseudonym(owner: str) -> str:
    """A short name that tells visitors apart within one process, and nothing else of them."""
    return hashlib.sha256(_SALT + owner.encode()).hexdigest()[:8]


def set_up_logs() -> None:
    """Sends everything that this package logs to stderr, as JSON; once a process, however often it is called."""
    logger = logging.getLogger("stylecore")
    if any(isinstance(handler.formatter, JsonLines) for handler in logger.handlers):
        return
    handler = _Stderr()
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False


class _Stderr(logging.Handler):
    """Writes to what stderr is at the moment."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            print(self.format(record), file=sys.stderr, flush=True)
        except OSError:  # a disk that is full, or a pipe that nobody reads, stops no run
            pass
        except Exception:
            self.handleError(record)


class JsonLines(logging.Formatter):
    """One JSON object a record; its time is UTC."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        facts: dict[str, Fact] = dict(getattr(record, "facts", {}))
        if not hasattr(record, "facts"):
            facts["message"] = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            # Where it happened, and no message: a library's may quote what a visitor gave.
            places = traceback.extract_tb(record.exc_info[2])
            facts["exception"] = type(record.exc_info[1]).__name__
            facts["at"] = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places[-8:]))
        time = datetime.datetime.fromtimestamp(record.created, datetime.UTC).isoformat(timespec="milliseconds")
        event = record.getMessage() if hasattr(record, "facts") else "log"
        return json.dumps({"time": time, "level": record.levelname.lower(), "event": event, **facts})
