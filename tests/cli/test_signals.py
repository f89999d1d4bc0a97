"""Signals that stop a run."""

import signal
import sys

import pytest

from stylecore.cli.signals import stoppable


class Finalized:
    """Gets a signal while it is finalized, where Python only reports an exception and goes on."""

    def __del__(self):
        signal.raise_signal(signal.SIGTERM)


def test_a_signal_is_not_lost_where_no_exception_can_leave(monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    with stoppable() as signals:
        signals.check()  # nothing has happened yet
        thing = Finalized()
        del thing
        signal.raise_signal(signal.SIGTERM)  # a second one is nothing
        with pytest.raises(KeyboardInterrupt):
            signals.check()


def test_what_was_there_before_is_there_again():
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last one may be ignored here, as nohup wants it
    before = [signal.getsignal(name) for name in names]
    with stoppable(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGTERM)
    assert [signal.getsignal(name) for name in names] == before
