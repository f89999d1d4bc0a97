"""Callbacks of one tab, one after another, each of them whole."""

import threading
from types import SimpleNamespace

import pytest
from streamlit.runtime.state import SafeSessionState, SessionState

from stylecore.ui import undivided as module
from stylecore.ui.undivided import undivided


class Stopped(BaseException):
    pass


@pytest.fixture
def contexts(monkeypatch):
    """Two runs of one tab, each in a thread of its own, that streamlit wants to stop at the next access."""

    def stop():
        raise Stopped

    state, contexts = SessionState(), threading.local()
    monkeypatch.setattr(module, "get_script_run_ctx", lambda: contexts.of_thread)

    def begin():
        contexts.of_thread = SimpleNamespace(session_id="tab", session_state=SafeSessionState(state, stop))
        return contexts.of_thread.session_state

    return begin


def test_what_is_done_inside_is_not_stopped_half_way(contexts):
    session = contexts()
    with undivided():
        session["first"] = 1
        with undivided():
            session["second"] = 2
    with pytest.raises(Stopped):
        session["first"]
    assert session.filtered_state == {"first": 1, "second": 2}


def test_an_error_inside_leaves_everything_as_it_was(contexts):
    session = contexts()
    with pytest.raises(ValueError, match="inside"), undivided():
        raise ValueError("inside")
    with pytest.raises(Stopped):
        session["first"] = 1


def test_the_next_run_s_callback_waits(contexts):
    inside, go_on, order = threading.Event(), threading.Event(), []

    def first():
        contexts()
        with undivided():
            inside.set()
            assert go_on.wait(10)
            order.append("first")

    def second():
        contexts()
        with undivided():
            order.append("second")

    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    threads[0].start()
    assert inside.wait(10)
    threads[1].start()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert order == ["first", "second"]


def test_without_streamlit_it_does_nothing(monkeypatch):
    monkeypatch.setattr(module, "get_script_run_ctx", lambda: None)
    with undivided():
        pass
