"""A browser's tab without a browser: it speaks streamlit's protocol over a real websocket, as the page's script does.

It draws nothing and runs no JavaScript of ours, but it keeps what a browser keeps: cookies, the address, the values of
widgets, the elements that are on the page, and the timers of fragments that draw themselves again.
"""

import json
import re
import socket
import time
import urllib.error
import urllib.request
from contextlib import ExitStack

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from stylecore.ui.page_errors import UNEXPECTED

PATIENCE = 60  # seconds
LARGEST = 2**26  # bytes of a message
FULL_RUN, FRAGMENT_RUN = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
ALERTS = {1: "error", 2: "warning", 3: "info", 4: "success"}


class Shown:
    """One element of the page."""

    def __init__(self, element, fragment, run):
        self.element, self.fragment, self.run = element, fragment, run
        self.kind = element.WhichOneof("type")
        self.proto = getattr(element, self.kind) if self.kind else None

    @property
    def key(self):
        """The key that the page gave the widget; empty where it has none."""
        return getattr(self.proto, "id", "").split("-", 2)[-1]


class Tab:
    """One visitor's tab.

    Attributes:
        cookies: of the visitor's browser; the tab adds what the page sets.
        query: of the address.
        shown: the elements of the page by their place.
        troubles: exceptions and other errors that no visitor should ever see.
        session: streamlit's id of the session.
        refused: downloads that the server would not give.
    """

    def __init__(self, url, query="", cookies=None, page="", session="", address="127.0.0.1", headers=None):
        self.url, self.query, self.page = url, query, page
        self.cookies = {} if cookies is None else cookies
        self.shown, self.widgets, self.timers = {}, {}, {}
        self.troubles, self.session = [], session
        self.drawing, self.parts_drawn, self.pages_drawn = True, 0, 0
        self.refused = []
        self._run, self._answers, self._asked, self._name_of_other_tab = "", {}, 0, ""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        connection = connect(
            url.replace("http", "ws", 1) + "/_stcore/stream",
            origin=url,
            subprotocols=["streamlit", "PLACEHOLDER_AUTH_TOKEN", *([session] if session else [])],
            additional_headers={**({"Cookie": cookie} if cookie else {}), **(headers or {})},
            source_address=(address, 0),
            max_size=LARGEST,
            open_timeout=PATIENCE,
            close_timeout=1,
        )
        self._open = ExitStack()
        self._socket = self._open.enter_context(connection)
        self.rerun()

    # What the visitor does

    def rerun(self, *triggers, fragment="", timer=False):
        """Asks for a run of the page, or of one of its fragments; `triggers` are states of widgets for this once."""
        message = BackMsg()
        state = message.rerun_script
        state.query_string, state.page_script_hash = self.query, self.page
        state.fragment_id, state.is_auto_rerun = fragment, timer
        state.widget_states.widgets.extend([*self.widgets.values(), *triggers])
        state.context_info.url = self.url
        self.send(message)

    def press(self, key):
        """Clicks a button."""
        button = self.widget(key)
        assert not button.proto.disabled, f"{key} can't be pressed: {self.alerts()}"
        self.rerun(WidgetState(id=button.proto.id, trigger_value=True), fragment=button.fragment)

    def slide(self, key, value):
        """Moves a slider."""
        slider = self.widget(key)
        state = WidgetState(id=slider.proto.id)
        state.double_array_value.data.append(value)
        self.widgets[state.id] = state
        self.rerun(fragment=slider.fragment)

    def trigger(self, key, event, value, *, forged=False):
        """Sends an event of a component of ours, whatever its picture says; a forged one comes without its state."""
        component = self.widget(key)
        payload = json.dumps([{"event": event, "value": value}])
        name = f"$$STREAMLIT_INTERNAL_KEY_{component.proto.id}__events"
        states = [] if forged else [WidgetState(id=component.proto.id, json_value="{}")]
        self.rerun(*states, WidgetState(id=name, json_trigger_value=payload), fragment=component.fragment)

    def go(self, title):
        """Follows a link to another page."""
        link = next(shown.proto for shown in self.of_kind("page_link") if shown.proto.label == title)
        self.page, self.query = link.page_script_hash, link.query_string
        self.timers.clear()
        self.rerun()

    def download(self, key):
        """Clicks a download button: address and bytes of the file.

        The page may be drawing itself anew, and then the server no longer knows what the button asks for; a visitor
        clicks again.
        """
        for _ in range(5):
            self.rest()
            button = self.widget(key).proto
            address = self.file_address(button.deferred_file_id) if button.deferred_file_id else button.url
            status, data = self.get(address) if address else (0, b"")
            if status == 200:
                return address, data
            self.refused.append(f"{key}: {address or 'no address'}, {status}")
        raise AssertionError(f"nothing to download: {self.refused}")

    def file_address(self, deferred):
        """Where the server puts a file that is made when it is asked for; empty if it refuses."""
        message = BackMsg()
        self._asked += 1
        name = f"{self.session}-{self._asked}"
        message.backend_operation_request.request_id = name
        message.backend_operation_request.session_id = self.session
        message.backend_operation_request.deferred_file.file_id = deferred
        self.send(message)
        self.wait(lambda: name in self._answers)
        answer = self._answers[name]
        if answer.error_msg:
            self.refused.append(answer.error_msg)
        return answer.deferred_file.url

    def get(self, path):
        """Status and bytes of an address of the server, asked for with the visitor's cookies."""
        return get(self.url, path, self.cookies)

    def clear_caches(self):
        """What the menu's "Clear cache" sends."""
        message = BackMsg()
        message.clear_cache = True
        self.send(message)

    def close(self, *, abrupt=False):
        """Leaves; abruptly as a laptop does that loses its network."""
        if abrupt:
            self._socket.socket.shutdown(socket.SHUT_RDWR)
        self._open.close()

    def send(self, message):
        """Sends a message."""
        self._socket.send(message.SerializeToString())

    # What the visitor sees

    def of_kind(self, kind):
        """The elements of one kind."""
        return [shown for shown in self.shown.values() if shown.kind == kind]

    def widget(self, key):
        """The element with a key."""
        found = self.find(key)
        assert found is not None, f"there is no {key} on the page: {self.alerts()}"
        return found

    def find(self, key):
        """The element with a key, or None."""
        return next((shown for shown in self.shown.values() if shown.key == key), None)

    def data(self, key):
        """What a component of ours was given to draw, or None where it is not on the page."""
        found = self.find(key)
        return None if found is None else json.loads(found.proto.json)

    def alerts(self, kind=""):
        """The sentences in boxes, of one kind or of all."""
        alerts = [(ALERTS.get(shown.proto.format), shown.proto.body) for shown in self.of_kind("alert")]
        return [body for found, body in alerts if kind in ("", found)]

    def progress(self):
        """The sentence over the bar, or an empty one."""
        bars = self.of_kind("progress")
        return bars[0].proto.text if bars else ""

    def wait(self, condition, seconds=PATIENCE):
        """Lives on until a condition holds, at most so long. Returns whether it does."""
        deadline = time.monotonic() + seconds
        while not condition():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            self.live(min(left, 0.25))
        return True

    def settle(self, seconds=PATIENCE):
        """Waits until the whole page has been drawn, once more than it is now."""
        drawn = self.pages_drawn
        assert self.wait(lambda: self.pages_drawn > drawn, seconds), "the page is not drawn"

    def rest(self, seconds=PATIENCE):
        """Waits until nothing is being drawn."""
        self.live(0.1)
        assert self.wait(lambda: not self.drawing, seconds), "the page does not come to rest"

    def live(self, seconds):
        """Reads what the server sends, and lets fragments draw themselves again when they are due."""
        deadline = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            for fragment, (interval, due) in list(self.timers.items()):
                if now >= due:
                    self.timers[fragment] = (interval, now + interval)
                    self.rerun(fragment=fragment, timer=True)
            soonest = min([deadline, *(due for _, due in self.timers.values())])
            try:
                data = self._socket.recv(timeout=max(0.0, soonest - now))
            except TimeoutError:
                if time.monotonic() >= deadline:
                    return
                continue
            except ConnectionClosed:
                self.troubles.append("the server closed the connection")
                raise
            self._take(ForwardMsg.FromString(data))

    def _take(self, message):
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._begin_run(message)
        elif kind == "delta":
            self._draw(tuple(message.metadata.delta_path), message.delta)
        elif kind == "script_finished":
            self._end_run(message)
        elif kind == "auto_rerun":
            timer, known = message.auto_rerun, self.timers.get(message.auto_rerun.fragment_id)
            if known is None or known[0] != timer.interval:
                self.timers[timer.fragment_id] = (timer.interval, time.monotonic() + timer.interval)
        elif kind == "stop_auto_rerun":
            for fragment in message.stop_auto_rerun.fragment_ids:
                self.timers.pop(fragment, None)
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "backend_operation_response":
            self._answers[message.backend_operation_response.request_id] = message.backend_operation_response
        elif kind in ("page_not_found", "session_event"):
            self.troubles.append(f"{kind}: {message}"[:300])

    def _begin_run(self, message):
        session = message.new_session
        self._run, self.drawing = message.metadata.run.script_run_id, True
        if not message.metadata.run.fragment_ids:
            self.timers.clear()
        self.session = session.initialize.session_id or self.session
        self.page = session.page_script_hash

    def _draw(self, place, delta):
        kind = delta.WhichOneof("type")
        if kind == "new_transient":
            return
        for other in [other for other in self.shown if other[: len(place)] == place]:
            if kind == "new_element" or other == place:
                del self.shown[other]
        if kind == "add_block":
            return
        shown = self.shown[place] = Shown(delta.new_element, delta.fragment_id, self._run)
        if shown.kind == "exception":
            self.troubles.append(f"{shown.proto.type}: {shown.proto.message}")
        if shown.kind == "alert" and shown.proto.body == UNEXPECTED:
            self.troubles.append(UNEXPECTED)
        if getattr(shown.proto, "set_value", False):  # the page has moved the widget itself
            self.widgets.pop(shown.proto.id, None)
        if shown.key == "visitor_cookie":  # what the component's JavaScript does
            cookie = json.loads(shown.proto.json)
            kept = self.cookies.get(cookie["name"], "")
            if not re.fullmatch(r"[\w-]{43}", kept, re.ASCII):
                self.cookies[cookie["name"]] = cookie["value"]
            elif kept != cookie["value"]:
                self._name_of_other_tab = kept

    def _end_run(self, message):
        status, self.drawing = message.script_finished, False
        if status == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            return
        fragments = set(message.metadata.run.fragment_ids)
        for place, shown in list(self.shown.items()):
            due = status == FULL_RUN or (status == FRAGMENT_RUN and shown.fragment in fragments)
            if due and shown.run != message.metadata.run.script_run_id:
                del self.shown[place]
        if status not in (FULL_RUN, FRAGMENT_RUN):
            self.troubles.append("the script could not be compiled")
        self.pages_drawn += status == FULL_RUN
        if status == FULL_RUN and self._name_of_other_tab:
            self.trigger("visitor_cookie", "other", self._name_of_other_tab)
            self._name_of_other_tab = ""
        self.parts_drawn += status == FRAGMENT_RUN


def get(url, path, cookies=None, method="GET"):
    """Status and bytes of an address of a server."""
    address = path if path.startswith("http") else f"{url}/{path.lstrip('/')}"
    cookie = "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())
    request = urllib.request.Request(address, headers={"Cookie": cookie} if cookie else {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()
