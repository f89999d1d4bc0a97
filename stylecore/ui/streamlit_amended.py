"""Where Streamlit, and what lies below it, has to behave otherwise for what SECURITY.md promises.

Each function changes one thing, for the reason that it names. `tests/ui/test_streamlit_amended.py` tells when a new
version makes one needless. All of them take effect with the first page, before which nobody can send a file.
"""

from __future__ import annotations

import asyncio
import io
import logging
import os
import re
import threading
from collections.abc import Callable
from typing import Any

from starlette import formparsers
from starlette.exceptions import HTTPException
from streamlit import net_util
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.state.session_state import WStates
from streamlit.runtime.stats import StatsManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager
from streamlit.web.server import Server
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

PROXIES = "FORWARDED_ALLOW_IPS"  # environment variable of uvicorn: addresses of the proxies that are believed
NO_ROOM = "This server is receiving too many files at once: try again in a minute."

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def amend_streamlit(
    *,
    may_resume: Callable[[str, str], bool],
    cookie: str,
    before_stop: Callable[[], None],
    files_at_once_bytes: int,
    session_bytes: int,
    figures: bool,
) -> None:
    """Does everything that this module is for; once a process, however often it is called.

    Args:
        may_resume: whether a session of that id may go on for a browser with that value of the cookie.
        cookie: its name.
        before_stop: called when the server is told to stop, while its pages are still there; from a thread of its own.
        files_at_once_bytes: of uploads that are being received, or wait to be taken over by a page, together.
        session_bytes: of uploads of one session that wait.
        figures: whether anybody may read the server's figures at `/_stcore/metrics`.
    """
    _Received.most = files_at_once_bytes
    formparsers.SpooledTemporaryFile = _Received  # type: ignore[assignment, attr-defined]
    net_util.get_external_ip = ask_nobody
    if PROXIES not in os.environ:
        ProxyHeadersMiddleware.__call__ = believe_no_proxy  # type: ignore[method-assign]
    _bind_sessions(may_resume, cookie)
    _bound_upload_store(session_bytes, files_at_once_bytes)
    _end_in_order(before_stop)
    _read_no_nonsense()
    _keep_upload_addresses()
    if not figures:
        StatsManager.get_stats = tell_nothing  # type: ignore[method-assign]
    for name in ("websocket_session_manager", "app_session", "runtime"):
        logging.getLogger(f"streamlit.runtime.{name}").addFilter(without_session_ids)


class _Received(io.BytesIO):
    """A file that is being received, in memory, within a bound for all together.

    Starlette's own, a `SpooledTemporaryFile`, goes to disk from one megabyte on: readable by others with the same user,
    and a failure where the disk is full.
    """

    most = 0
    _rolled = False  # by which starlette knows that it needs no thread to write
    _lock = threading.Lock()
    _bytes = 0

    def __init__(self, max_size: int = 0) -> None:  # starlette's
        super().__init__()
        self._mine = 0

    def write(self, data: Any, /) -> int:  # noqa: ANN401  # any buffer
        with _Received._lock:
            if _Received._bytes + len(data) > self.most:
                raise HTTPException(503, NO_ROOM)
            _Received._bytes += len(data)
            self._mine += len(data)
        return super().write(data)

    def close(self) -> None:
        with _Received._lock:
            _Received._bytes -= self._mine
            self._mine = 0
        super().close()

    def __del__(self) -> None:  # an upload that was broken off is closed by nobody
        self.close()


def ask_nobody() -> None:
    """In place of `get_external_ip`, which asks a host of Amazon's, in the event loop.

    It does so at every handshake from a foreign origin: a few of them stop the server where the network swallows
    packets. An origin is allowed by `server.corsAllowedOrigins` instead.
    """


def tell_nothing(self: StatsManager, family_names: Any = None) -> dict[str, Any]:  # noqa: ANN401  # streamlit's
    """In place of figures of memory and sessions, which are nobody's business but the operator's."""
    return {}


async def believe_no_proxy(self: ProxyHeadersMiddleware, scope: Any, receive: Any, send: Any) -> None:  # noqa: ANN401
    """In place of uvicorn's default, which takes what a client on this machine says for its address."""
    await self.app(scope, receive, send)


def without_session_ids(record: logging.LogRecord) -> bool:
    """A filter of logs: whoever knows the id of a session could take part in it."""
    text = record.getMessage()
    if _UUID.search(text):
        record.msg, record.args = _UUID.sub("…", text), ()
    return True


def _bind_sessions(may_resume: Callable[[str, str], bool], cookie: str) -> None:
    """Lets a session go on only for the browser that it began with.

    Streamlit resumes a session for whoever presents its id, which stands in every address of an upload.
    """
    connect = getattr(WebsocketSessionManager.connect_session, "original", WebsocketSessionManager.connect_session)

    def connect_session(
        self: WebsocketSessionManager,
        client: Any,  # noqa: ANN401  # streamlit's SessionClient
        script_data: Any,  # noqa: ANN401  # and so on
        user_info: Any,  # noqa: ANN401
        existing_session_id: str | None = None,
        session_id_override: str | None = None,
    ) -> str:
        context = client.client_context
        kept = context.cookies.get(cookie, "") if context is not None else ""
        if existing_session_id is not None and not may_resume(existing_session_id, kept):
            existing_session_id = None
        return connect(self, client, script_data, user_info, existing_session_id, session_id_override)

    connect_session.original = connect  # type: ignore[attr-defined]
    WebsocketSessionManager.connect_session = connect_session  # type: ignore[method-assign]


def _end_in_order(before_stop: Callable[[], None]) -> None:
    """Lets pages show how their runs have ended before the server closes their connections.

    Told twice, it stops at once. The server is told by a signal, whose handler is streamlit's: pages run in other
    threads, and can't set one.
    """
    stop = getattr(Server.stop, "original", Server.stop)
    ending = threading.Event()

    def stop_in_order(self: Server) -> None:
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            loop = None
        if loop is None or ending.is_set():
            stop(self)
            return
        ending.set()

        def end() -> None:
            try:
                before_stop()
            finally:
                loop.call_soon_threadsafe(stop, self)

        threading.Thread(target=end, name="stylecore-end", daemon=True).start()

    stop_in_order.original = stop  # type: ignore[attr-defined]
    Server.stop = stop_in_order  # type: ignore[method-assign]


def _read_no_nonsense() -> None:
    """Takes a widget's default for a value of the wrong type, which no page sends.

    Streamlit would fail at it in every later run of the session, until the page is loaded anew.
    """
    read = getattr(WStates.__getitem__, "original", WStates.__getitem__)
    write = getattr(WStates.get_serialized, "original", WStates.get_serialized)

    def getitem(self: WStates, k: str) -> Any:  # noqa: ANN401  # whatever the widget's value is
        try:
            return read(self, k)
        except KeyError:
            raise
        except Exception:
            value = self.widget_metadata[k].deserializer(None)
            self.set_from_value(k, value)
            return value

    def get_serialized(self: WStates, k: str) -> Any:  # noqa: ANN401  # streamlit's WidgetStateProto, or None
        try:
            return write(self, k)
        except Exception:
            return None

    getitem.original, get_serialized.original = read, write  # type: ignore[attr-defined]
    WStates.__getitem__, WStates.get_serialized = getitem, get_serialized  # type: ignore[method-assign]


def _keep_upload_addresses() -> None:
    """Lets the answer to "where do I upload this file?" reach the browser also if a page run begins just then.

    Streamlit empties the queue of messages at the beginning of a run, and with it this answer: the file is lost without
    a word when another upload makes the page run in the same moment.
    """
    clear = getattr(ForwardMsgQueue.clear, "original", ForwardMsgQueue.clear)

    def clear_but_addresses(
        self: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
    ) -> None:
        addresses = [message for message in self._queue if message.WhichOneof("type") == "file_urls_response"]
        clear(self, retain_lifecycle_msgs, fragment_ids_this_run)
        if retain_lifecycle_msgs:  # else they have just been sent
            kept = set(map(id, self._queue))
            self._queue.extend(message for message in addresses if id(message) not in kept)

    clear_but_addresses.original = clear  # type: ignore[attr-defined]
    ForwardMsgQueue.clear = clear_but_addresses  # type: ignore[method-assign]


def _bound_upload_store(session_bytes: int, all_bytes: int) -> None:
    """Bounds the files that lie in streamlit's store until a page takes them over; some never are.

    Of one session the oldest go, then the oldest of whoever has most: a page takes a file within a second.
    """
    add = getattr(MemoryUploadedFileManager.add_file, "original", MemoryUploadedFileManager.add_file)

    def add_file(self: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec) -> None:
        add(self, session_id, file)
        while surplus := _surplus(self, session_id, file.file_id, session_bytes, all_bytes):
            self.remove_file(*surplus)

    add_file.original = add  # type: ignore[attr-defined]
    MemoryUploadedFileManager.add_file = add_file  # type: ignore[method-assign]


def _surplus(
    store: MemoryUploadedFileManager, session_id: str, newest: str, session_bytes: int, all_bytes: int
) -> tuple[str, str] | None:
    """Session and id of a file that has to go; None if there is room for all."""
    with store._lock:
        sizes = {
            session: sum(len(file.data) for file in files.values()) for session, files in store.file_storage.items()
        }
        crowded = session_id if sizes.get(session_id, 0) > session_bytes else None
        if crowded is None and sum(sizes.values()) > all_bytes:
            crowded = max(sizes, key=sizes.__getitem__)
        if crowded is None:
            return None
        oldest = next((name for name in store.file_storage[crowded] if name != newest), None)
        return (crowded, oldest) if oldest is not None else None
