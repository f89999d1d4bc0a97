"""Errors whose messages are written for users."""

from __future__ import annotations

from stylecore.language import Sentence


class UserError(Exception):
    """Something can't be done, and the user can do something about it; the message is one plain sentence.

    Pages and the command line show the message: pages in the reader's language, by `_(error.sentence)`. Every other
    exception is a bug: it is logged with its traceback, and people see a general sentence instead. Subclasses also
    inherit from the built-in exception that fits, so that callers of the library can catch `ValueError` or
    `RuntimeError` as usual.

    Attributes:
        sentence: the message.
    """

    def __init__(self, message: str, /, **values: object) -> None:
        """Takes a template and its values, see `language.Sentence`, or a sentence that was made before."""
        self.sentence = message if isinstance(message, Sentence) else Sentence(message, **values)
        super().__init__(self.sentence)


class ImageError(UserError, ValueError):
    """A picture can't be used; the message is one plain sentence that says why, and what to do."""


class SettingError(UserError, ValueError):
    """A setting, or an option of a call, has a value that can't be used; the message names it and its range."""
