"""Connections: who has left, who comes from where, and whose a session is; on a real server over real websockets."""

import os
import re
import socket
import time
import urllib.request
from pathlib import Path

import pytest
from streamlit.proto.WidgetStates_pb2 import WidgetState

from stylecore.ui.visitors import COOKIE
from tests.support.server import server
from tests.support.tab import Tab, get

GRACE = 2  # seconds
LONG = "size=64&steps=2000"


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    return tmp_path_factory.mktemp("server") / "server.log"


@pytest.fixture(scope="module")
def served(log):
    limits = {"STYLECORE_GRACE_SECONDS": str(GRACE), "STYLECORE_MAX_PER_ADDRESS": "2"}
    with server(log, OMP_NUM_THREADS="1", **limits) as running:
        yield running


@pytest.fixture(scope="module")
def url(served):
    return served[0]


def opened(url, query=LONG, **more):
    tab = Tab(url, query, **more)
    tab.settle()
    tab.rest()
    return tab


def painting(tab):
    tab.press("run_studio")
    assert tab.wait(lambda: tab.progress().startswith("Step"), 90), tab.alerts()
    return tab


def stop(tab):
    tab.rest()
    tab.press("stop")
    tab.settle()
    tab.close()


def test_a_run_goes_on_when_somebody_clears_the_caches_or_one_of_two_tabs_is_closed(url):
    ann = painting(opened(url))
    second = opened(url, cookies=ann.cookies)
    second.close()
    bob = opened(url, address="127.0.0.2")
    bob.clear_caches()
    ann.timers.clear()  # a tab in the background: only its connection says that it is there
    ann.live(GRACE + 2.5)
    ann.rerun()
    ann.settle()
    assert ann.progress().startswith("Step"), ann.alerts()
    bob.close()
    stop(ann)


def test_two_tabs_that_are_opened_at_once_in_a_fresh_browser_are_one_visitor(url):
    cookies = {}
    tabs = [Tab(url, "size=64&steps=2", cookies) for _ in range(2)]
    for tab in tabs:
        tab.settle()
    for tab in tabs:
        tab.live(1)
        tab.rest()
    for tab in tabs:
        tab.press("run_studio")
        assert tab.wait(lambda tab=tab: any("Done:" in text for text in tab.alerts()), 90), tab.alerts()
    again = opened(url, "", cookies=cookies)
    assert len(again.data("history")["items"]) == 2
    for tab in (*tabs, again):
        tab.close()


def test_a_session_goes_on_for_nobody_without_its_cookie(url, log):
    ann = painting(opened(url))
    for cookies in ({}, {COOKIE: "x" * 43}):
        thief = opened(url, "", cookies=cookies, session=ann.session)
        assert thief.session != ann.session
        assert not thief.progress()
        thief.close()
    ann.live(1)
    assert ann.progress().startswith("Step")
    again = Tab(url, LONG, ann.cookies, session=ann.session)  # as the browser does after a break
    again.settle()
    assert again.session == ann.session
    assert ann.session not in log.read_text()
    stop(again)


@pytest.mark.long
def test_visitors_behind_one_address_leave_room_for_others_whatever_they_say_of_themselves(url):
    ghosts = [painting(opened(url, headers={"X-Forwarded-For": f"10.0.0.{i}"})) for i in range(2)]
    third = opened(url, headers={"X-Forwarded-For": "10.0.0.9"})
    third.press("run_studio")
    third.settle()
    assert third.wait(lambda: any("behind your address" in text for text in third.alerts("error")), 20)
    painting(opened(url, address="127.0.0.3")).close()
    for ghost in ghosts:
        ghost.close(abrupt=True)
    third.live(GRACE + 2.5)
    stop(painting(third))


def test_who_comes_after_the_server_was_started_anew_is_told_so(url):
    link, cookies = "content=own-0123abcd&style=own-4567cdef", {COOKIE: "a" * 43}
    owner = opened(url, link, cookies=cookies)
    assert "This server was restarted, and your photograph was only in its memory" in owner.alerts("warning")[0]
    owner.close()
    for tab in (opened(url, link, cookies=cookies), opened(url, link)):  # it knows the first one by now
        assert "This link used the sender's own photograph" in tab.alerts("warning")[0]
        tab.close()


def test_values_of_the_wrong_type_break_nothing(url):
    tab = opened(url, "size=64&steps=2")
    for key in ("upload_content", "gallery_content", "set_lam", "run_studio"):
        name = tab.widget(key).proto.id
        for forged in ({"string_value": "x"}, {"json_value": "{"}, {"int_value": 3}):
            tab.rerun(WidgetState(id=name, **forged))
            tab.settle()
            tab.rest()
            assert not tab.troubles, (key, forged)
    tab.rerun()
    tab.settle()
    assert tab.find("upload_content")
    tab.close()


def test_the_server_s_figures_are_nobody_s_business_unless_its_operator_says_so(url):
    opened(url).close()
    status, text = get(url, "/_stcore/metrics")
    assert status == 200
    assert not re.search(rb"^[a-z]", text, re.MULTILINE), text[:200]


def test_an_upload_touches_no_disk_while_it_is_received(served):
    url, process = served
    tab = opened(url)
    host, port = url.removeprefix("http://").split(":")
    head = b'--b\r\nContent-Disposition: form-data; name="f"; filename="mine.png"\r\nContent-Type: image/png\r\n\r\n'
    request = f"PUT /_stcore/upload_file/{tab.session}/1 HTTP/1.1\r\nHost: {host}:{port}\r\n"
    token = _xsrf_token(url)
    request += f"Cookie: _streamlit_xsrf={token}\r\nX-Xsrftoken: {token}\r\n"
    request += "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 9000000\r\n\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request.encode() + head + b"x" * 4_000_000)
        deadline = time.monotonic() + 2
        while time.monotonic() < deadline:
            assert not _files_in_temporary_folders(process)
            time.sleep(0.1)
    tab.close()


def _xsrf_token(url):
    with urllib.request.urlopen(f"{url}/_stcore/health") as answer:
        return re.search(r"_streamlit_xsrf=([^;]+)", answer.headers.get("Set-Cookie", "")).group(1)


def _files_in_temporary_folders(process):
    found = []
    for link in Path(f"/proc/{process.pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith(("/tmp/", "/var/tmp/", "/dev/shm/")) and "server.log" not in target:
            found.append(target)
    return found
