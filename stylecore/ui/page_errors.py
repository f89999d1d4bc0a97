"""The one place where errors of pages become sentences: those for people as they are, all others logged as bugs."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import ParamSpec

import streamlit as st

from stylecore.errors import UserError
from stylecore.language import Sentence, _
from stylecore.ui.state.session import SessionValue
from stylecore.ui.undivided import undivided

_log = logging.getLogger(__name__)

UNEXPECTED = Sentence("Something went wrong here; it has been logged. Please try again, or reload the page.")

Parameters = ParamSpec("Parameters")


class _State:
    prefix = "page_error"
    of_callback = SessionValue[str]("")  # a `Sentence`


@contextmanager
def errors_shown() -> Iterator[None]:
    """Ends what is drawn inside at its first error, and says there what is wrong; streamlit's stop and rerun pass."""
    try:
        yield
    except Exception as error:
        st.error(_(_sentence(error)), icon=":material/error:")


def guarded(draw: Callable[Parameters, None]) -> Callable[Parameters, None]:
    """A part of a page that says in its place what went wrong in it; for fragments, which run without their page."""

    @functools.wraps(draw)
    def guarded_draw(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        with errors_shown():
            draw(*args, **kwargs)

    return guarded_draw


def guarded_callback(act: Callable[Parameters, object]) -> Callable[Parameters, None]:
    """A widget's callback that is done whole and never fails; what went wrong stands at the top of the next page."""

    @functools.wraps(act)
    def guarded_act(*args: Parameters.args, **kwargs: Parameters.kwargs) -> None:
        with undivided():
            try:
                act(*args, **kwargs)
            except Exception as error:
                _State().of_callback = _sentence(error)
                st.rerun()  # the whole page, if only a fragment would run

    return guarded_act


def show_callback_error() -> None:
    """Says what went wrong in the callback before this run of the page, if anything did."""
    if sentence := _State().of_callback:
        _State().of_callback = ""
        st.error(_(sentence), icon=":material/error:")


def _sentence(error: Exception) -> Sentence:
    if isinstance(error, UserError):
        return error.sentence
    _log.error("a page failed", exc_info=error)
    return UNEXPECTED
