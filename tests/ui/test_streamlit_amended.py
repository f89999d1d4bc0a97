"""What is changed in Streamlit and below it; and whether a new version makes a change needless."""

import logging
import subprocess
import sys
import textwrap

import pytest
from starlette.exceptions import HTTPException
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from stylecore.ui import streamlit_amended
from stylecore.ui.streamlit_amended import _bound_upload_store, _Received, ask_nobody, without_session_ids
from tests.support.server import ROOT


def test_every_change_is_still_needed():
    """If this fails, a new version does by itself what a function of `streamlit_amended` is for: take that out."""
    script = """
        import inspect
        from starlette import formparsers
        from streamlit import net_util
        from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
        from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
        from streamlit.runtime.state.safe_session_state import SafeSessionState
        from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
        from tempfile import SpooledTemporaryFile
        from uvicorn import Config

        assert formparsers.SpooledTemporaryFile is SpooledTemporaryFile
        assert formparsers.MultiPartParser.spool_max_size == 2**20
        assert "_make_blocking_http_get" in inspect.getsource(net_util.get_external_ip)
        assert "127.0.0.1" in Config(app=None).forwarded_allow_ips
        assert "client_context" not in inspect.getsource(WebsocketSessionManager._resume_stored_session)
        assert 'id %s is already connected' in inspect.getsource(WebsocketSessionManager)
        assert "remove" not in inspect.getsource(MemoryUploadedFileManager.add_file)
        assert "file_urls_response" not in inspect.getsource(ForwardMsgQueue.clear)
        assert "_yield_callback()" in inspect.getsource(SafeSessionState.__setitem__)  # see `undivided`
        """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(script)], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_files_that_are_received_stay_in_memory_and_within_their_bound(monkeypatch):
    monkeypatch.setattr(_Received, "most", 100)
    first, second = _Received(max_size=1), _Received()
    first.write(b"x" * 60)
    with pytest.raises(HTTPException) as refused:
        second.write(b"x" * 60)
    assert refused.value.status_code == 503
    second.write(b"x" * 40)
    first.close()
    first.close()
    second.write(b"x" * 60)
    second.close()
    assert _Received._bytes == 0


def test_nobody_is_asked_for_our_own_address(monkeypatch):
    monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("a request"))
    assert ask_nobody() is None


def test_no_id_of_a_session_stands_in_a_log():
    record = logging.LogRecord("x", 30, "", 0, "Session with id %s", ("0b9c2f6e-35a4-4c0e-9d51-8f4d6a0c1a2b",), None)
    assert without_session_ids(record)
    assert record.getMessage() == "Session with id …"
    record = logging.LogRecord("x", 30, "", 0, "%d sessions", (3,), None)
    assert without_session_ids(record)
    assert record.getMessage() == "3 sessions"


@pytest.fixture
def store(monkeypatch):
    monkeypatch.setattr(MemoryUploadedFileManager, "add_file", MemoryUploadedFileManager.add_file)
    _bound_upload_store(session_bytes=100, all_bytes=250)
    return MemoryUploadedFileManager("/upload")


def put(store, session, name, size):
    store.add_file(session, UploadedFileRec(name, "mine.png", "image/png", bytes(size)))


def held(store, session):
    return [name for name in "abcdefgh" if store.get_files(session, [name])]


def test_files_that_no_page_takes_over_are_bounded_by_session(store):
    for name in "abcd":
        put(store, "one", name, 40)
    put(store, "two", "a", 40)
    assert held(store, "one") == ["c", "d"]
    put(store, "one", "e", 1000)  # larger than all that is allowed: the newest is what the page wants
    assert held(store, "one") == ["e"]
    assert held(store, "two") == ["a"]


def test_files_that_no_page_takes_over_are_bounded_in_all_and_whoever_has_most_loses(store):
    put(store, "small", "a", 40)
    for session in ("one", "two"):
        put(store, session, "a", 50)
        put(store, session, "b", 50)
    put(store, "three", "a", 60)
    assert held(store, "small") == ["a"]
    assert held(store, "three") == ["a"]
    assert sum(len(held(store, session)) for session in ("one", "two")) == 3


def test_changes_are_made_once_however_often_they_are_asked_for(store):
    for _ in range(3):
        _bound_upload_store(session_bytes=100, all_bytes=250)
    assert not hasattr(MemoryUploadedFileManager.add_file.original, "original")
    assert streamlit_amended.PROXIES == "FORWARDED_ALLOW_IPS"
